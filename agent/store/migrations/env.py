"""Alembic's entry: runs the migrations on the connection that `agent.store.migrate` has opened and will commit."""

from alembic import context

from agent.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
    transactional_ddl=False,
)
context.run_migrations()
