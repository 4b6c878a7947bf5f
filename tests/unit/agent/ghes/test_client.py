import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from gidgethub import BadRequest, GitHubBroken, RedirectionException

from agent.ghes.client import REQUEST_TIMEOUT_S, ForeignHostError, Ghes, NoAnswerError
from infra.sandbox.driven_clock import DrivenClock

Serve = Callable[[web.Application], Awaitable[str]]
GhesAt = Callable[[str], Ghes]


def answering(*answers: web.Response) -> tuple[web.Application, list[web.Request]]:
    """An application that gives these answers in turn, the last for ever, and the requests that it got."""
    got: list[web.Request] = []

    async def next_answer(request: web.Request) -> web.Response:
        await request.read()
        got.append(request)
        answer = answers[min(len(got), len(answers)) - 1]
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)  # one can't be sent twice

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", next_answer)
    return application, got


async def test_every_call_names_its_version_and_token(serve: Serve, ghes_at: GhesAt) -> None:
    application, got = answering(web.json_response({"login": "ada"}))
    ghes = ghes_at(await serve(application))

    assert await ghes.client("t0ken").getitem("/user") == {"login": "ada"}

    assert got[0].path == "/api/v3/user"
    assert got[0].headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert got[0].headers["Accept"] == "application/vnd.github+json"
    assert got[0].headers["Authorization"] == "token t0ken"
    assert got[0].headers["User-Agent"] == "ghe-slack"


async def test_graphql_goes_to_the_same_server(serve: Serve, ghes_at: GhesAt) -> None:
    application, got = answering(web.json_response({"data": {"viewer": {"login": "ada"}}}))
    ghes = ghes_at(await serve(application))

    assert await ghes.client("t").graphql("query { viewer { login } }", first=3) == {"viewer": {"login": "ada"}}

    assert got[0].path == "/api/graphql"
    assert (await got[0].json())["variables"] == {"first": 3}


async def test_a_limited_graphql_query_is_repeated(serve: Serve, ghes_at: GhesAt, clock: DrivenClock) -> None:
    limited = web.json_response({"errors": [{"type": "RATE_LIMITED", "message": "x"}]}, headers={"Retry-After": "9"})
    application, _ = answering(limited, web.json_response({"data": {}}))
    ghes = ghes_at(await serve(application))

    assert await ghes.client("t").graphql("query { viewer { login } }") == {}

    assert clock.monotonic() == 9


async def test_version_and_clock_of_the_server_are_remembered(
    serve: Serve, ghes_at: GhesAt, clock: DrivenClock
) -> None:
    headers = {"X-GitHub-Enterprise-Version": "3.19.4", "Date": "Sun, 22 Nov 2026 09:15:00 GMT"}
    application, _ = answering(web.json_response({}, headers=headers))
    ghes = ghes_at(await serve(application))

    await ghes.client().getitem("/meta")

    assert (ghes.server.version, ghes.server.skew_s) == ("3.19.4", 900)
    assert ghes.server.answered_at == clock.now()


async def test_a_listing_that_leads_elsewhere_keeps_its_token(serve: Serve, ghes_at: GhesAt) -> None:
    elsewhere, stolen = answering(web.json_response([]))
    evil = await serve(elsewhere)
    application, _ = answering(web.json_response([1], headers={"Link": f'<{evil}api/v3/items?page=2>; rel="next"'}))
    client = ghes_at(await serve(application)).client("t")

    with pytest.raises(ForeignHostError):
        [item async for item in client.getiter("/items")]

    assert stolen == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_redirect_to_another_host_is_refused(serve: Serve, ghes_at: GhesAt, method: str) -> None:
    elsewhere, stolen = answering(web.json_response({}))
    evil = await serve(elsewhere)
    application, _ = answering(web.Response(status=302, headers={"Location": f"{evil}api/v3/repositories/1"}))
    client = ghes_at(await serve(application)).client("t")

    with pytest.raises(ForeignHostError):
        await (client.getitem("/user") if method == "GET" else client.post("/user", data={}))

    assert stolen == []


async def test_a_write_to_a_renamed_repository_is_repeated_under_its_new_name(serve: Serve, ghes_at: GhesAt) -> None:
    moved = web.json_response({"message": "Moved"}, status=301, headers={"Location": "/api/v3/repositories/5/issues"})
    named = web.json_response({"full_name": "acme/new"})
    application, got = answering(moved, named, web.json_response({"number": 1}, status=201))
    client = ghes_at(await serve(application)).client("t")

    assert await client.post("/repos/acme/old/issues", data={"title": "x"}) == {"number": 1}

    assert [(it.method, it.path) for it in got] == [
        ("POST", "/api/v3/repos/acme/old/issues"),
        ("GET", "/api/v3/repositories/5"),
        ("POST", "/api/v3/repos/acme/new/issues"),
    ]
    assert await got[2].json() == {"title": "x"}


