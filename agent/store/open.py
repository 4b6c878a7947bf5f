"""The store that the settings name."""

from agent.settings import Settings
from agent.store.port import Store
from agent.store.postgres import PostgresStore
from agent.store.sqlite import SqliteStore


def open_store(settings: Settings) -> Store:
    """The store as it is, whatever its schema; it connects with the first statement. Close it when done."""
    return SqliteStore(settings.sqlite_path) if settings.is_sqlite else PostgresStore(settings.database_url)
