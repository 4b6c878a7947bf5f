"""The certificate of the agent's pages: its whole chain is shown, and it is renewed while people are connected."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web
from structlog.testing import capture_logs

from agent import settings
from agent.web.server import LOOK_AGAIN_S, serving
from infra.sandbox.driven_clock import DrivenClock

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(kw_only=True)
class Company:
    """An authority that browsers trust, one below it that signs, and the two files that the agent reads."""

    folder: Path
    clock: DrivenClock
    root: trustme.CA = field(default_factory=trustme.CA)
    at: tuple[str, int] = ("", 0)
    changes: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.trusted = ssl.create_default_context()
        self.root.configure_trust(self.trusted)

    def issue(self, year: int, *, key: bool = True) -> None:
        """Write a new pair, which ends in that year; without `key` only the half of it."""
        issued = self.root.create_child_ca().issue_cert(
            "localhost", "127.0.0.1", not_after=datetime(year, 6, 1, tzinfo=UTC)
        )
        self._write("cert.pem", b"".join(each.bytes() for each in issued.cert_chain_pems))
        if key:
            self._write("key.pem", issued.private_key_pem.bytes())

    def _write(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)
        changed = next(self.changes)
        os.utime(self.folder / name, (changed, changed))  # two writes may fall into one tick of the file system's clock

    async def connect(self, name: str = "localhost") -> Connection:
        """What a browser does, which sends the name along unless it is an address."""
        return await asyncio.open_connection(*self.at, ssl=self.trusted, server_hostname=name)

    async def expiry(self, name: str = "localhost") -> int:
        """The year in which the certificate that is shown ends; the browser has checked its chain."""
        _, writer = await self.connect(name)
        found: str = writer.get_extra_info("peercert")["notAfter"]
        writer.close()
        await writer.wait_closed()
        return int(found.split()[3])

    async def later(self) -> None:
        """So much later that the agent looks again."""
        await self.clock.advance(LOOK_AGAIN_S + 1, step_s=LOOK_AGAIN_S + 1)

    @asynccontextmanager
    async def serves(self) -> AsyncIterator[None]:
        files = {f"AGENT_TLS_{name.upper()}_FILE": str(self.folder / f"{name}.pem") for name in ("cert", "key")}
        given = settings.of({"GHES_URL": "https://github.example.com", "AGENT_LISTEN": "127.0.0.1:0", **files})
        app = web.Application()
        app.router.add_get("/", _hello)
        async with serving(app, given, self.clock) as self.at:
            yield


async def _hello(_request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def _asked(connection: Connection) -> bytes:
    """The answer on a connection that stays open."""
    reader, writer = connection
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    return await reader.readexactly(len(b"hello"))


@pytest.fixture
def company(tmp_path: Path) -> Company:
    made = Company(folder=tmp_path, clock=DrivenClock())
    made.issue(2040)
    return made


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_who_knows_the_root_alone_trusts_us_before_and_after_a_renewal(company: Company, name: str) -> None:
    async with company.serves():
        before = await company.expiry(name)
        company.issue(2041)
        await company.later()
        after = await company.expiry(name)

    assert [before, after] == [2040, 2041]


async def test_who_is_connected_stays_so_while_the_certificate_changes(company: Company) -> None:
    async with company.serves():
        connection = await company.connect()
        before = await _asked(connection)
        company.issue(2041)
        await company.later()
        shown = await company.expiry()
        after = await _asked(connection)
        connection[1].close()
        await connection[1].wait_closed()

    assert [before, after] == [b"hello", b"hello"]
    assert shown == 2041


async def test_a_pair_that_does_not_fit_is_logged_once_and_the_former_one_stays(company: Company) -> None:
    with capture_logs() as logs:
        async with company.serves():
            company.issue(2041, key=False)
            shown = []
            for _ in range(3):
                await company.later()
                shown.append(await company.expiry())
            company.issue(2042)
            await company.later()
            shown.append(await company.expiry())

    complaint, relief = logs
    assert shown == [2040, 2040, 2040, 2042]
    assert complaint["event"] == "the renewed certificate can't be used, the former one stays"
    assert complaint["chain"].endswith("cert.pem")
    assert "mismatch" in complaint["reason"].lower()
    assert relief["event"] == "the renewed certificate is in use"


async def test_files_that_are_gone_are_logged_once_and_the_former_pair_stays(company: Company) -> None:
    with capture_logs() as logs:
        async with company.serves():
            (company.folder / "key.pem").unlink()
            shown = []
            for _ in range(2):
                await company.later()
                shown.append(await company.expiry())

    assert shown == [2040, 2040]
    assert [line["log_level"] for line in logs] == ["error"]
    assert "No such file" in logs[0]["reason"]
