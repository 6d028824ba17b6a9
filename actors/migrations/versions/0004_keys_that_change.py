"""Keys that were replaced; what hosts say of the signatures that they read."""

import sqlalchemy as sa
from alembic import op

from actors.tables.base import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    integer = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "former_key",
        sa.Column("id", integer, autoincrement=False, nullable=False),
        sa.Column("actor_id", integer, nullable=False),
        sa.Column("private", sa.Text(), nullable=False),
        sa.Column("update_id", integer, nullable=False),
        sa.Column("retired_at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["actor.id"],
            name=op.f("fk_former_key_actor_id_actor"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["update_id"],
            ["outgoing.id"],
            name=op.f("fk_former_key_update_id_outgoing"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_key")),
    )
    op.create_index(op.f("ix_former_key_actor_id"), "former_key", ["actor_id"])
    with op.batch_alter_table("host", schema=None) as batch_op:
        for name in ("reads_ed25519", "is_tried"):
            batch_op.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )


def downgrade() -> None:
    with op.batch_alter_table("host", schema=None) as batch_op:
        batch_op.drop_column("is_tried")
        batch_op.drop_column("reads_ed25519")
    op.drop_index(op.f("ix_former_key_actor_id"), table_name="former_key")
    op.drop_table("former_key")
