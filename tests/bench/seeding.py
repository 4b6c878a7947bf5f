"""What stands in the agent's store before it starts."""

from collections.abc import Sequence
from pathlib import Path

from agent.clock import SystemClock
from agent.store.sqlite import SqliteStore
from agent.store.subscriptions import SqlSubscriptions
from agent.subscriptions.changes import Change
from agent.subscriptions.features import DEFAULTS
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from shared.address import Address
from tests.bench.webhooks import repository_id, repository_name

STORE = "ghe-slack.db"
WANTS = Wants(features=dict.fromkeys(DEFAULTS, PLAIN))


async def subscribe(folder: Path, addresses: Sequence[Address], *, repositories: int) -> None:
    """Each repository is subscribed to by one of the addresses, in turn, with the features that are on by default."""
    store = SqliteStore(folder / STORE)
    try:
        subscriptions = SqlSubscriptions(store, SystemClock())
        for number in range(repositories):
            target = Target(scope=Scope.REPO, id=repository_id(number), name=repository_name(number))
            wanted = Change(target=target, before=None, after=WANTS)
            await subscriptions.change(addresses[number % len(addresses)], [wanted], by="U1")
    finally:
        await store.aclose()
