"""Why a host cannot be reached, and an index for what was given up."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("host", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_delivery_parked",
        "delivery",
        ["host", "outgoing_id"],
        sqlite_where=sa.text("state = 'parked'"),
        postgresql_where=sa.text("state = 'parked'"),
    )
