"""One WebSocket of an app, with the ways in which it can end."""

import asyncio
import json
import socket as sockets
import struct
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

from aiohttp import web

CLOSE_PATIENCE_S = 1
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


def reset(transport: asyncio.Transport | None) -> None:
    """Abort a TCP connection so that the other side gets a reset, not an end."""
    if transport is None or transport.is_closing():
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Socket:
    """One open WebSocket. `half_open`: the peer seems to be gone; nothing is sent, read or answered any more."""

    def __init__(
        self, number: int, app_id: str, channel: web.WebSocketResponse, transport: asyncio.Transport | None
    ) -> None:
        self.number = number
        self.app_id = app_id
        self.half_open = False
        self.gone = asyncio.Event()
        self._channel = channel
        self._transport = transport

    async def send(self, frame: Mapping[str, Any]) -> None:
        """Send a frame; it is lost when the connection is."""
        if not self.half_open:
            with suppress(ConnectionError):
                await self._channel.send_str(json.dumps(frame))

    async def ping(self) -> None:
        """Send a WebSocket ping."""
        if not self.half_open:
            with suppress(ConnectionError):
                await self._channel.ping()

    async def pong(self, data: bytes) -> None:
        """Answer a ping, unless half-open."""
        if not self.half_open:
            with suppress(ConnectionError):
                await self._channel.pong(data)

    async def disconnect(self, reason: Reason) -> None:
        """Send the disconnect frame; closing is another step."""
        frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": f"applink-sandbox-{self.number}"}}
        await self.send(frame)

    async def close(self) -> None:
        """Close with a handshake, on which the app has a second; a half-open socket is only forgotten."""
        self.gone.set()
        if self.half_open:
            return
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(CLOSE_PATIENCE_S):
                await self._channel.close()

    def reset(self) -> None:
        """Abort the TCP connection without a word."""
        self.gone.set()
        reset(self._transport)
