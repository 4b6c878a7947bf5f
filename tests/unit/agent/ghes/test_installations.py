import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import web
from gidgethub import BadRequest

from agent.ghes.installations import Installations
from infra.sandbox.driven_clock import DrivenClock

Serve = Callable[[web.Application], Awaitable[str]]
InstallationsAt = Callable[[str], Installations]


@pytest.fixture
def minted() -> list[str]:
    """The tokens that were given out."""
    return []


@pytest.fixture
def application(minted: list[str], clock: DrivenClock) -> web.Application:
    """Mints tokens for an hour; `/user` knows the newest only."""

    async def mint(_: web.Request) -> web.Response:
        minted.append(f"ghs_{len(minted) + 1}")
        expires_at = clock.now() + timedelta(hours=1)
        return web.json_response({"token": minted[-1], "expires_at": expires_at.isoformat()}, status=201)

    async def user(request: web.Request) -> web.Response:
        right = request.headers["Authorization"] == f"token {minted[-1]}"
        return web.json_response({"token": minted[-1]}, status=200 if right else 401)

    built = web.Application()
    built.router.add_post("/api/v3/app/installations/3/access_tokens", mint)
    built.router.add_get("/api/v3/user", user)
    return built


async def test_twenty_callers_cost_one_token(
    serve: Serve, installations_at: InstallationsAt, application: web.Application, minted: list[str]
) -> None:
    installations = installations_at(await serve(application))

    tokens = await asyncio.gather(*(installations.token(3) for _ in range(20)))

    assert set(tokens) == {"ghs_1"}
    assert minted == ["ghs_1"]


async def test_a_token_is_renewed_five_minutes_before_its_end(
    serve: Serve, installations_at: InstallationsAt, application: web.Application, clock: DrivenClock
) -> None:
    installations = installations_at(await serve(application))
    await installations.token(3)

    await clock.advance(54 * 60, step_s=3600)
    assert await installations.token(3) == "ghs_1"

    await clock.advance(60, step_s=3600)
    assert await installations.token(3) == "ghs_2"


async def test_a_forgotten_token_is_not_used_again(
    serve: Serve, installations_at: InstallationsAt, application: web.Application
) -> None:
    installations = installations_at(await serve(application))
    await installations.token(3)

    installations.forget(3)
    installations.forget(4)

    assert await installations.token(3) == "ghs_2"


async def test_a_token_that_ghes_no_longer_knows_is_replaced(
    serve: Serve, installations_at: InstallationsAt, application: web.Application, minted: list[str]
) -> None:
    installations = installations_at(await serve(application))
    await installations.token(3)
    minted.append("ghs_elsewhere")

    assert await installations.get(3, "/user") == {"token": "ghs_3"}


async def test_a_suspended_installation_is_refused(serve: Serve, installations_at: InstallationsAt) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"message": "This installation has been suspended"}, status=403)

    application = web.Application()
    application.router.add_post("/api/v3/app/installations/3/access_tokens", refuse)
    installations = installations_at(await serve(application))

    with pytest.raises(BadRequest, match="suspended"):
        await installations.get(3, "/user")


async def test_a_listing_is_read_to_its_end_and_no_further_than_allowed(
    serve: Serve, installations_at: InstallationsAt, application: web.Application
) -> None:
    async def page(request: web.Request) -> web.Response:
        number = int(request.query.get("page", "1"))
        following = f'<{request.url.with_query(page=number + 1)}>; rel="next"'
        return web.json_response({"runs": [number]}, headers={"Link": following} if number < 4 else {})

    application.router.add_get("/api/v3/runs", page)
    installations = installations_at(await serve(application))

    assert await installations.listing(3, "/runs", key="runs") == [1, 2, 3, 4]
    assert await installations.listing(3, "/runs", key="runs", most_pages=2) == [1, 2]
