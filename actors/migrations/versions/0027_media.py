"""Pictures and documents, and what shows them."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("small_digest", sa.Text(), nullable=True),
        sa.Column("small_type", sa.Text(), nullable=False),
        sa.Column("small_size", sa.Integer(), nullable=False),
        sa.Column("small_width", sa.Integer(), nullable=False),
        sa.Column("small_height", sa.Integer(), nullable=False),
        sa.Column("blurhash", sa.Text(), nullable=False),
        sa.Column("focus_x", sa.Float(), nullable=False),
        sa.Column("focus_y", sa.Float(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_media_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )
    op.create_index(op.f("ix_media_actor_id"), "media", ["actor_id"])
    op.create_index(op.f("ix_media_digest"), "media", ["digest"])
    op.create_index(op.f("ix_media_small_digest"), "media", ["small_digest"])
    op.create_table(
        "media_use",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("media_id", base.Id, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", base.Id, nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["media.id"],
            name=op.f("fk_media_use_media_id_media"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_use")),
        sa.UniqueConstraint(
            "media_id",
            "subject",
            "subject_id",
            name=op.f("uq_media_use_media_id_subject_subject_id"),
        ),
    )
    op.create_index("ix_media_use_subject", "media_use", ["subject", "subject_id"])


def downgrade() -> None:
    op.drop_table("media_use")
    op.drop_table("media")
