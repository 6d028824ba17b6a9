"""Drafts, and when they are published by themselves."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("author_id", base.Id, nullable=True),
        sa.Column("model_id", base.Id, nullable=True),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("commons_id", base.Id, nullable=True),
        sa.Column("sheet", base.Json, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("modifications", base.Json, nullable=False),
        sa.Column("changed_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("publish_at", base.UtcTime(timezone=True), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_draft_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["member.id"],
            name=op.f("fk_draft_author_id_member"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_draft_model_id_model"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["commons_id"],
            ["actor.id"],
            name=op.f("fk_draft_commons_id_actor"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_actor_id"), "draft", ["actor_id"])
    op.create_index(op.f("ix_draft_model_id"), "draft", ["model_id"])
    op.create_index(op.f("ix_draft_publish_at"), "draft", ["publish_at"])


def downgrade() -> None:
    op.drop_table("draft")
