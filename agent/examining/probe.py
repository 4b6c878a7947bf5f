"""One more socket, opened to hear Slack's hello and closed at once."""

from dataclasses import dataclass

import aiohttp

from agent.examining.reach import ASK_S, Unreached, unreached
from agent.net.outbound import Network
from agent.slack.socket_mode.frame import Disconnect, Hello, parse
from shared.clock import Clock

_CLOSE = aiohttp.ClientWSTimeout(ws_close=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Slack took the socket and let go of it before a hello."""

    reason: str


async def probe(network: Network, url: str, clock: Clock) -> Hello | Left | Unreached:
    """Spend the ticket in `url`, which is never shown."""
    opening = network.session.ws_connect(url, proxy=network.proxy.for_url(url), timeout=_CLOSE)
    try:
        async with clock.timeout(ASK_S), opening as socket:
            message = await socket.receive()
            frame = parse(message.data, clock.now()) if message.type is aiohttp.WSMsgType.TEXT else None
    except (aiohttp.ClientError, OSError) as error:
        return unreached(error)
    match frame:
        case Hello():
            return frame
        case Disconnect(reason=reason):
            return Left(reason=reason)
        case _:
            return Left(reason="no hello")
