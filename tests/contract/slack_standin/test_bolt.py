"""slack_bolt, as it comes, is the conformance client: what it does not understand, Slack does not say (slack.md §18).

Its sockets keep the machine's time, so nothing here waits for a deadline; each switch is tried both ways.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from infra.sandbox.slack.breakage import refresh
from infra.sandbox.slack.people import click, open_view, shortcut, slash, submit
from infra.sandbox.slack.switches import EACH_WAY, Switches
from infra.sandbox.slack.workspace import invite, rename
from infra.sandbox.slack.world import World, ephemerals, messages

CARD = [
    {
        "type": "actions",
        "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Close"}, "action_id": "close"}],
    }
]
MODAL = {
    "type": "modal",
    "callback_id": "new",
    "title": {"type": "plain_text", "text": "New"},
    "submit": {"type": "plain_text", "text": "Create"},
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "Title"},
            "element": {"type": "plain_text_input", "action_id": "t"},
        }
    ],
}


def bot(client: AsyncWebClient) -> AsyncApp:
    app = AsyncApp(client=client, process_before_response=False)

    @app.command("/ghe")
    async def answer(ack: Any, respond: Any, say: Any, command: dict[str, str]) -> None:
        await ack(text="on it")
        await respond(text=f"you said {command['text']}")
        await say(text="card", blocks=CARD)

    @app.action("close")
    async def close(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="closed", replace_original=True)

    @app.event("member_joined_channel")
    async def greet(say: Any) -> None:
        await say(text="hello, channel")

    @app.shortcut("new")
    async def open_modal(ack: Any, client: AsyncWebClient, shortcut: dict[str, Any]) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=MODAL)

    @app.view("new")
    async def created(ack: Any) -> None:
        await ack(response_action="errors", errors={"title": "Give it a title."})

    return app


Bolt = Callable[[Any], Awaitable[World]]


@pytest.fixture
async def bolt(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bolt]:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    handlers: list[AsyncSocketModeHandler] = []
    sessions: list[ClientSession] = []

    async def connected(slack: Any) -> World:
        session = ClientSession()
        sessions.append(session)
        token = slack.world.team("acme").bot_token
        app = bot(AsyncWebClient(token=token, base_url=slack.urls.api_url, session=session, retry_handlers=[]))
        handler = AsyncSocketModeHandler(app, slack.world.app.token)
        handlers.append(handler)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await slack.world.feed.until(slack.world.line.open_sockets)
        world: World = slack.world
        return world

    yield connected
    for handler in handlers:
        await handler.close_async()  # type: ignore[no-untyped-call]
    for session in sessions:
        await session.close()


@pytest.mark.parametrize("switches", EACH_WAY.values(), ids=EACH_WAY.keys())
async def test_a_command_a_click_and_an_event(start: Any, bolt: Bolt, switches: Switches) -> None:
    slack = await start(switches=switches)
    world = await bolt(slack)

    command = slash(world, "acme", "general", "mona", "help")
    (card,) = await world.feed.until(lambda: messages(world, "acme", "general"))
    clicked = click(world, "acme", "general", card.ts, "mona", "Close")
    await world.feed.until(lambda: messages(world, "acme", "general")[0].text == "closed")
    joined = invite(world, "acme", "secret")
    await world.feed.until(lambda: messages(world, "acme", "secret"))

    for delivery in (command, clicked, joined):
        assert delivery is not None
        await delivery.finished()
        assert delivery.acknowledged
    assert {m.text for m in ephemerals(world, "acme", "general", "mona")} == {"on it", "you said help"}
    assert [m.text for m in messages(world, "acme", "secret")] == ["hello, channel"]
    assert world.complaints == []


async def test_a_modal_and_its_errors(slack: Any, bolt: Bolt) -> None:
    world = await bolt(slack)

    shortcut(world, "acme", "mona", "new")
    view = await world.feed.until(lambda: open_view(world, "acme", "mona"))
    submitted = submit(world, view.view_id, {"Title": " "})
    await submitted.finished()

    assert submitted.answer == {"response_action": "errors", "errors": {"title": "Give it a title."}}
    assert world.complaints == []


async def test_several_connections_share_the_traffic(slack: Any, bolt: Bolt) -> None:
    world = await bolt(slack)
    await bolt(slack)
    await world.feed.until(lambda: len(world.line.open_sockets()) == 2)

    deliveries = [slash(world, "acme", "general", name, "help") for name in ("mona", "ada")]
    for delivery in deliveries:
        await delivery.finished()

    assert len({delivery.attempts[0].socket for delivery in deliveries}) == 2
    assert all(delivery.acknowledged for delivery in deliveries)


@pytest.mark.parametrize("redelivered", [True, False])
async def test_what_bolt_does_not_know_is_never_acknowledged(start: Any, bolt: Bolt, *, redelivered: bool) -> None:
    """slack.md §5: no ack at all for an unregistered command or an unsubscribed event; U3, U4."""
    slack = await start(switches=Switches(commands_are_redelivered=redelivered, retries_reuse_envelope=redelivered))
    world = await bolt(slack)

    command = slash(world, "acme", "general", "mona", "help", command="/unknown")
    event = rename(world, "acme", "general", "lobby")
    await slack.clock.advance(800, step_s=5)

    assert (command.shown, len(command.attempts)) == ("operation_timeout", 2 if redelivered else 1)
    assert event is not None
    assert (event.acknowledged, len(event.attempts)) == (False, 8 if redelivered else 4)


async def test_bolt_comes_back_after_a_refresh(slack: Any, bolt: Bolt) -> None:
    """slack.md §5: any disconnect frame makes it open a new socket."""
    world = await bolt(slack)
    (before,) = world.line.open_sockets()

    await refresh(world)
    await world.feed.until(lambda: before not in world.line.open_sockets() and world.line.open_sockets())
    delivery = slash(world, "acme", "general", "mona", "help")

    assert (await delivery.finished()).acknowledged
