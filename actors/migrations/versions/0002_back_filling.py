"""A row for each outbox that is walked after a follow."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backfill",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("newest_iri", sa.Text(), nullable=True),
        sa.Column("mark_iri", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("started_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("due_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("claimed_until", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["actor.id"],
            name=op.f("fk_backfill_actor_id_actor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill")),
        sa.UniqueConstraint("actor_id", name=op.f("uq_backfill_actor_id")),
    )
    with op.batch_alter_table("backfill", schema=None) as batch_op:
        batch_op.create_index("ix_backfill_state_due_at", ["state", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_table("backfill")
