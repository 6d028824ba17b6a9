"""One lane for each host that mail waits for; fan-out goes on where it stopped.

So that a claim looks at a few hosts and not at everything that waits.
"""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lane",
        sa.Column("id", base.Id, autoincrement=True, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("due_at", base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane")),
        sa.UniqueConstraint("host", name=op.f("uq_lane_host")),
    )
    op.create_index(op.f("ix_lane_due_at"), "lane", ["due_at"])
    op.execute(
        "INSERT INTO lane (host, due_at)"
        " SELECT host, MIN(due_at) FROM delivery WHERE state = 'waiting' GROUP BY host"
    )
    op.add_column("outgoing", sa.Column("fanned_to", base.Id, nullable=True))
    op.drop_index("ix_delivery_host_state_due_at", table_name="delivery")
    op.create_index(
        "ix_delivery_host_state_due_at_id", "delivery", ["host", "state", "due_at", "id"]
    )
    claimed = sa.text("claimed_until IS NOT NULL")
    op.create_index(
        "ix_delivery_claimed",
        "delivery",
        ["host", "claimed_until"],
        sqlite_where=claimed,
        postgresql_where=claimed,
    )
    op.drop_index(op.f("ix_follow_followee_id"), table_name="follow")
    op.create_index("ix_follow_followee_id_id", "follow", ["followee_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_follow_followee_id_id", table_name="follow")
    op.create_index(op.f("ix_follow_followee_id"), "follow", ["followee_id"])
    op.drop_index("ix_delivery_claimed", table_name="delivery")
    op.drop_index("ix_delivery_host_state_due_at_id", table_name="delivery")
    op.create_index("ix_delivery_host_state_due_at", "delivery", ["host", "state", "due_at"])
    op.drop_column("outgoing", "fanned_to")
    op.drop_table("lane")
