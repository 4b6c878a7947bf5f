"""Forgetting, once an hour."""

from collections.abc import Mapping
from functools import partial

import structlog

from agent.store.port import Store, StoreUnavailableError
from agent.store.retention import Key, Sweep, sweeps
from shared.clock import Clock

log = structlog.get_logger()
INTERVAL_S = 3600.0


async def run(store: Store, clock: Clock, days: int) -> None:
    """Forget until cancelled what is over; `days` is `AGENT_RETENTION_DAYS`."""
    while True:
        try:
            found = await forget(store, clock, days)
        except StoreUnavailableError as failure:
            log.warning("not everything could be forgotten this time", reason=str(failure))
        else:
            log.info("what is over was forgotten", **found)
        await clock.sleep(INTERVAL_S)


async def forget(store: Store, clock: Clock, days: int) -> Mapping[str, int]:
    """Forget what is over now; how many rows of each kind, e.g. `{"events": 3}`, without those that had none.

    It is looked for on a reading connection, and ended in small transactions. Raises `StoreUnavailableError`.
    """
    found = {each.what: await ended(store, each) for each in sweeps(clock.now().timestamp(), days)}
    return {what: count for what, count in found.items() if count}


async def ended(store: Store, sweep: Sweep) -> int:
    """End all rows that are over, a slice at a time; how many."""
    count = 0
    after: Key | None = None
    while keys := await store.read(partial(sweep.find, after=after)):
        count += await store.write(partial(sweep.end, keys=keys))
        after = keys[-1]
    return count
