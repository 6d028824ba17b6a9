"""Alembic's entrance: runs on the connection that `actors.migrations` brings."""

import itertools
from typing import Any

from alembic import context

from actors.tables.everything import Base

connection = context.config.attributes["connection"]
passes = context.config.attributes["passes"]
steps = itertools.count(1)


def applied(*_: Any, **__: Any) -> None:
    """One step was made, and nothing is committed yet."""
    passes(f"migrate.step.{next(steps)}")


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    on_version_apply=applied,
    user_module_prefix="base.",
)
with context.begin_transaction():
    context.run_migrations()
