"""One place in the pool: a socket, its predecessor while that is being left, and the wait before the next attempt."""

from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol, assert_never

import structlog

from agent.slack.socket_mode.connection import Connection
from agent.slack.socket_mode.status import SocketStatus, State
from agent.slack.socket_mode.tickets import Refused, Wait
from shared.backoff import backoff_s
from shared.clock import Clock

log = structlog.get_logger()

REFUSED_S = 300.0
"""How rarely a refusal is tested again: somebody has to change something first."""
RETIRE_S = 30.0
"""How long a predecessor is read on; Slack closes it some 10 s after its warning."""
RECOUNTED_S = 5.0
"""The same for one that we leave of ourselves: what Slack has sent is there by then, and others count it meanwhile."""
STEADY_S = 30.0
"""A socket that lasted so long wipes out the failures before it."""
_FREE_REOPENINGS = 3
"""So many short-lived sockets in a row are replaced at once, then they too are backed off."""
RECOUNT_S = 300.0
"""When Slack counts more sockets than we hold, the count is taken again within this time: sockets of a killed agent
linger there. Not after exactly so long, or replicas that doubted together would count each other's new ones again."""
_CROWDED = "too_many_websockets"
_CROWDED_S = 5.0
"""Added to the backoff then: sockets of a killed agent, which Slack still counts, need time to be missed."""


class House(Protocol):
    """What a slot needs of its pool."""

    async def opened(self, predecessor: Connection | None) -> Connection | Wait | Refused:
        """A socket that was greeted, or why there is none; where ten are open the predecessor is closed first."""

    def ours(self) -> int:
        """How many sockets of ours Slack may be counting now."""

    def elsewhere(self) -> int | None:
        """How many sockets the other replicas hold, as far as we know; None when there can be no replicas."""

    async def next_hello(self) -> None:
        """Wait until one more socket is greeted."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside the slots, until it ends or the pool does."""

    def count(self, happening: str) -> None:
        """Add one to the happenings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What Slack counted at a hello, and what we did at that moment."""

    counted: int
    ours: int
    """Those of replicas included, as far as we knew of them."""
    at_s: float
    certain: bool = True
    """Whether it may be believed. Where there are replicas, strangers are certain when counted twice in a row: a
    replica that was just started, or replaces a socket, holds more than we know of."""

    @property
    def strangers(self) -> int:
        """Sockets of the app that somebody else holds."""
        return max(0, self.counted - self.ours)


class Slot:
    """Holds one socket, for ever."""

    def __init__(self, house: House, *, clock: Clock, random: Random) -> None:
        self._house = house
        self._clock = clock
        self._random = random
        self._failures = 0
        self._short_lives = 0
        self._state: State = "waiting"
        self._since = clock.now()
        self._reason = ""
        self.census = Census(counted=0, ours=0, at_s=clock.monotonic())
        self.refusal = ""
        """Why somebody must act, as long as that stands; empty otherwise."""

    def status(self) -> SocketStatus:
        """As it stands now."""
        return SocketStatus(
            state=self._state, since=self._since, reason=self._reason, num_connections=self.census.counted
        )

    async def hold(self) -> None:
        """Open, wait until it is to be left, open the next one before leaving it; until cancelled."""
        held: Connection | None = None
        try:
            while True:
                self._enter("opening")
                opened = await self._house.opened(held)
                if isinstance(opened, Connection):
                    if held is not None:
                        self._house.spawn(self._retire(held))
                    held = opened
                pause_s = await self._consequence(opened)
                self._enter("waiting")
                await self._rest(pause_s)
        finally:
            self._enter("waiting")

    async def _rest(self, seconds: float) -> None:
        """Wait; a refusal is over as soon as another socket is greeted, since somebody has acted then."""
        if not self.refusal:
            await self._clock.sleep(seconds)
            return
        with suppress(TimeoutError):
            async with self._clock.timeout(seconds):
                await self._house.next_hello()

    async def _consequence(self, opened: Connection | Wait | Refused) -> float:
        """Stand on the socket as long as it lasts, if there is one; return the seconds until the next attempt."""
        match opened:
            case Connection():
                return await self._stand(opened)
            case Wait():
                return self._put_off(opened)
            case Refused(reason=reason):
                return self._give_in(reason)
            case never:
                assert_never(never)

    async def _stand(self, connection: Connection) -> float:
        """Wait until the socket is to be replaced; return the seconds to wait before that."""
        self.census = self._counted(connection)
        self._reason = self.refusal = ""
        self._enter("open")
        log.info("socket opened", num_connections=self.census.counted)
        await self._until_due(connection)
        age_s = self._clock.monotonic() - connection.opened_at_s
        self._reason = connection.reason or "recount"
        self._house.count(f"left_{self._reason}")
        log.info("socket left", reason=self._reason, age_s=round(age_s, 1))
        if age_s >= STEADY_S:
            self._failures = self._short_lives = 0
        else:
            self._short_lives += 1
        match self._reason:
            case "link_disabled":
                return self._give_in(self._reason)
            case _ if self._reason == _CROWDED:
                return self._put_off(Wait(reason=self._reason))
            case _:
                return self._backoff_s(self._short_lives - _FREE_REOPENINGS)

    def _counted(self, connection: Connection) -> Census:
        counted = connection.hello.num_connections if connection.hello else 0
        elsewhere = self._house.elsewhere()
        ours = self._house.ours() + (elsewhere or 0)
        certain = elsewhere is None or counted <= ours or self.census.strangers > 0
        return Census(counted=counted, ours=ours, at_s=self._clock.monotonic(), certain=certain)

    async def _until_due(self, connection: Connection) -> None:
        if not self.census.strangers:
            await connection.leaving.wait()
            return
        with suppress(TimeoutError):
            async with self._clock.timeout(RECOUNT_S * self._random.uniform(0.2, 1.0)):
                await connection.leaving.wait()

    async def _retire(self, predecessor: Connection) -> None:
        """Read on until Slack closes it: envelopes may still be on their way."""
        with suppress(TimeoutError):
            async with self._clock.timeout(RETIRE_S if predecessor.leaving.is_set() else RECOUNTED_S):
                await predecessor.gone.wait()
        predecessor.part()

    def _put_off(self, wait: Wait) -> float:
        self._failures += 1
        self._note(wait.reason)
        if wait.reason == _CROWDED:
            self.refusal = wait.reason
            return max(wait.after_s, _CROWDED_S + self._backoff_s(self._failures))
        return max(wait.after_s, self._backoff_s(self._failures))

    def _give_in(self, reason: str) -> float:
        self._note(reason)
        self.refusal = reason
        return REFUSED_S

    def _note(self, reason: str) -> None:
        self._reason = reason
        self._house.count(f"failed_{reason}")
        log.warning("socket not opened", reason=reason)

    def _backoff_s(self, attempt: int) -> float:
        return backoff_s(attempt, base_s=1.0, cap_s=30.0, random=self._random) if attempt > 0 else 0.0

    def _enter(self, state: State) -> None:
        self._state = state
        self._since = self._clock.now()
