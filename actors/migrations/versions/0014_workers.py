"""Who works on the queues, and who holds what."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("begun_at", base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    for queue in ("received", "delivery", "backfill", "errand", "exploration"):
        op.add_column(queue, sa.Column("claimed_by", base.Id, nullable=True))
    is_claimed = sa.text("claimed_until IS NOT NULL")
    op.create_index(
        "ix_received_claimed_by",
        "received",
        ["claimed_by"],
        sqlite_where=is_claimed,
        postgresql_where=is_claimed,
    )
