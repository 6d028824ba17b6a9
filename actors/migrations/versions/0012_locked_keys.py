"""Private keys are locked; by this an instance knows the secret that locks them.

The keys themselves are locked when the program next starts, or by `essaim migrate`: a step of the
schema knows no secret.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("instance", sa.Column("safe_check", sa.Text(), nullable=True))
