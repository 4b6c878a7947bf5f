"""The replicas of this agent know each other, since Slack counts the sockets of all of them together."""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

import structlog

from agent.store import replicas as stored
from agent.store.port import Store, StoreUnavailableError
from shared.clock import Clock

log = structlog.get_logger()
BEAT_S = 15.0
MISSED_AFTER_S = 60.0
"""A replica that was not heard of for so long is gone, and so are its sockets."""
LEAVE_S = 5.0


class Replicas:
    """Tells the others how many sockets we hold, and knows how many they do."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._owner = str(uuid4())
        self._elsewhere = 0

    def sockets_elsewhere(self) -> int:
        """Sockets of all the others, at most `BEAT_S` behind on either side; while the store is away, as they were."""
        return self._elsewhere

    async def run(self, sockets: Callable[[], int]) -> None:
        """Tell and ask until cancelled; `sockets` says how many are ours."""
        while True:
            beat = partial(
                stored.beat,
                owner=self._owner,
                sockets=sockets(),
                now=self._clock.now().timestamp(),
                missed_after_s=MISSED_AFTER_S,
            )
            try:
                self._elsewhere = await self._store.write(beat)
            except StoreUnavailableError as failure:
                log.warning("the other replicas can't be asked", reason=str(failure))
            await self._clock.sleep(BEAT_S)

    async def leave(self) -> None:
        """Tell the others that our sockets are closed; when that fails they will notice."""
        try:
            async with self._clock.timeout(LEAVE_S):
                await self._store.write(partial(stored.leave, owner=self._owner))
        except (StoreUnavailableError, TimeoutError):
            log.warning("the other replicas could not be told that we leave")
