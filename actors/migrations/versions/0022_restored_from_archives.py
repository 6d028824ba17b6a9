"""Remember what came here in an archive, and why it was believed."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0022"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restoration",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("model_id", base.Id, nullable=False),
        sa.Column("archive", sa.Text(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=True),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model.id"],
            name=op.f("fk_restoration_model_id_model"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["actor.id"],
            name=op.f("fk_restoration_actor_id_actor"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restoration")),
        sa.UniqueConstraint("model_id", "archive", name=op.f("uq_restoration_model_id_archive")),
    )


def downgrade() -> None:
    op.drop_table("restoration")