async def test_a_read_from_a_renamed_repository_follows(serve: Serve, ghes_at: GhesAt) -> None:
    moved = web.json_response({}, status=301, headers={"Location": "/api/v3/repositories/5/issues/1"})
    application, got = answering(moved, web.json_response({"number": 1}))
    client = ghes_at(await serve(application)).client("t")

    assert await client.getitem("/repos/acme/old/issues/1") == {"number": 1}

    assert got[1].path == "/api/v3/repositories/5/issues/1"


@pytest.mark.parametrize("location", ["/login", "/api/v3/repositories/5/issues"])
async def test_a_write_that_is_sent_nowhere_known_is_not_repeated(serve: Serve, ghes_at: GhesAt, location: str) -> None:
    moved = web.json_response({}, status=301, headers={"Location": location})
    application, got = answering(moved, web.json_response({}, status=404))
    client = ghes_at(await serve(application)).client("t")

    with pytest.raises(RedirectionException):
        await client.post("/repos/acme/old/issues", data={})

    assert [it.method for it in got].count("POST") == 1


async def test_redirects_in_a_circle_end(serve: Serve, ghes_at: GhesAt) -> None:
    application, got = answering(web.json_response({}, status=302, headers={"Location": "/api/v3/user"}))
    client = ghes_at(await serve(application)).client("t")

    with pytest.raises(RedirectionException):
        await client.getitem("/user")

    assert len(got) == 6


async def test_a_server_that_stays_in_trouble_is_asked_five_times(
    serve: Serve, ghes_at: GhesAt, clock: DrivenClock
) -> None:
    application, got = answering(web.json_response({}, status=502))
    client = ghes_at(await serve(application)).client("t")

    with pytest.raises(GitHubBroken):
        await client.getitem("/user")

    assert len(got) == 5
    assert clock.monotonic() == 0.25 + 0.5 + 1 + 2


async def test_a_limit_beyond_our_patience_is_told_at_once(serve: Serve, ghes_at: GhesAt, clock: DrivenClock) -> None:
    application, _ = answering(web.json_response({}, status=429, headers={"Retry-After": "3600"}))
    client = ghes_at(await serve(application)).client("t")

    with pytest.raises(BadRequest):
        await client.getitem("/user")

    assert clock.monotonic() == 0


async def test_an_unchanged_answer_is_taken_from_the_cache_of_its_token(serve: Serve, ghes_at: GhesAt) -> None:
    async def user(request: web.Request) -> web.Response:
        known = request.headers.get("If-None-Match") == '"1"'
        return web.Response(status=304) if known else web.json_response({"id": 1}, headers={"ETag": '"1"'})

    application = web.Application()
    application.router.add_get("/api/v3/user", user)
    ghes = ghes_at(await serve(application))

    answers = [await ghes.client("t").getitem("/user") for _ in range(2)]

    assert answers == [{"id": 1}, {"id": 1}]
    assert answers[0] is answers[1]
    assert ghes.client("other") is not ghes.client("t")
    assert await ghes.client("other").getitem("/user") is not answers[0]


async def test_only_the_clients_of_the_newest_tokens_are_kept(serve: Serve, ghes_at: GhesAt) -> None:
    ghes = ghes_at(await serve(web.Application()))
    first = ghes.client("0")

    for number in range(1, 65):
        ghes.client(str(number))

    assert ghes.client("0") is not first


async def test_a_closed_port_is_no_answer(ghes_at: GhesAt, unused_tcp_port: int) -> None:
    with pytest.raises(NoAnswerError, match="unreachable"):
        await ghes_at(f"http://127.0.0.1:{unused_tcp_port}").client().getitem("/meta")


async def test_a_status_that_http_does_not_know_is_no_answer(serve: Serve, ghes_at: GhesAt) -> None:
    application, _ = answering(web.Response(status=599))
    client = ghes_at(await serve(application)).client("t")

    with pytest.raises(NoAnswerError, match="answered_599"):
        await client.post("/user", data={})


async def test_a_server_that_says_nothing_is_given_up(serve: Serve, ghes_at: GhesAt, clock: DrivenClock) -> None:
    reached, released = asyncio.Event(), asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        reached.set()
        await released.wait()
        return web.Response()

    application = web.Application()
    application.router.add_get("/api/v3/user", silent)
    asked = asyncio.create_task(ghes_at(await serve(application)).client("t").getitem("/user"))
    await reached.wait()

    await clock.advance(REQUEST_TIMEOUT_S, step_s=REQUEST_TIMEOUT_S)

    with pytest.raises(NoAnswerError, match="no_answer_in_time"):
        await asked
    released.set()
