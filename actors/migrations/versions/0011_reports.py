"""What was reported to the stewards of this instance."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=True),
        sa.Column("from_id", base.Id, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("about_id", base.Id, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("things", base.Json, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("is_forwarded", sa.Boolean(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("told_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("closed_at", base.UtcTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column],
                ["actor.id"],
                name=op.f(f"fk_report_{column}_actor"),
                ondelete="CASCADE",
            )
            for column in ("from_id", "about_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report_host_about_id", ["host", "about_id"], unique=False)
        batch_op.create_index("ix_report_closed_at", ["closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_from_id"), ["from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_about_id"), ["about_id"], unique=False)


def downgrade() -> None:
    op.drop_table("report")
