"""Translations that are prepared, and glossaries."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "translation",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("model_id", base.Id, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("author_id", base.Id, nullable=True),
        sa.Column("changed_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model.id"],
            name=op.f("fk_translation_model_id_model"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["member.id"],
            name=op.f("fk_translation_author_id_member"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation")),
        sa.UniqueConstraint(
            "model_id",
            "language",
            "section",
            name=op.f("uq_translation_model_id_language_section"),
        ),
    )
    op.create_table(
        "term",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("model_id", base.Id, nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("into", sa.Text(), nullable=False),
        sa.Column("equivalent", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author_id", base.Id, nullable=True),
        sa.Column("changed_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_term_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_term_model_id_model"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["member.id"], name=op.f("fk_term_author_id_member"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
    )
    op.create_index(op.f("ix_term_actor_id"), "term", ["actor_id"])
    op.create_index(op.f("ix_term_model_id"), "term", ["model_id"])


def downgrade() -> None:
    op.drop_table("term")
    op.drop_table("translation")
