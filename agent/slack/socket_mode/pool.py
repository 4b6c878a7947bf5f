"""The sockets together: two or more, so that commands have a way in while one is being replaced."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from random import Random
from types import MappingProxyType
from typing import Any

import structlog

from agent.net.outbound import Network
from agent.slack.socket_mode.connection import Connection, connect
from agent.slack.socket_mode.envelope import KNOWN_TYPES, Envelope
from agent.slack.socket_mode.hands import Hands
from agent.slack.socket_mode.slot import Slot
from agent.slack.socket_mode.status import PoolStatus, none_open, sentence, strangers
from agent.slack.socket_mode.tickets import Refused, Ticket, Tickets, Wait
from shared.clock import Clock

log = structlog.get_logger()

MOST_SOCKETS = 10
"""Of one app, whatever its tokens (slackapi/bolt-js#1263)."""
HELLO_S = 10.0
ACK_WITHIN_S = 3.0
DRAIN_S = 10.0
_LINGER_S = 60.0
"""How long Slack may go on counting a socket of ours that broke."""
_IN_HAND = 1000

Receive = Callable[[Envelope], Awaitable[Mapping[str, Any] | None]]
"""Makes an envelope durable, or answers it, and returns the acknowledgement's payload. Only then it is acknowledged;
when it raises, it is not, and Slack brings an event again. Called for many envelopes at once."""


class Pool:
    """Holds the sockets, hands envelopes over, sends acknowledgements."""

    def __init__(
        self,
        network: Network,
        tickets: Tickets,
        receive: Receive,
        *,
        clock: Clock,
        random: Random,
        connections: int = 2,
        in_hand: int = _IN_HAND,
        expected_elsewhere: Callable[[], int | None] = lambda: None,
        measured: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        """`expected_elsewhere`: sockets of the app that others hold, as far as known; None when there can be none.

        `measured` hears of each acknowledgement how many seconds after its envelope it was sent.
        """
        self._network = network
        self._tickets = tickets
        self._receive = receive
        self._clock = clock
        self._expected_elsewhere = expected_elsewhere
        self._measured = measured
        self._envelopes: Counter[str] = Counter()
        self._happenings: Counter[str] = Counter()
        self._hands = Hands(in_hand, count=self.count)
        self._slots = tuple(Slot(self, clock=clock, random=random) for _ in range(connections))
        self._holding: list[asyncio.Task[None]] = []
        self._connections: list[Connection] = []
        self._opening = 0
        self._broken_at_s: list[float] = []
        self._greeted = asyncio.Event()
        self._hello_to_come = asyncio.Event()
        self._exchange = asyncio.Lock()
        self._group = asyncio.TaskGroup()

    async def run(self) -> None:
        """Hold the sockets until `stop`; cancelled, drop them and what is in hand."""
        try:
            async with self._group:
                self._holding = [self._group.create_task(slot.hold()) for slot in self._slots]
        finally:
            self._hands.drop()

    async def stop(self, *, drain_s: float = DRAIN_S) -> None:
        """Take nothing more, acknowledge what is in hand, close the sockets; `run` returns then."""
        self._hands.close()
        for holding in self._holding:
            holding.cancel()
        if not await self._hands.drained(drain_s, self._clock):
            log.warning("stopped with envelopes in hand")
        for connection in self._connections:
            connection.part()

    def status(self) -> PoolStatus:
        """As it stands now."""
        sockets = tuple(slot.status() for slot in self._slots)
        alarms = [sentence(reason) for reason in dict.fromkeys(slot.refusal for slot in self._slots) if reason]
        if not alarms and not any(connection.usable for connection in self._connections):
            alarms.append(none_open(next((socket.reason for socket in sockets if socket.reason), "")))
        certain = [slot.census for slot in self._slots if slot.census.certain]
        latest = max(certain, key=lambda census: census.at_s, default=None)
        if latest and latest.strangers:
            alarms.append(strangers(latest.counted, latest.ours))
        return PoolStatus(
            sockets=sockets,
            alarms=tuple(alarms),
            envelopes=MappingProxyType(dict(self._envelopes)),
            happenings=MappingProxyType(dict(self._happenings)),
            in_hand=len(self._hands),
        )

    async def opened(self, predecessor: Connection | None) -> Connection | Wait | Refused:
        """For a slot: a greeted socket, or why there is none."""
        if predecessor is None or predecessor.gone.is_set() or self.ours() + (self.elsewhere() or 0) < MOST_SOCKETS:
            return await self._open()
        # An eleventh socket may be refused, or cost us another one: one slot at a time leaves its own first.
        async with self._exchange:
            predecessor.part()
            await predecessor.gone.wait()
            return await self._open()

    def ours(self) -> int:
        """For a slot: sockets of ours that Slack may be counting, those included that broke in the last minute."""
        missed_after_s = self._clock.monotonic() - _LINGER_S
        self._broken_at_s = [at_s for at_s in self._broken_at_s if at_s > missed_after_s]
        return len(self._connections) + self._opening + len(self._broken_at_s)

    def elsewhere(self) -> int | None:
        """For a slot: sockets of other replicas; None when there can be none."""
        return self._expected_elsewhere()

    async def next_hello(self) -> None:
        """For a slot: wait until one more socket is greeted."""
        await self._hello_to_come.wait()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """For a slot: run beside it."""
        self._group.create_task(work)

    def count(self, happening: str) -> None:
        """For all parts: add one to the happenings."""
        self._happenings[happening] += 1

    async def _open(self) -> Connection | Wait | Refused:
        self._opening += 1
        try:
            ticket = await self._tickets.draw()
            if not isinstance(ticket, Ticket):
                return ticket
            socket = await connect(self._network, ticket, self._clock)
            if isinstance(socket, Wait | Refused):
                return socket
            connection = Connection(socket, clock=self._clock, deliver=self._deliver, count=self.count)
            self._connections.append(connection)
            self.spawn(self._live(connection))
        finally:
            self._opening -= 1
        return await self._hello(connection)

    async def _hello(self, connection: Connection) -> Connection | Wait | Refused:
        try:
            async with self._clock.timeout(HELLO_S):
                await connection.greeted.wait()
        except TimeoutError:
            connection.part()
            return Wait(reason="no_hello")
        if connection.hello is not None:
            self._greeted.set()
            self._hello_to_come.set()
            self._hello_to_come = asyncio.Event()
            return connection
        if connection.reason == "link_disabled":
            return Refused(reason=connection.reason)
        return Wait(reason=connection.reason)

    async def _live(self, connection: Connection) -> None:
        try:
            await connection.run()
        finally:
            self._connections.remove(connection)
            if connection.reason in {"connection_lost", "silent"}:
                self._broken_at_s.append(self._clock.monotonic())

    async def _deliver(self, carrier: Connection, envelope: Envelope) -> None:
        self._envelopes[envelope.type if envelope.type in KNOWN_TYPES else "unknown"] += 1
        await self._hands.take(lambda: self._answer(carrier, envelope))

    async def _answer(self, carrier: Connection, envelope: Envelope) -> None:
        answer = await self._receive(envelope) if envelope.type in KNOWN_TYPES else None
        frame = envelope.acknowledgement(answer)
        left_s = ACK_WITHIN_S - self._age_s(envelope)
        if not await carrier.send(frame):
            if not await self._sent_elsewhere(frame, left_s):
                self.count("unacknowledged")
                return
            self.count("acknowledged_elsewhere")
        self.count("acknowledged")
        self._measured(self._age_s(envelope))
        if left_s < 0:
            self.count("acknowledged_late")

    def _age_s(self, envelope: Envelope) -> float:
        return max(0.0, (self._clock.now() - envelope.received_at).total_seconds())

    async def _sent_elsewhere(self, frame: str, within_s: float) -> bool:
        """Send on any socket, on the next one that opens if there is none now and time is left."""
        try:
            async with self._clock.timeout(max(0.0, within_s)):
                while True:
                    for connection in self._connections:
                        if connection.usable and await connection.send(frame):
                            return True
                    self._greeted.clear()
                    await self._greeted.wait()
        except TimeoutError:
            return False
