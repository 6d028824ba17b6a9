"""Records of practice, for which models they count, and what others say of them."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replication",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("url", "model_iri", "version_iri", "name", "language")
        ),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("territory", "country", "stage")),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("record", base.Json, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("deleted_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_replication_actor_id_actor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replication")),
        sa.UniqueConstraint("iri", name=op.f("uq_replication_iri")),
    )
    op.create_index(op.f("ix_replication_actor_id"), "replication", ["actor_id"])
    op.create_index(op.f("ix_replication_model_iri"), "replication", ["model_iri"])
    op.create_table(
        "counted",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("replication_id", base.Id, nullable=False),
        sa.Column("model_id", base.Id, nullable=False),
        sa.Column("via_iri", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["replication_id"],
            ["replication.id"],
            name=op.f("fk_counted_replication_id_replication"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_counted_model_id_model"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted")),
        sa.UniqueConstraint(
            "replication_id", "model_id", name=op.f("uq_counted_replication_id_model_id")
        ),
    )
    op.create_index("ix_counted_model_id_replication_id", "counted", ["model_id", "replication_id"])
    op.create_table(
        "attestation",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("replication_iri", "verdict", "version_iri")
        ),
        sa.Column("sections", base.Json, nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("links", base.Json, nullable=False),
        sa.Column("record_digest", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("revoked_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_attestation_actor_id_actor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
        sa.UniqueConstraint("iri", name=op.f("uq_attestation_iri")),
    )
    op.create_index(op.f("ix_attestation_actor_id"), "attestation", ["actor_id"])
    op.create_index(op.f("ix_attestation_replication_iri"), "attestation", ["replication_iri"])


def downgrade() -> None:
    for name in ("attestation", "counted", "replication"):
        op.drop_table(name)
