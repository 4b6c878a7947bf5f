"""The Web API's client on the wire: every answer is a value, its figures are Slack's, and no log has the token."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import structlog
from aiohttp import web

from agent import logs
from agent.net.outbound import Network, network
from agent.slack.web_api import NOT_SLACK, TIMEOUT_S, Answer, Answered, WebApi
from agent.workspaces import Workspace
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.slack.faults import AnswerLost, Down, Limited, RequestLost, Says, Slow
from infra.sandbox.slack.limits import TIER_3
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.server import running
from infra.sandbox.slack.world import World, messages
from shared.outcome import Refused, Retry, Unknown

JSON = {"Content-Type": "application/json; charset=utf-8"}
HTML = {"Content-Type": "text/html"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(kw_only=True)
class Impostor:
    """Somebody between us and Slack, who answers `status`, `headers` and `body`; `heard` are the requests' headers."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    heard: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.heard.append((request.path, dict(request.headers)))
        return web.Response(status=self.status, headers=self.headers, body=self.body)


@dataclass(kw_only=True)
class Rig:
    """A client of both workspaces of Slack, and one that meets an impostor."""

    world: World
    clock: DrivenClock
    net: Network
    known: dict[str, Workspace]
    api: WebApi
    impostor: Impostor
    astray: WebApi

    @property
    def team_ids(self) -> list[str]:
        return list(self.world.teams)

    async def post(self, text: str = "hello", *, team: int = 0, channel: str = "general") -> Answered:
        """Post into a channel, moving the clock while nothing comes."""
        team_id = self.team_ids[team]
        channel_id = self.world.channel(team_id, channel).channel_id
        return await self.soon(self.api.call(team_id, "chat.postMessage", channel=channel_id, text=text))

    def gets_token(self, token: str) -> None:
        """The first workspace's token is this one from now on."""
        self.world.teams[self.team_ids[0]].bot_token = token
        self.known[self.team_ids[0]] = replace(self.known[self.team_ids[0]], token=token)

    async def strayed(self) -> Answered:
        """What a call comes to that the impostor answers."""
        return await self.soon(self.astray.call(self.team_ids[0], "auth.test"))

    async def soon(self, calling: Awaitable[Answered]) -> Answered:
        task = asyncio.ensure_future(calling)
        while not task.done():
            for _ in range(10):
                await settle()
            if not task.done():
                await self.clock.advance(1, step_s=1)
        return await task


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    clock, impostor = DrivenClock(), Impostor()
    world = sample(clock)
    known = {
        team.team_id: Workspace(
            team_id=team.team_id,
            name=team.name,
            domain=team.domain,
            bot_user_id=team.bot_user_id,
            token=team.bot_token,
            scopes=team.scopes,
        )
        for team in world.teams.values()
    }
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", impostor.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    elsewhere = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    async with running(world) as urls, network() as net:
        yield Rig(
            world=world,
            clock=clock,
            net=net,
            known=known,
            api=WebApi(network=net, api_url=urls.api_url, workspaces=known, clock=clock),
            impostor=impostor,
            astray=WebApi(network=net, api_url=elsewhere, workspaces=known, clock=clock),
        )
        await clock.advance(60, step_s=60)  # who is slow comes to an end
    await runner.cleanup()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the agent logs where somebody wants to know everything."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("aiohttp", "asyncio", "slack_sdk")}
    logs.configure("debug", "json", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


async def test_an_answer_has_the_fields_and_scopes_of_the_token(rig: Rig) -> None:
    answer = await rig.post()

    assert isinstance(answer, Answer)
    assert answer.fields["ok"] is True
    assert answer.scopes == rig.world.team("acme").scopes
    assert "hello" not in repr(answer)


async def test_retry_after_counts_for_the_method_and_the_workspace_alone(rig: Rig) -> None:
    first, second = rig.team_ids
    rig.world.faults.add(Limited(retry_after_s=37), method="chat.postMessage", team_id=first, times=None)

    assert await rig.post() == Retry(37, "ratelimited", rate_limited=True)
    assert isinstance(await rig.post(team=1), Answer)
    channel = rig.world.channel(first, "general").channel_id
    assert isinstance(await rig.api.query(first, "conversations.info", channel=channel), Answer)
    assert isinstance(await rig.api.call(second, "auth.test"), Answer)
    assert [method for method, _ in rig.world.calls].count("chat.postMessage") == 2


async def test_the_limit_of_a_tier_is_told_by_slack_and_never_retried_by_ourselves(rig: Rig) -> None:
    channel = rig.world.channel("acme", "general").channel_id
    asked = [await rig.api.query(rig.team_ids[0], "conversations.info", channel=channel) for _ in range(TIER_3 + 1)]

    assert all(isinstance(each, Answer) for each in asked[:-1])
    assert asked[-1] == Retry(60, "ratelimited", rate_limited=True)
    assert len(rig.world.calls) == TIER_3 + 1


@pytest.mark.parametrize(
    ("headers", "after_s"),
    [({"Retry-After": "30"}, 30), ({"Retry-After": "0"}, 1), ({}, 1), ({"Retry-After": "Wed, 21 Oct 2026"}, 1)],
)
@pytest.mark.parametrize(
    ("kind", "body"), [(JSON, b'{"ok":false,"error":"ratelimited"}'), (HTML, b"<h1>Slow down</h1>"), (JSON, b"{")]
)
async def test_a_429_is_a_limit_whatever_stands_in_it(
    rig: Rig, headers: dict[str, str], after_s: float, kind: dict[str, str], body: bytes
) -> None:
    rig.impostor.status, rig.impostor.headers, rig.impostor.body = 429, headers | kind, body

    assert await rig.strayed() == Retry(after_s, "ratelimited", rate_limited=True)


@pytest.mark.parametrize(
    ("fault", "outcome", "posted"),
    [
        (Down(status=500), Retry(None, "http_500"), 0),
        (Down(status=502), Retry(None, "http_502"), 0),
        (Down(status=503), Retry(None, "http_503"), 0),
        (Down(status=504), Unknown("http_504"), 0),
        (Down(status=408), Unknown("http_408"), 0),
        (Down(status=200), Unknown(NOT_SLACK), 0),
        (Says(error="is_archived"), Refused("is_archived"), 0),
        (Says(error="a_word_of_tomorrow"), Refused("a_word_of_tomorrow"), 0),
        (Says(error="service_unavailable"), Retry(None, "service_unavailable"), 0),
        (Says(error="internal_error", after_the_deed=True), Unknown("internal_error"), 1),
        (RequestLost(), Unknown("connection_lost"), 0),
        (AnswerLost(), Unknown("connection_lost"), 1),
        (Slow(seconds=TIMEOUT_S + 1), Unknown("no_answer_in_time"), 1),
    ],
)
async def test_each_trouble_is_a_value_and_nothing_is_sent_again(
    rig: Rig, fault: Any, outcome: Retry | Refused | Unknown, posted: int
) -> None:
    rig.world.faults.add(fault, method="chat.postMessage")

    assert await rig.post() == outcome

    assert [method for method, _ in rig.world.calls] == ["chat.postMessage"]
    assert len(messages(rig.world, "acme", "general")) == posted
    assert isinstance(await rig.post(channel="dev"), Answer)


async def test_slack_that_is_not_reached_at_all_is_worth_another_try(rig: Rig, unused_tcp_port: int) -> None:
    nowhere = f"http://127.0.0.1:{unused_tcp_port}/api/"
    api = WebApi(network=rig.net, api_url=nowhere, workspaces=rig.known, clock=rig.clock)

    assert await api.call(rig.team_ids[0], "auth.test") == Retry(None, "unreachable")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JSON, b""),
        (JSON, b"{"),
        (JSON, b"null"),
        (JSON, b"[]"),
        (JSON, b'"ok"'),
        (JSON, b"[" * 100_000),
        (JSON, b'{"ok":true,"ts":"\xff"}'),
        (JSON | {"Content-Encoding": "gzip"}, b"not zipped"),
        (HTML, b"<h1>Sign in to the guest network</h1>"),
        (HTML, b""),
        ({"Content-Type": "application/octet-stream"}, b"\x00\x01"),
    ],
)
async def test_an_answer_that_is_none_of_slacks_may_have_done_anything(
    rig: Rig, headers: dict[str, str], body: bytes
) -> None:
    rig.impostor.headers, rig.impostor.body = headers, body

    answer = await rig.strayed()

    assert answer in (Unknown(NOT_SLACK), Unknown("ClientPayloadError"))


