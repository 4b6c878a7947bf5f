"""Sends webhooks, on connections that stay open, with as little work of its own as Python allows.

Closed: so many are under way at any time. Open: so many a second, whether they are answered or not; a delay counts
from the moment that a webhook was due, so that a server that stalls can't hide it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from agent.clock import SystemClock

ACCEPTED = 202
CONNECTIONS = 64
PATIENCE_S = 60.0
clock = SystemClock()


@dataclass(slots=True, kw_only=True)
class Load:
    """What came of it: seconds for each webhook that was accepted, and how many weren't."""

    delays_s: list[float] = field(default_factory=list)
    refused: int = 0
    took_s: float = 0.0

    @property
    def per_s(self) -> float:
        return len(self.delays_s) / self.took_s

    @property
    def delays_ms(self) -> list[float]:
        return [each * 1000 for each in self.delays_s]

    def count(self, status: int, delay_s: float) -> None:
        if status == ACCEPTED:
            self.delays_s.append(delay_s)
        else:
            self.refused += 1


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> int:
        """Send, wait for the answer, return its status."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        _, _, length = head.lower().partition(b"content-length:")
        await self._reader.readexactly(int(length.split(b"\r\n", 1)[0] or 0))
        return int(head.split(b" ", 2)[1])


@asynccontextmanager
async def line(host: str, port: int) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()


async def closed(host: str, port: int, requests: Iterator[bytes], *, in_flight: int, seconds: float) -> Load:
    """Keep `in_flight` under way."""
    load = Load()
    started = clock.monotonic()

    async def one(via: Line) -> None:
        while clock.monotonic() - started < seconds:
            request = next(requests)
            sent = clock.monotonic()
            load.count(await via.ask(request), clock.monotonic() - sent)

    async with AsyncExitStack() as stack, clock.timeout(seconds + PATIENCE_S):
        lines = [await stack.enter_async_context(line(host, port)) for _ in range(in_flight)]
        started = clock.monotonic()
        await asyncio.gather(*(one(each) for each in lines))
        load.took_s = clock.monotonic() - started
    return load


async def open_(
    host: str, port: int, requests: Iterator[bytes], *, per_s: float, total: int, due: Callable[[float], None]
) -> Load:
    """Send `total`, `per_s` a second; `due` hears the moment (`monotonic`) at which each was to leave."""
    load, free = Load(), asyncio.Queue[Line]()

    async def one(via: Line, request: bytes, at: float) -> None:
        load.count(await via.ask(request), clock.monotonic() - at)
        free.put_nowait(via)

    async with AsyncExitStack() as stack, clock.timeout(total / per_s + PATIENCE_S), asyncio.TaskGroup() as tasks:
        for _ in range(CONNECTIONS):
            free.put_nowait(await stack.enter_async_context(line(host, port)))
        started = clock.monotonic()
        for number in range(total):
            at = started + number / per_s
            request = next(requests)
            due(at)
            if (early_s := at - clock.monotonic()) > 0:
                await clock.sleep(early_s)
            tasks.create_task(one(await free.get(), request, at))
        while free.qsize() < CONNECTIONS:
            await clock.sleep(0.005)
        load.took_s = clock.monotonic() - started
    return load
