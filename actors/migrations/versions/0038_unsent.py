"""What members have typed into forms and not sent yet."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsent",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("member_id", base.Id, nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("fields", base.Json, nullable=False),
        sa.Column("changed_at", base.UtcTime(timezone=True), nullable=False),
        _to("member_id", "member"),
        _to("actor_id", "actor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsent")),
        sa.UniqueConstraint(
            "member_id", "actor_id", "place", name=op.f("uq_unsent_member_id_actor_id_place")
        ),
    )
    op.create_index(op.f("ix_unsent_actor_id"), "unsent", ["actor_id"])
    op.create_index(op.f("ix_unsent_changed_at"), "unsent", ["changed_at"])


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_unsent_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("unsent")
