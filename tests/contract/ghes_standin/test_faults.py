"""What goes wrong on demand. ghes.md §14 (Faults on demand), §11.3."""

import asyncio
import ssl
from typing import Any

import aiohttp
import pytest
import trustme

from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes.faults import LostAfterWrite, PrimaryLimit, SecondaryLimit, ServerError, Slow
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.server import running
from infra.sandbox.ghes.world import World


async def test_a_server_error_strikes_as_often_as_told_and_only_where_aimed(bot: Any, world: World) -> None:
    world.faults.append(ServerError(status=503, method="GET", path="/repos/", times=2))

    statuses = [(await bot("GET", path)).status for path in ("/users/ada", *["/repos/acme/api"] * 3)]

    assert statuses == [200, 503, 503, 200]


async def test_nothing_was_written_before_a_server_error(bot: Any, world: World, api: Repository) -> None:
    world.faults.append(ServerError())

    answer = await bot("POST", "/repos/acme/api/issues", {"title": "x"})

    assert answer.status == 502
    assert not api.issues


async def test_a_lost_answer_leaves_the_work_done(bot: Any, world: World, api: Repository) -> None:
    # §14 Faults: "connection lost after the write"
    world.faults.append(LostAfterWrite(method="POST"))

    with pytest.raises(aiohttp.ClientError):
        await bot("POST", "/repos/acme/api/issues", {"title": "x"})

    assert [it.title for it in api.issues.values()] == ["x"]


async def test_a_slow_answer_comes_by_the_worlds_clock(bot: Any, world: World, clock: DrivenClock) -> None:
    world.faults.append(Slow(seconds=40))

    asking = asyncio.create_task(bot("GET", "/users/ada"))
    await settle()
    await clock.advance(39)
    early = asking.done()
    await clock.advance(1)

    assert not early
    assert (await asking).status == 200


async def test_the_primary_limit_says_until_when(bot: Any, world: World, clock: DrivenClock) -> None:
    # §11.3: "remaining 0 → until X-RateLimit-Reset"
    world.faults.append(PrimaryLimit(reset_in_s=90))

    answer = await bot("GET", "/users/ada")

    assert answer.status == 403
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert int(answer.headers["X-RateLimit-Reset"]) == clock.now().timestamp() + 90


@pytest.mark.parametrize(("status", "after"), [(403, 60), (429, 7), (403, None)])
async def test_the_secondary_limit_has_its_words(bot: Any, world: World, status: Any, after: int | None) -> None:
    # §14 Faults: "secondary limit (403 + Retry-After, 429)"; §11.3: the text without a header
    world.faults.append(SecondaryLimit(status=status, retry_after_s=after))

    answer = await bot("GET", "/users/ada")

    assert answer.status == status
    assert answer.headers.get("Retry-After") == (str(after) if after else None)
    assert "secondary rate limit" in answer.body["message"]


async def test_the_certificate_may_come_from_a_private_ca(world: World, session: aiohttp.ClientSession) -> None:
    # §14 Faults: "certificate from a private CA"
    authority = trustme.CA()
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async with running(world, ssl=ours) as server:
        async with session.get(f"{server.api_url}/meta", ssl=trusting) as response:
            status = response.status
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(f"{server.api_url}/meta")

    assert server.url.startswith("https://")
    assert status == 401
