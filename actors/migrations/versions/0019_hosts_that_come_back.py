"""A host that comes back after an absence gets little at a time at first."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lane", sa.Column("spared", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("lane", sa.Column("paced_until", base.UtcTime(timezone=True), nullable=True))
