"""Relays, and addresses that are to be read because somebody pointed at them."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "relay",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("inbox", sa.Text(), nullable=False),
        sa.Column("actor_iri", sa.Text(), nullable=True),
        sa.Column("follow_iri", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay")),
        sa.UniqueConstraint("address", name=op.f("uq_relay_address")),
        sa.UniqueConstraint("follow_iri", name=op.f("uq_relay_follow_iri")),
    )
    with op.batch_alter_table("relay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relay_actor_iri"), ["actor_iri"], unique=False)
    op.create_table(
        "errand",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("due_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("claimed_until", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_errand_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
        sa.UniqueConstraint("kind", "iri", name=op.f("uq_errand_kind_iri")),
    )
    with op.batch_alter_table("errand", schema=None) as batch_op:
        batch_op.create_index("ix_errand_state_due_at", ["state", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_table("errand")
    op.drop_table("relay")
