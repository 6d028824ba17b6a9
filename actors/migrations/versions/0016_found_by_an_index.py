"""What is asked every day is found by an index, however much is remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_actor_handle_of_ours",
        "actor",
        ["handle"],
        sqlite_where=sa.text("is_ours IS 1"),
        postgresql_where=sa.text("is_ours IS true"),
    )
    op.create_index(op.f("ix_host_block_name"), "host_block", ["name"])
    op.create_index(op.f("ix_notice_remark_id"), "notice", ["remark_id"])
