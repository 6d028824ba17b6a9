"""What is decided section by section is kept before it becomes a version."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "choice",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("model_id", base.Id, nullable=False),
        sa.Column("beside_iri", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("texts", base.Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("member_id", base.Id, nullable=True),
        sa.Column("chosen_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_choice_model_id_model"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_choice_member_id_member"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice")),
        sa.UniqueConstraint(
            "model_id", "beside_iri", "key", name=op.f("uq_choice_model_id_beside_iri_key")
        ),
    )
    op.create_index(op.f("ix_choice_model_id"), "choice", ["model_id"])


def downgrade() -> None:
    op.drop_table("choice")
