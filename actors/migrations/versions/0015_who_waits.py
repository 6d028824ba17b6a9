"""Whether anything that somebody said still waits: asked for every activity that comes."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_index(
        "ix_received_speaker_waiting",
        "received",
        ["speaker"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
