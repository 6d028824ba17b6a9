"""What becomes of actors: blocked, muted, shut out with their host, moved, pinned."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("actor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shut_at", base.UtcTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("aliases", base.Json, nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("moved_to", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("moved_at", base.UtcTime(timezone=True), nullable=True))
    with op.batch_alter_table("host", schema=None) as batch_op:
        batch_op.add_column(sa.Column("blocked_at", base.UtcTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("block_reason", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "block",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("blocker_id", base.Id, nullable=False),
        sa.Column("blocked_id", base.Id, nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        _of_actor("block", "blocker_id"),
        _of_actor("block", "blocked_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sa.UniqueConstraint(
            "blocker_id", "blocked_id", name=op.f("uq_block_blocker_id_blocked_id")
        ),
        sa.UniqueConstraint("iri", name=op.f("uq_block_iri")),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_blocked_id"), ["blocked_id"], unique=False)
    op.create_table(
        "mute",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("muter_id", base.Id, nullable=False),
        sa.Column("muted_id", base.Id, nullable=False),
        sa.Column("hides_notices", sa.Boolean(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        _of_actor("mute", "muter_id"),
        _of_actor("mute", "muted_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mute")),
        sa.UniqueConstraint("muter_id", "muted_id", name=op.f("uq_mute_muter_id_muted_id")),
    )
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mute_muted_id"), ["muted_id"], unique=False)
    op.create_table(
        "host_block",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("owner_id", base.Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        _of_actor("host_block", "owner_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_block")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_host_block_owner_id_name")),
    )
    op.create_table(
        "pin",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("object_iri", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        _of_actor("pin", "actor_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
        sa.UniqueConstraint("actor_id", "object_iri", name=op.f("uq_pin_actor_id_object_iri")),
    )


def downgrade() -> None:
    for table in ("pin", "host_block", "mute", "block"):
        op.drop_table(table)
    with op.batch_alter_table("host", schema=None) as batch_op:
        batch_op.drop_column("block_reason")
        batch_op.drop_column("blocked_at")
    with op.batch_alter_table("actor", schema=None) as batch_op:
        for column in ("moved_at", "moved_to", "aliases", "shut_at"):
            batch_op.drop_column(column)


def _of_actor(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_actor")
    return sa.ForeignKeyConstraint([column], ["actor.id"], name=name, ondelete="CASCADE")
