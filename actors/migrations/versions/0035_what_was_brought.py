"""What was understood of a text that a draft was begun with."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drafts that are there were begun with nothing."""
    op.add_column("draft", sa.Column("brought", base.Json, nullable=True))


def downgrade() -> None:
    """What was told beside a draft is forgotten; the draft stays."""
    with op.batch_alter_table("draft") as draft:
        draft.drop_column("brought")
