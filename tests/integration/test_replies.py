"""How a reply finds its way: `response_url`, else the channel, else the person; against Slack, and doors that jam."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from agent.net.outbound import network
from agent.slack import replies
from agent.slack.replies import Replies
from agent.slack.web_api import WebApi
from agent.slash.call import Call
from agent.slash.reply import Button, Reply, to_channel, to_person
from agent.workspaces import Workspace
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.slack import workspace
from infra.sandbox.slack.faults import AnswerLost, Down, Limited, Says
from infra.sandbox.slack.hooks import LIFE_S, USES, new_hook
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.server import running
from infra.sandbox.slack.state import Message
from infra.sandbox.slack.switches import Switches
from infra.sandbox.slack.world import World

ASIDE = to_person("Only for Mona.")
PUBLIC = to_channel(
    "For everybody.",
    buttons=(
        Button(text="Undo", action_id="undo", value="1"),
        Button(text="Open", action_id="open", url="https://a.b"),
    ),
)
TO_SEND = [pytest.param(ASIDE, id="to the person"), pytest.param(PUBLIC, id="to the channel")]


@dataclass(kw_only=True)
class Door:
    """A response_url that does what it is told; `knocks` are the bodies that came."""

    url: str = ""
    opens: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    knocks: list[Any] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.knocks.append(await request.json())
        assert self.opens is not None
        return await self.opens(request)


@dataclass(kw_only=True)
class Rig:
    """Replies of one workspace; `call` was typed into `#general` by Mona."""

    world: World
    clock: DrivenClock
    replies: Replies
    door: Door

    def call(self, channel: str = "general", *, response_url: str | None = None) -> Call:
        team, mona = self.world.team("acme"), self.world.user("acme", "mona")
        place = self.world.channel("acme", channel)
        hook = new_hook(self.world, team.team_id, place.channel_id, mona.user_id, kind="commands")
        return Call(
            id="1.2",
            command="/ghe",
            text="help",
            team_id=team.team_id,
            enterprise_id="",
            channel_id=place.channel_id,
            user_id=mona.user_id,
            response_url=hook.url if response_url is None else response_url,
        )

    def said(self, channel: str = "general") -> list[Message]:
        return list(self.world.channel("acme", channel).messages.values())

    def called(self) -> list[str]:
        return [method for method, _ in self.world.calls]

    async def sent(self, reply: Reply, call: Call) -> float | None:
        """Send it, moving the clock while nothing comes."""
        sending = asyncio.create_task(self.replies.send(reply, call))
        while not sending.done():
            for _ in range(10):
                await settle()
            if not sending.done():
                await self.clock.advance(replies.TIMEOUT_S, step_s=1)
        return await sending


@pytest.fixture(params=["text"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    clock, door = DrivenClock(), Door()
    world = sample(clock, workspaces=1, switches=Switches(hook_errors=request.param))
    team = world.team("acme")
    known = Workspace(
        team_id=team.team_id,
        name=team.name,
        domain=team.domain,
        bot_user_id=team.bot_user_id,
        token=team.bot_token,
        scopes=team.scopes,
    )
    application = web.Application()
    application.router.add_post("/door", door.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    door.url = f"http://127.0.0.1:{runner.addresses[0][1]}/door"
    async with running(world) as urls, network() as net:
        api = WebApi(network=net, api_url=urls.api_url, workspaces={team.team_id: known}, clock=clock)
        yield Rig(world=world, clock=clock, replies=Replies(network=net, api=api, clock=clock), door=door)
    await runner.cleanup()


@pytest.mark.parametrize("reply", TO_SEND)
async def test_a_response_url_that_works_is_all_that_is_used(rig: Rig, reply: Reply) -> None:
    assert await rig.sent(reply, rig.call()) is None

    [message] = rig.said()
    assert (message.text, bool(message.ephemeral_for)) == (reply.text, reply is ASIDE)
    assert rig.called() == []


@pytest.mark.parametrize("rig", ["text", "json"], indirect=True)
@pytest.mark.parametrize("reply", TO_SEND)
async def test_one_that_is_expired_used_up_or_unknown_is_followed_by_a_message(rig: Rig, reply: Reply) -> None:
    expired, used, unknown = rig.call(), rig.call(), rig.call(response_url=f"{rig.world.public_url}/commands/T/1/x")
    list(rig.world.hooks.values())[1].uses = USES
    await rig.clock.advance(LIFE_S + 1, step_s=LIFE_S)
    list(rig.world.hooks.values())[1].made_at = rig.clock.now()

    for call in (expired, used, unknown):
        assert await rig.sent(reply, call) is None

    way = "chat.postEphemeral" if reply is ASIDE else "chat.postMessage"
    assert rig.called() == [way] * 3
    assert [(each.text, bool(each.ephemeral_for)) for each in rig.said()] == [(reply.text, reply is ASIDE)] * 3


@pytest.mark.parametrize("status", [204, 400, 403, 410, 429, 500, 503])
async def test_any_other_answer_than_200_is_followed_by_a_message(rig: Rig, status: int) -> None:
    async def opens(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    rig.door.opens = opens

    assert await rig.sent(PUBLIC, rig.call(response_url=rig.door.url)) is None

    assert (len(rig.door.knocks), rig.called()) == (1, ["chat.postMessage"])


async def test_one_that_never_answers_is_left_after_eight_seconds(rig: Rig) -> None:
    async def opens(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    rig.door.opens = opens

    assert await rig.sent(ASIDE, rig.call(response_url=rig.door.url)) is None

    assert rig.clock.monotonic() == replies.TIMEOUT_S
    assert rig.called() == ["chat.postEphemeral"]


async def test_one_that_breaks_off_or_is_not_there_is_followed_by_a_message(rig: Rig, unused_tcp_port: int) -> None:
    async def opens(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    rig.door.opens = opens

    for url in (rig.door.url, f"http://127.0.0.1:{unused_tcp_port}/", "not an address", "file:///etc/hosts"):
        assert await rig.sent(ASIDE, rig.call(response_url=url)) is None

    assert rig.called() == ["chat.postEphemeral"] * 4


async def test_a_redirect_is_not_followed_with_what_is_meant_for_a_person(rig: Rig) -> None:
    async def opens(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": rig.door.url})

    rig.door.opens = opens

    assert await rig.sent(ASIDE, rig.call(response_url=rig.door.url)) is None

    assert (len(rig.door.knocks), rig.called()) == (1, ["chat.postEphemeral"])


@pytest.mark.parametrize("reply", TO_SEND)
async def test_where_the_bot_is_not_the_person_is_told_with_the_buttons_that_work_there(rig: Rig, reply: Reply) -> None:
    call = rig.call("secret", response_url="")

    assert await rig.sent(reply, call) is None

    [message] = rig.said("dm-mona")
    assert message.text == f"About what you asked in <#{call.channel_id}>:\n{reply.text}"
    assert [each["text"]["text"] for block in message.blocks for each in block.get("elements", ())] == (
        ["Open"] if reply is PUBLIC else []
    )
    assert rig.said("secret") == []


async def test_somebody_who_has_left_or_a_channel_that_is_archived_is_told_directly(rig: Rig) -> None:
    workspace.kick(rig.world, "acme", "general", "mona")
    assert await rig.sent(ASIDE, rig.call(response_url="")) is None
    workspace.archive(rig.world, "acme", "dev")
    assert await rig.sent(PUBLIC, rig.call("dev", response_url="")) is None

    assert len(rig.said("dm-mona")) == 2
    assert (rig.said(), rig.said("dev")) == ([], [])


async def test_a_lost_answer_is_followed_by_a_direct_message_rather_twice_than_never(rig: Rig) -> None:
    rig.world.faults.add(AnswerLost(), method="chat.postMessage")

    assert await rig.sent(PUBLIC, rig.call(response_url="")) is None

    assert (len(rig.said()), len(rig.said("dm-mona"))) == (1, 1)


async def test_the_seconds_until_another_try_are_slacks_or_five(rig: Rig) -> None:
    rig.world.faults.add(Limited(retry_after_s=42), method="chat.postEphemeral")
    assert await rig.sent(ASIDE, rig.call(response_url="")) == 42
    rig.world.faults.add(Down(), method="chat.postEphemeral")
    assert await rig.sent(ASIDE, rig.call(response_url="")) == replies.AGAIN_S
    rig.world.faults.add(Limited(retry_after_s=7), method="conversations.open")
    assert await rig.sent(ASIDE, rig.call("secret", response_url="")) == 7
    assert await rig.sent(ASIDE, replace(rig.call(response_url=""), team_id="T99999999")) == 5

    assert rig.said() == rig.said("dm-mona") == []


async def test_what_slack_refuses_everywhere_is_over_and_logged_without_a_word_of_it(rig: Rig) -> None:
    rig.world.faults.add(Says(error="restricted_action"), times=None)
    call = rig.call(response_url=f"{rig.world.public_url}/commands/T/1/hush")

    with capture_logs() as logs:
        assert await rig.sent(ASIDE, call) is None

    assert (logs[-1]["event"], logs[-1]["reason"]) == ("a reply reached nobody", "restricted_action")
    for secret in ("Mona", "hush", "xoxb"):
        assert secret not in str(logs)


async def test_however_long_it_is_every_way_takes_it(rig: Rig) -> None:
    long = to_channel(*(f"{number} " + "&amp;" * 900 for number in range(80)), buttons=PUBLIC.buttons)
    ways = [rig.call(), rig.call(response_url=""), rig.call("secret", response_url="")]

    for call in ways:
        assert await rig.sent(long, call) is None
    assert await rig.sent(replace(long, visible=ASIDE.visible), ways[1]) is None

    found = [*rig.said(), *rig.said("dm-mona")]
    assert [len(each.blocks) for each in found] == [50] * 4
    assert all("doesn't fit into one message" in str(each.blocks[-2:]) for each in found)
