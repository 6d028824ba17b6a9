"""Messages to a closed app that a member has stopped."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "push_subscription", sa.Column("stopped_at", base.UtcTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("push_subscription", "stopped_at")
