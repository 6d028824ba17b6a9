"""Upgrading: every step that a database lacks, by Alembic."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection


def upgrade(connection: Connection, passes: Callable[[str], None]) -> None:
    """Take the steps, within the transaction of the connection.

    Args:
        connection: whatever the database's standing.
        passes: see `actors.migrations.upgrade`.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    config.attributes["passes"] = passes
    command.upgrade(config, "head")
