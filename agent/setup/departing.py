"""What nobody tells: installations whose end we missed, and workspaces that were left 30 days ago. Once an hour.

An event that comes while no socket is open may be lost. A token that a post found dead is asked about here, and goes
like one whose end Slack has told.
"""

from collections.abc import Sequence
from functools import partial

import structlog

from agent.people.unlinking import Unlinking
from agent.retention import INTERVAL_S, ended
from agent.setup.grounds import Grounds
from agent.setup.leaving import gone
from agent.slack.oauth import DEAD
from agent.store.departed import forget, linked_people, sweeps
from agent.store.installations import doubtful
from agent.store.port import Store, StoreUnavailableError
from agent.store.secrets import UnreadableSecretError
from shared.clock import Clock

log = structlog.get_logger()


async def run(grounds: Grounds, unlinking: Unlinking | None) -> None:
    """Look after them until cancelled; without `unlinking` people's tokens are only deleted."""
    while True:
        try:
            await notice_departed(grounds)
            forgotten = await forget_departed(grounds.store, grounds.clock, unlinking)
        except (StoreUnavailableError, UnreadableSecretError) as failure:
            log.warning("the workspaces that are gone can't be looked after this time", reason=str(failure))
        else:
            if forgotten:
                log.info("workspaces that are gone were forgotten", team_ids=forgotten)
        await grounds.clock.sleep(INTERVAL_S)


async def notice_departed(grounds: Grounds) -> None:
    """Delete the tokens that are dead. Raises `StoreUnavailableError` and `UnreadableSecretError`."""
    for installation_id, reason in (await grounds.store.read(partial(doubtful, reasons=DEAD))).items():
        await gone(grounds, installation_id, reason, patience_s=0.0)


async def forget_departed(store: Store, clock: Clock, unlinking: Unlinking | None) -> Sequence[str]:
    """Forget them now; the ids of those of which nothing is left. Raises `StoreUnavailableError`."""
    now = clock.now().timestamp()
    if unlinking:
        for team_id, user_id in await store.read(partial(linked_people, now=now)):
            await unlinking.forget(team_id, user_id)
    for each in sweeps(now):
        await ended(store, each)
    return await store.write(partial(forget, now=now))
