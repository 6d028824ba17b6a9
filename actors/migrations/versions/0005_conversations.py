"""Remarks that can be reworded, polls, and hashtags."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("poll", base.Json, nullable=True))
        batch_op.add_column(sa.Column("request_key", sa.Text(), nullable=True))
    op.create_table(
        "wording",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("remark_id", base.Id, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("said_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["remark_id"],
            ["remark.id"],
            name=op.f("fk_wording_remark_id_remark"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
    )
    with op.batch_alter_table("wording", schema=None) as batch_op:
        batch_op.create_index("ix_wording_remark_id", ["remark_id"], unique=False)
    op.create_table(
        "hashtag",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("remark_id", base.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["remark_id"],
            ["remark.id"],
            name=op.f("fk_hashtag_remark_id_remark"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hashtag")),
        sa.UniqueConstraint("name", "remark_id", name=op.f("uq_hashtag_name_remark_id")),
    )
    with op.batch_alter_table("hashtag", schema=None) as batch_op:
        batch_op.create_index("ix_hashtag_remark_id", ["remark_id"], unique=False)


def downgrade() -> None:
    op.drop_table("hashtag")
    op.drop_table("wording")
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.drop_column("request_key")
        batch_op.drop_column("poll")
        batch_op.drop_column("source")
