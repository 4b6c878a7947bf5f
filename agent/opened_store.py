"""The store for a verb of the command line, also while an agent runs on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agent.cli_errors import Failure
from agent.settings import Settings
from agent.store.migrate import is_current
from agent.store.open import open_store
from agent.store.port import Store, StoreUnavailableError


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The store, if there is one whose schema is ours. Raises `Failure`, for what fails in the block too."""
    if settings.is_sqlite and not settings.sqlite_path.exists():
        raise Failure(f"There is no store at {settings.sqlite_path}; the agent makes it when it starts.")
    store = open_store(settings)
    try:
        if not await store.read(is_current):
            raise Failure("The store's schema isn't this version's; run `ghe-slack migrate` first.")
        yield store
    except StoreUnavailableError:
        raise Failure("The store doesn't answer; check AGENT_DATABASE_URL and the disk, then try again.") from None
    finally:
        await store.aclose()
