"""`ghe-slack secrets rotate`: after it, keys other than the newest one may be taken out of `AGENT_SECRET_KEYS`.

Where a key is lost, what it opened can be let go of instead: what is readable stays.
"""

from collections.abc import Callable
from functools import partial

from agent import opening
from agent.cli_errors import Failure
from agent.clock import SystemClock
from agent.invoker import invoker
from agent.opened_store import opened
from agent.replicas import MISSED_AFTER_S
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.store.discarding import Lost, discard, lost
from agent.store.replicas import are_there
from agent.store.sealed import rotate as rotate_all
from agent.store.secrets import Secrets, UnreadableSecretError
from shared.clock import Clock

_HINT = "Put it back; if it is lost, `ghe-slack secrets rotate --discard-unreadable` says what is lost with it."
_RUNS = (
    "An agent runs on this store, and may have the key that is missing here: stop it first, all replicas of it; one "
    "that was killed is noticed after a minute."
)
_CHANGED = "Something was stored in the meantime, so nothing was discarded: run it again."


async def rotate(settings: Settings) -> int:
    """Encrypt everything that is stored anew with the newest key; how many values. Raises `Failure`.

    It is one transaction, so an agent that runs meanwhile waits for it, and reads what it finds afterwards: give it the
    new key first, beside the old one.
    """
    async with opened(settings) as store:
        secrets = Secrets(load_or_make(settings))
        try:
            return await store.write(lambda connection: rotate_all(connection, secrets))
        except UnreadableSecretError as error:
            raise Failure(f"{error} {_HINT}") from None


async def discard_unreadable(
    settings: Settings, confirmed: Callable[[Lost], bool], by: str = "", clock: Clock | None = None
) -> int | None:
    """Let go of what no key opens, then encrypt the rest anew; how many values, None where it wasn't confirmed.

    `confirmed` isn't asked where everything can be read. Raises `Failure`, too while an agent runs.
    """
    clock = clock or SystemClock()
    with opening.held(settings):
        async with opened(settings) as store:
            secrets, now = Secrets(load_or_make(settings)), clock.now().timestamp()
            if await store.read(partial(are_there, since=now - MISSED_AFTER_S)):
                raise Failure(_RUNS)
            seen = await store.read(partial(lost, secrets=secrets))
            if seen:
                if not confirmed(seen):
                    return None
                who = invoker("secrets rotate", by)
                work = partial(discard, secrets=secrets, seen=seen, by=who, now=clock.now().timestamp())
                if not await store.write(work):
                    raise Failure(_CHANGED)
            return await store.write(lambda connection: rotate_all(connection, secrets))
