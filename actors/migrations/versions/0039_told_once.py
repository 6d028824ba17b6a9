"""Which state of a record was told to the owner of a source."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("counted", sa.Column("told_at", base.UtcTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("counted", "told_at")
