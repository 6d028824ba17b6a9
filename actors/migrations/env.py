"""Alembic's entrance: runs on the connection that `actors.migrations` brings."""

from alembic import context

from actors.tables.everything import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="base.",
)
with context.begin_transaction():
    context.run_migrations()
