"""Names to addresses."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from agent.net.proxy import under_localhost

_LOOPBACK = (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))


class LocalhostResolver(AbstractResolver):
    """The system's resolver, but `localhost` and all names below it are this machine (RFC 6761, 6.3).

    Many systems ask the network for `ghes.localhost` and get no answer.
    """

    def __init__(self) -> None:
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host`; `OSError` when there are none."""
        if not under_localhost(host):
            return await self._system.resolve(host, port, family)
        wanted = [(address, its) for address, its in _LOOPBACK if family in {its, socket.AF_UNSPEC}]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=its,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address, its in wanted
        ]

    async def close(self) -> None:
        """Close the system's resolver."""
        await self._system.close()
