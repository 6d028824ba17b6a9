"""What quotes what, and what is still to be read of conversations."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quote",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("remark_id", base.Id, nullable=False),
        sa.Column("quoted_iri", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stamp_iri", sa.Text(), nullable=True),
        sa.Column("stamp", sa.LargeBinary(), nullable=False),
        sa.Column("request_iri", sa.Text(), nullable=True),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("checked_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["remark_id"],
            ["remark.id"],
            name=op.f("fk_quote_remark_id_remark"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("remark_id", name=op.f("uq_quote_remark_id")),
    )
    with op.batch_alter_table("quote", schema=None) as batch_op:
        for column in ("quoted_iri", "stamp_iri", "request_iri"):
            batch_op.create_index(f"ix_quote_{column}", [column], unique=False)
    op.create_table(
        "exploration",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("plan", base.Json, nullable=False),
        sa.Column("seen", base.Json, nullable=False),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("started_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("due_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("claimed_until", base.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exploration")),
        sa.UniqueConstraint("kind", "iri", name=op.f("uq_exploration_kind_iri")),
    )
    with op.batch_alter_table("exploration", schema=None) as batch_op:
        batch_op.create_index("ix_exploration_state_due_at", ["state", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_table("exploration")
    op.drop_table("quote")
