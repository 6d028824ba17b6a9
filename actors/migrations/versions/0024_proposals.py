"""Changes that are proposed, who may propose them, and whose they were."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("offer_iri", sa.Text(), nullable=False),
        sa.Column("model_id", base.Id, nullable=False),
        sa.Column("proposer_id", base.Id, nullable=False),
        sa.Column("base_iri", sa.Text(), nullable=False),
        sa.Column("base_digest", sa.Text(), nullable=False),
        sa.Column("fork_iri", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("changes", base.Json, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("keys", base.Json, nullable=False),
        sa.Column("result_iri", sa.Text(), nullable=True),
        sa.Column("current_iri", sa.Text(), nullable=True),
        sa.Column("note_iri", sa.Text(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("answered_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_proposal_model_id_model"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["proposer_id"],
            ["actor.id"],
            name=op.f("fk_proposal_proposer_id_actor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("iri", name=op.f("uq_proposal_iri")),
        sa.UniqueConstraint("offer_iri", name=op.f("uq_proposal_offer_iri")),
    )
    op.create_index(op.f("ix_proposal_model_id"), "proposal", ["model_id"])
    op.create_index(op.f("ix_proposal_proposer_id"), "proposal", ["proposer_id"])
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("proposals_from", sa.Text(), nullable=False, server_default="everybody")
        )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("credits", base.Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_column("credits")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("proposals_from")
    op.drop_table("proposal")