async def test_a_token_is_not_carried_along_to_where_a_redirect_leads(rig: Rig) -> None:
    other = Impostor(headers=JSON, body=b'{"ok":true}')
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", other.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    rig.impostor.status = 307
    rig.impostor.headers = {"Location": f"http://localhost:{runner.addresses[0][1]}/portal"}

    await rig.strayed()
    await runner.cleanup()

    assert "Authorization" in rig.impostor.heard[0][1]
    assert not any("xoxb" in str(heard) for heard in other.heard)


async def test_a_workspace_that_is_not_connected_is_asked_for_later(rig: Rig) -> None:
    waiting = Retry(5, "workspace_not_connected")

    assert await rig.api.call("T99999999", "auth.test") == waiting
    assert await rig.api.query("T99999999", "conversations.info", channel="C1") == waiting
    assert rig.world.calls == []


async def test_each_workspace_is_called_with_its_own_token_even_at_the_same_moment(rig: Rig) -> None:
    answers = await asyncio.gather(*(rig.api.call(team_id, "auth.test") for team_id in rig.team_ids * 5))

    assert [each.fields["team_id"] for each in answers if isinstance(each, Answer)] == rig.team_ids * 5


async def test_a_new_token_counts_at_once(rig: Rig) -> None:
    await rig.post()
    rig.world.team("acme").bot_token = "xoxb-renewed"
    assert await rig.post() == Refused("invalid_auth")

    rig.gets_token("xoxb-renewed")

    assert isinstance(await rig.post(), Answer)


async def test_whatever_happens_no_log_has_a_token_or_what_was_said(rig: Rig, log: io.StringIO) -> None:
    rig.gets_token("a-word-that-no-pattern-knows")
    for fault in (None, Down(), Limited(retry_after_s=1), Says(error="fatal_error"), RequestLost(), AnswerLost()):
        if fault:
            rig.world.faults.add(fault)
        answer = await rig.post("a secret between us")
        structlog.get_logger().warning("what came of it", answer=answer, api=repr(rig.known))
    rig.impostor.body = b"<html>"
    await rig.strayed()

    written = log.getvalue()
    assert "what came of it" in written
    for team in rig.world.teams.values():
        assert team.bot_token not in written
    assert "a secret between us" not in written
