"""Copies of what others' models show; records of practice that are not published yet."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_file",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("model_id", base.Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("media_id", base.Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_kept_file_model_id_model"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["media.id"],
            name=op.f("fk_kept_file_media_id_media"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_file")),
        sa.UniqueConstraint("model_id", "url", name=op.f("uq_kept_file_model_id_url")),
    )
    op.create_index(op.f("ix_kept_file_url"), "kept_file", ["url"])
    op.create_index(op.f("ix_kept_file_media_id"), "kept_file", ["media_id"])
    op.create_table(
        "record_draft",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("author_id", base.Id, nullable=True),
        sa.Column("model_id", base.Id, nullable=False),
        sa.Column("media_id", base.Id, nullable=True),
        sa.Column("fields", base.Json, nullable=False),
        sa.Column("changed_at", base.UtcTime(timezone=True), nullable=False),
        _to("actor_id", "actor", "CASCADE"),
        _to("author_id", "member", "SET NULL"),
        _to("model_id", "model", "CASCADE"),
        _to("media_id", "media", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_draft")),
    )
    op.create_index(op.f("ix_record_draft_actor_id"), "record_draft", ["actor_id"])
    op.create_index(op.f("ix_record_draft_model_id"), "record_draft", ["model_id"])


def _to(column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_record_draft_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def downgrade() -> None:
    op.drop_table("record_draft")
    op.drop_table("kept_file")
