"""What a restored back-up has forgotten, whose clock is off, tries that are counted over all."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "instance", sa.Column("versions_above", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("follow", sa.Column("asked_again_at", base.UtcTime(), nullable=True))
    op.add_column("host", sa.Column("clock_ahead", sa.Integer(), nullable=True))
    op.add_column("host", sa.Column("clock_seen_at", base.UtcTime(), nullable=True))
    op.create_index(
        "ix_host_clock_seen_at",
        "host",
        ["clock_seen_at"],
        sqlite_where=sa.text("clock_ahead IS NOT NULL"),
        postgresql_where=sa.text("clock_ahead IS NOT NULL"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("until", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("what", "who", "until", name=op.f("uq_attempt_what_who_until")),
    )
    op.create_index(op.f("ix_attempt_until"), "attempt", ["until"])
