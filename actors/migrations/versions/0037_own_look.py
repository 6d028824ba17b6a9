"""How a network wants its pages to look."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every instance looks as it did."""
    op.add_column("instance", sa.Column("look", base.Json, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Every instance looks like every other."""
    with op.batch_alter_table("instance") as instance:
        instance.drop_column("look")
