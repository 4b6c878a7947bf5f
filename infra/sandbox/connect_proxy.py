"""A corporate proxy: tunnels by CONNECT, asks for credentials, and alone knows the names outside.

async with running(Rules(user="corp", password="p%w", names={"slack.example": ("127.0.0.1", 8443)})) as proxy:
    Proxy(url=proxy.url)

With an `Interception` it opens the TLS that goes through it, as many a company's does.
"""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote

import trustme

from agent.clock import SystemClock
from shared.clock import Clock

_HEAD_S = 10.0
_CHUNK_BYTES = 65536
_NAME_UNKNOWN = "502 Bad Gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interception:
    """How TLS is opened on its way: clients are shown certificates of the proxy's own."""

    authority: trustme.CA
    """Who signs them; clients that don't trust it hang up."""
    trusted: ssl.SSLContext
    """Whom the proxy itself trusts outside."""

    def shown(self, name: str) -> ssl.SSLContext:
        """A server's context with a certificate for this name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name).configure_cert(context)
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may pass, and to where."""

    user: str = "corp"
    password: str = "p%w:d"
    names: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Host name → the address it really has; whatever port is asked for, this one is reached. Others are unknown."""
    interception: Interception | None = None


class ConnectProxy:
    """What the proxy saw."""

    def __init__(self, rules: Rules, clock: Clock) -> None:
        self.tunnels: list[str] = []
        """`host:port` of each tunnel that was opened, oldest first."""
        self.opened: list[str] = []
        """The same of each whose TLS was opened: the client took our certificate."""
        self.refused: list[str] = []
        """Status lines of what was refused, oldest first."""
        self.address = ""
        """`host:port`."""
        self._rules = rules
        self._clock = clock
        self._transports: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """Its URL with the right credentials, percent-encoded."""
        return self.url_with(self._rules.user, self._rules.password)

    def url_with(self, user: str, password: str) -> str:
        """Its URL with these credentials."""
        return f"http://{quote(user, safe='')}:{quote(password, safe='')}@{self.address}"

    def reset(self) -> None:
        """Cut all tunnels."""
        for writer in self._transports:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection; a tunnel ends when either side does."""
        self._transports.add(writer)
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever hung up needs no answer
        finally:
            self._transports.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._clock.timeout(_HEAD_S):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *lines = head.split("\r\n")
        method, target, *_ = [*request.split(" "), "", ""]
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        address = self._rules.names.get(target.rpartition(":")[0])
        if refusal := self._refusal(method, headers.get("proxy-authorization", ""), address):
            self.refused.append(refusal)
            challenge = 'Proxy-Authenticate: Basic realm="corp"\r\n' if refusal.startswith("407") else ""
            writer.write(f"HTTP/1.1 {refusal}\r\n{challenge}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        elif address is not None:
            await self._tunnel(target, address, reader, writer)

    def _refusal(self, method: str, authorization: str, address: tuple[str, int] | None) -> str:
        if method != "CONNECT":
            return "405 Method Not Allowed"
        credentials = base64.b64encode(f"{self._rules.user}:{self._rules.password}".encode()).decode()
        if authorization != f"Basic {credentials}":
            return "407 Proxy Authentication Required"
        return "" if address else _NAME_UNKNOWN

    async def _tunnel(
        self, target: str, address: tuple[str, int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        name, interception = target.rpartition(":")[0], self._rules.interception
        trusted = interception.trusted if interception else None
        far_reader, far_writer = await asyncio.open_connection(
            *address, ssl=trusted, server_hostname=name if trusted else None
        )
        self.tunnels.append(target)
        self._transports.add(far_writer)
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            if interception:
                await writer.start_tls(interception.shown(name))
                self.opened.append(target)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, far_writer))
                group.create_task(_pump(far_reader, writer))
        finally:
            self._transports.discard(far_writer)
            far_writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await source.read(_CHUNK_BYTES):
            sink.write(chunk)
            await sink.drain()
    sink.close()


@asynccontextmanager
async def running(rules: Rules, clock: Clock | None = None, host: str = "127.0.0.1") -> AsyncIterator[ConnectProxy]:
    """Serve on any free port of this address."""
    proxy = ConnectProxy(rules, clock or SystemClock())
    server = await asyncio.start_server(proxy.serve, host, 0)
    proxy.address = f"{host}:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        proxy.reset()
        await server.wait_closed()
