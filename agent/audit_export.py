"""`ghe-slack audit export`: who did what from Slack."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial

from agent.opened_store import opened
from agent.settings import Settings
from agent.store import audit


async def export(settings: Settings, since: datetime | None) -> Sequence[Mapping[str, str]]:
    """The entries from an aware instant on, or all, oldest first: `at` and the fields of `Entry`. Raises `Failure`."""
    async with opened(settings) as store:
        found = await store.read(partial(audit.since, at=since))
    return [{"at": noted.at.isoformat(), **asdict(noted.entry)} for noted in found]
