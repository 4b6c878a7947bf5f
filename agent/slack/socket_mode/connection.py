"""One socket, from the upgrade to its end."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import aiohttp

from agent.net.outbound import Network
from agent.slack.socket_mode.envelope import Envelope
from agent.slack.socket_mode.frame import Disconnect, Garbage, Hello, parse
from agent.slack.socket_mode.tickets import Refused, Ticket, Wait, unreached
from shared.clock import Clock

HANDSHAKE_S = 10.0
PING_EVERY_S = 4.0
"""A dead peer is found within two of these: a ping, and the silence after it."""
SEND_S = 3.0
CLOSE_S = 1.0
"""Slack doesn't close TCP after the closing handshake (release notes of @slack/socket-mode 3.2.0)."""
_MESSAGE_BYTES = 16 * 1024 * 1024

Deliver = Callable[["Connection", Envelope], Awaitable[None]]
"""Takes an envelope into hand and returns; while it doesn't return, nothing more is read from the socket."""
Count = Callable[[str], None]


async def connect(network: Network, ticket: Ticket, clock: Clock) -> aiohttp.ClientWebSocketResponse | Wait | Refused:
    """Spend a ticket. 409, 408 and 429 are known answers to the handshake, and each is a `Wait`."""
    try:
        async with clock.timeout(HANDSHAKE_S):
            return await network.session.ws_connect(
                ticket.url,
                proxy=network.proxy.for_url(ticket.url),
                autoping=False,  # pongs prove that the peer lives, so we want to see them
                max_msg_size=_MESSAGE_BYTES,
            )
    except (aiohttp.ClientError, OSError) as error:
        return unreached(error)


class Connection:
    """Reads, pings and writes one socket.

    `greeted` → `leaving` → `gone`, each an event that is set once. *Leaving*: Slack has announced the close, or the
    socket has broken; `reason` says which, and it is time for a successor. After a mere announcement the socket goes
    on delivering until it is `gone`.
    """

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, *, clock: Clock, deliver: Deliver, count: Count
    ) -> None:
        self.hello: Hello | None = None
        self.reason = ""
        self.greeted = asyncio.Event()
        """Set by the hello; by leaving too, so that nobody waits in vain: then `hello` is None."""
        self.leaving = asyncio.Event()
        self.gone = asyncio.Event()
        self.opened_at_s = clock.monotonic()
        self._socket = socket
        self._clock = clock
        self._deliver = deliver
        self._count = count
        self._heard_at_s = clock.monotonic()
        self._delivering = False
        self._ending = False
        self._parting = asyncio.Event()

    @property
    def usable(self) -> bool:
        """Whether acknowledgements can be sent on it."""
        return self.hello is not None and not self._ending

    async def run(self) -> None:
        """Live until Slack closes the socket, it breaks, falls silent, or we `part`."""
        try:
            async with asyncio.TaskGroup() as group:
                lives = [group.create_task(life) for life in (self._read(), self._ping(), self._part())]
                try:
                    await asyncio.wait(lives, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    self._ending = True
                    self._leave("connection_lost")
                    await self._close()
                    for life in lives:
                        life.cancel()
        finally:
            self.gone.set()

    def part(self) -> None:
        """Close it from our side."""
        self._parting.set()

    async def send(self, frame: str) -> bool:
        """Write a text frame; False when the socket wouldn't take it. True doesn't prove that it arrived."""
        try:
            async with self._clock.timeout(SEND_S):
                await self._socket.send_str(frame)
        except (aiohttp.ClientError, OSError):
            return False
        return True

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive()
            self._heard_at_s = self._clock.monotonic()
            match message.type:
                case aiohttp.WSMsgType.TEXT:
                    await self._take(message.data)
                case aiohttp.WSMsgType.BINARY:
                    self._count("garbage")
                case aiohttp.WSMsgType.PING:
                    if not await self._tell(self._socket.pong(message.data)):
                        return
                case aiohttp.WSMsgType.PONG:
                    pass
                case aiohttp.WSMsgType.CLOSE:
                    self._leave("closed")
                    return
                case _:
                    return

    async def _take(self, frame: str) -> None:
        match parse(frame, self._clock.now()):
            case Hello() as hello:
                self.hello = hello
                self.greeted.set()
            case Disconnect(reason=reason):
                self._leave(reason)
            case Garbage():
                self._count("garbage")
            case Envelope() as envelope:
                self._delivering = True
                await self._deliver(self, envelope)
                self._delivering = False
                self._heard_at_s = self._clock.monotonic()

    async def _ping(self) -> None:
        while True:
            pinged_at_s = self._clock.monotonic()
            if not await self._tell(self._socket.ping()):
                return
            await self._clock.sleep(PING_EVERY_S)
            # While envelopes wait for room we don't read, and silence proves nothing.
            if self._heard_at_s < pinged_at_s and not self._delivering:
                self._leave("silent")
                return

    async def _part(self) -> None:
        await self._parting.wait()
        self._leave("left_by_us")

    async def _tell(self, sent: Awaitable[None]) -> bool:
        try:
            async with self._clock.timeout(SEND_S):
                await sent
        except (aiohttp.ClientError, OSError):
            return False
        return True

    def _leave(self, reason: str) -> None:
        if not self.leaving.is_set():
            self.reason = reason
            self.leaving.set()
            self.greeted.set()

    async def _close(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with self._clock.timeout(CLOSE_S):
                await self._socket.close()
