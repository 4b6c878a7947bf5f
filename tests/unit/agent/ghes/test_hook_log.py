from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from aiohttp import web

from agent.ghes.answers import Refused, Unreachable
from agent.ghes.app_auth import App
from agent.ghes.catch_up import Logged, LogPage, RawDelivery
from agent.ghes.hook_log import HookLog

LogAt = Callable[[web.Application], Awaitable[HookLog]]
DELIVERED_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ENTRY = Logged(id=12, delivery_id="guid-12", event_name="issues", delivered_at=DELIVERED_AT)
LINE = {"id": 12, "guid": "guid-12", "event": "issues", "delivered_at": "2026-11-22T08:00:00Z", "status_code": 502}


@pytest.fixture
def log_at(serve: Callable[[web.Application], Awaitable[str]], app_at: Callable[[str], App]) -> LogAt:
    async def at(application: web.Application) -> HookLog:
        return HookLog(app=app_at(await serve(application)))

    return at


async def test_pages_are_read_by_their_links(log_at: LogAt) -> None:
    async def deliveries(request: web.Request) -> web.Response:
        if "cursor" in request.query:
            return web.json_response([])
        following = f'<{request.url.update_query(cursor="v1_12")}>; rel="next"'
        return web.json_response([LINE, {"id": 13}, "noise"], headers={"Link": following})

    application = web.Application()
    application.router.add_get("/api/v3/app/hook/deliveries", deliveries)
    log = await log_at(application)

    first = await log.page(None)
    assert isinstance(first, LogPage)
    second = await log.page(first.next)

    assert first.entries == [ENTRY]
    assert second == LogPage(entries=[], next=None)


async def test_a_delivery_is_read_with_its_payload(log_at: LogAt) -> None:
    async def delivery(_: web.Request) -> web.Response:
        request = {"headers": {"X-GitHub-Event": "issues", "X-Odd": None}, "payload": {"action": "opened"}}
        return web.json_response({**LINE, "request": request})

    application = web.Application()
    application.router.add_get("/api/v3/app/hook/deliveries/12", delivery)

    whole = await (await log_at(application)).delivery(ENTRY)

    assert whole == RawDelivery(
        delivery_id="guid-12",
        event_name="issues",
        payload={"action": "opened"},
        delivered_at=DELIVERED_AT,
        headers={"X-GitHub-Event": "issues"},
    )


async def test_what_the_log_does_not_give_is_a_value(log_at: LogAt) -> None:
    async def trouble(_: web.Request) -> web.Response:
        return web.json_response({"message": "later"}, status=503)

    application = web.Application()
    log = await log_at(application)
    assert isinstance(await log.page(None), Unreachable)
    assert isinstance(await log.delivery(ENTRY), Refused)

    application = web.Application()
    application.router.add_get("/{path:.*}", trouble)
    log = await log_at(application)
    assert isinstance(await log.page(None), Unreachable)
    assert isinstance(await log.delivery(ENTRY), Unreachable)
