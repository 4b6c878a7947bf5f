"""Alembic's entry: runs the migrations on the connection that `agent.store.migrate` has opened and will commit."""

from alembic import context

from agent.store import people_tables, setup_tables, tables  # noqa: F401 - they register their tables
from agent.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
    transactional_ddl=False,
)
context.run_migrations()
