"""What came in, and whom we called."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heard",
        sa.Column("id", base.Id, autoincrement=True, nullable=False),
        sa.Column("at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("key_iri", sa.Text(), nullable=False),
        sa.Column("activity_iri", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heard")),
    )
    op.create_table(
        "called",
        sa.Column("id", base.Id, autoincrement=True, nullable=False),
        sa.Column("at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("hop", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_called")),
    )
    with op.batch_alter_table("heard", schema=None) as batch_op:
        batch_op.create_index("ix_heard_activity_iri", ["activity_iri"], unique=False)
        batch_op.create_index("ix_heard_at", ["at"], unique=False)
    with op.batch_alter_table("called", schema=None) as batch_op:
        batch_op.create_index("ix_called_at", ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("called")
    op.drop_table("heard")
