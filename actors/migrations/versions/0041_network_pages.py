"""What a network says of its house, version by version; organisations in several languages."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "network_page",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said", base.Json, nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("member_id", base.Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_network_page_member_id_member"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_page")),
    )
    op.create_index(op.f("ix_network_page_kind_id"), "network_page", ["kind", "id"])
    op.add_column(
        "organisation", sa.Column("wordings", base.Json, nullable=False, server_default="{}")
    )


def downgrade() -> None:
    op.drop_column("organisation", "wordings")
    op.drop_table("network_page")
