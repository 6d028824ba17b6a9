"""What was seen of lineages elsewhere, and the keys that versions were signed with."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sighting",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("upstream_iri", sa.Text(), nullable=True),
        sa.Column("looked_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("seen_at", base.UtcTime(timezone=True), nullable=True),
        sa.Column("forks_at", base.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint("iri", name=op.f("uq_sighting_iri")),
    )
    op.create_index(op.f("ix_sighting_upstream_iri"), "sighting", ["upstream_iri"])
    op.create_table(
        "listed_fork",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("source_iri", sa.Text(), nullable=False),
        sa.Column("fork_iri", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_fork")),
        sa.UniqueConstraint(
            "source_iri", "fork_iri", name=op.f("uq_listed_fork_source_iri_fork_iri")
        ),
    )
    op.create_index(op.f("ix_listed_fork_fork_iri"), "listed_fork", ["fork_iri"])
    op.create_table(
        "witness",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("revision_id", base.Id, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("owner_iri", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("checked_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name=op.f("fk_witness_revision_id_revision"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witness")),
        sa.UniqueConstraint("revision_id", name=op.f("uq_witness_revision_id")),
    )


def downgrade() -> None:
    op.drop_table("witness")
    op.drop_table("listed_fork")
    op.drop_table("sighting")
