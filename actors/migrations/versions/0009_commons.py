"""Commons: groups around a theme, what stands in them, who tends them."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commons",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("names", base.Json, nullable=False),
        sa.Column("summaries", base.Json, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("posting", sa.Text(), nullable=False),
        sa.Column("opened_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["actor.id"], name=op.f("fk_commons_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commons")),
    )
    op.create_table(
        "moderator",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        *_commons_and_actor("moderator"),
    )
    op.create_table(
        "posting",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("is_answer", sa.Boolean(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("pinned_at", base.UtcTime(timezone=True), nullable=True),
        sa.Column("removed_at", base.UtcTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *_commons_and_actor("posting", unique="iri"),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posting_iri"), ["iri"], unique=False)
    op.create_table(
        "exclusion",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        *_commons_and_actor("exclusion"),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_join", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    for table in ("model", "remark"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("commons_iri", sa.Text(), nullable=True))


def _commons_and_actor(table: str, unique: str = "actor_id") -> tuple[sa.schema.SchemaItem, ...]:
    """Whose row it is in which commons, and what there is once of in each."""
    return (
        sa.Column("commons_id", base.Id, nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["commons_id"],
            ["commons.id"],
            name=op.f(f"fk_{table}_commons_id_commons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["actor.id"],
            name=op.f(f"fk_{table}_actor_id_actor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("commons_id", unique, name=op.f(f"uq_{table}_commons_id_{unique}")),
    )


def downgrade() -> None:
    for table in ("model", "remark"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("commons_iri")
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.drop_column("is_join")
    for table in ("exclusion", "posting", "moderator", "commons"):
        op.drop_table(table)
