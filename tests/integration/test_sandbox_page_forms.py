"""The page's calls about modals, Home, shortcuts and links, with an app that answers what a test tells it to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientWSTimeout

from agent.manifests import slack_manifest
from infra.sandbox.addresses import listener
from infra.sandbox.concessions import SANDBOX
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes.population import populated
from infra.sandbox.page.parts import Parts
from infra.sandbox.page.server import serving
from infra.sandbox.page.shown import snapshot
from infra.sandbox.slack import server as slack_server
from infra.sandbox.slack.links import register_domain
from infra.sandbox.slack.modals import new_trigger, open_modal
from infra.sandbox.slack.people import home_view, open_view
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.state import View
from infra.sandbox.slack.world import ephemerals, messages

Post = Callable[..., Awaitable[dict[str, Any]]]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def modal(**fields: Any) -> dict[str, Any]:
    more = {"type": "button", "text": plain("More"), "action_id": "more"}
    blocks = [
        {
            "type": "input",
            "block_id": "title",
            "label": plain("Title"),
            "element": {"type": "plain_text_input", "action_id": "t", "max_length": 20},
        },
        {
            "type": "input",
            "block_id": "repo",
            "label": plain("Repository"),
            "optional": True,
            "element": {"type": "external_select", "action_id": "r", "min_query_length": 1},
        },
        {"type": "actions", "block_id": "act", "elements": [more]},
    ]
    return {"type": "modal", "title": plain("Issue"), "submit": plain("Create"), "blocks": blocks, **fields}


@dataclass(slots=True, kw_only=True)
class App:
    """The app's end of a socket; `answers` are the payloads of its acknowledgements, in order."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
async def parts() -> AsyncIterator[Parts]:
    clock = DrivenClock()
    slack = sample(clock)
    register_domain(slack, "ghe.example.com")
    async with slack_server.running(slack):
        yield Parts(
            slack=slack, ghes=populated(clock, concessions=SANDBOX), agent_url="http://127.0.0.1:9", clock=clock
        )


@pytest.fixture
async def app(parts: Parts) -> AsyncIterator[App]:
    app = App()
    headers = {"Authorization": f"Bearer {parts.slack.app.token}"}
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        async with session.post(f"{parts.slack.public_url}/api/apps.connections.open", headers=headers) as response:
            url = (await response.json())["url"]
        socket = await stack.enter_async_context(session.ws_connect(url, timeout=ClientWSTimeout(ws_close=0.1)))
        await socket.receive()

        async def listen() -> None:
            async for frame in socket:
                envelope = json.loads(frame.data)
                app.heard.append(envelope["payload"])
                payload = app.answers.pop(0) if app.answers and envelope["accepts_response_payload"] else None
                answer = {"envelope_id": envelope["envelope_id"]} | ({"payload": payload} if payload else {})
                await socket.send_str(json.dumps(answer))

        listening = asyncio.create_task(listen())
        yield app
        listening.cancel()


@pytest.fixture
async def post(parts: Parts) -> AsyncIterator[Post]:
    """POST as somebody in a channel of acme, mona in #general unless told otherwise; the answer's body."""
    listening = listener(0)
    async with serving(parts, listening), aiohttp.ClientSession() as session:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"

        async def posted(path: str, *, channel: str = "general", user: str = "mona", **body: Any) -> dict[str, Any]:
            place = {
                "team": parts.slack.team("acme").team_id,
                "channel": parts.slack.channel("acme", channel).channel_id,
                "user": parts.slack.user("acme", user).user_id,
            }
            async with session.post(address + path, json=place | body) as response:
                answer: dict[str, Any] = await response.json()
                return answer if response.status == 200 else answer | {"status": response.status}

        yield posted


def opened(parts: Parts, user: str = "mona", **fields: Any) -> View:
    """A modal that the app has opened for somebody."""
    team, person = parts.slack.team("acme"), parts.slack.user("acme", user)
    trigger = new_trigger(parts.slack, team.team_id, person.user_id)
    return open_modal(parts.slack, team.team_id, trigger.trigger_id, modal(**fields))


def test_the_app_of_the_sandbox_is_the_one_of_the_manifest(parts: Parts) -> None:
    manifest = slack_manifest("https://agent.example.com", "https://ghe.example.com")
    features, app = manifest["features"], parts.slack.app

    listed = [(it["name"], it["type"], it["callback_id"]) for it in features["shortcuts"]]

    assert [(it.name, it.kind, it.callback_id) for it in app.shortcuts] == listed
    assert list(app.unfurl_domains) == features["unfurl_domains"]
    assert app.events == set(manifest["settings"]["event_subscriptions"]["bot_events"])


def test_a_page_that_is_opened_later_shows_the_form_that_is_open(parts: Parts) -> None:
    closed, view = opened(parts), opened(parts)

    picture = snapshot(parts)

    (shown,) = picture["views"]
    assert (shown["id"], shown["open"], shown["user"]) == (view.view_id, True, view.user_id)
    assert closed.view_id != view.view_id
    marks = {it["name"]: it["mark"] for it in picture["teams"][0]["users"]}
    assert (marks["mona"], marks["gus"], marks["stella"]) == ("", "guest", "external")


async def test_a_form_is_sent_with_what_was_entered(post: Post, parts: Parts, app: App) -> None:
    view = opened(parts)

    answer = await post("/api/view/submit", view=view.view_id, values={"title/t": "It leaks"})

    assert answer == {"notice": "", "errors": {}}
    assert app.heard[0]["view"]["state"]["values"]["title"]["t"]["value"] == "It leaks"
    assert open_view(parts.slack, "acme", "mona") is None


async def test_a_form_that_is_not_filled_in_stays_with_the_person(post: Post, parts: Parts, app: App) -> None:
    view = opened(parts)

    answers = [
        await post("/api/view/submit", view=view.view_id, values=values) for values in ({}, {"title/t": "x" * 21})
    ]

    assert [answer["errors"] for answer in answers] == [
        {"title": "Please complete this required field."},
        {"title": "Enter 20 characters or fewer."},
    ]
    assert app.heard == []


async def test_the_apps_errors_are_shown_at_their_fields(post: Post, parts: Parts, app: App) -> None:
    view = opened(parts)
    app.answers.append({"response_action": "errors", "errors": {"title": "There is such an issue already."}})

    answer = await post("/api/view/submit", view=view.view_id, values={"title/t": "It leaks"})

    assert answer == {"notice": "", "errors": {"title": "There is such an issue already."}}
    assert open_view(parts.slack, "acme", "mona") is not None


async def test_errors_that_slack_refuses_are_told(post: Post, parts: Parts, app: App) -> None:
    view = opened(parts)
    app.answers.append({"response_action": "errors", "errors": {"nowhere": "No."}})

    answer = await post("/api/view/submit", view=view.view_id, values={"title/t": "It leaks"})

    assert answer["errors"] == {}
    assert answer["notice"].startswith("Slack refuses what the app made of the form")


async def test_a_form_that_no_app_hears_says_so(post: Post, parts: Parts) -> None:
    view = opened(parts)

    answer = await post("/api/view/submit", view=view.view_id, values={"title/t": "It leaks"})

    assert answer["notice"] == "The app's form failed with the error “dispatch_failed”."


async def test_options_come_from_the_app(post: Post, parts: Parts, app: App) -> None:
    view, option = opened(parts), {"text": plain("acme/rocket"), "value": "1"}
    app.answers += [{"options": [option]}, {"option_groups": [{"label": plain("acme"), "options": [option]}]}]

    asked = {"view": view.view_id, "element": "repo/r", "values": {"title/t": "It"}}
    answers = [await post("/api/suggest", typed=typed, **asked) for typed in ("r", "ro", "")]

    assert [answer["options"] for answer in answers] == [[option], [option], []]
    assert [payload["value"] for payload in app.heard] == ["r", "ro"]
    assert app.heard[0]["view"]["state"]["values"]["title"]["t"]["value"] == "It"


async def test_a_button_of_a_form_is_heard_with_what_was_entered(post: Post, parts: Parts, app: App) -> None:
    view = opened(parts)

    answer = await post("/api/view/click", view=view.view_id, element="act/more", values={"title/t": "It"})

    assert answer == {"notice": ""}
    assert app.heard[0]["actions"][0]["action_id"] == "more"
    assert app.heard[0]["view"]["state"]["values"]["title"]["t"]["value"] == "It"


async def test_closing_a_form_is_told_where_the_app_wants_it(post: Post, parts: Parts, app: App) -> None:
    for told in (False, True):
        view = opened(parts, notify_on_close=told)
        assert await post("/api/view/close", view=view.view_id, everything=True) == {"notice": ""}

    assert [(payload["type"], payload["is_cleared"]) for payload in app.heard] == [("view_closed", True)]
    assert open_view(parts.slack, "acme", "mona") is None


@pytest.mark.parametrize("path", ["/api/view/submit", "/api/view/close", "/api/view/click", "/api/suggest"])
async def test_nobody_reaches_the_form_of_another(post: Post, parts: Parts, app: App, path: str) -> None:
    view = opened(parts)

    answer = await post(path, user="ada", view=view.view_id, element="act/more", typed="rock", values={"title/t": "It"})

    assert answer["status"] == 404
    assert app.heard == []


async def test_shortcuts_are_heard_from_anywhere_and_on_a_message(post: Post, parts: Parts, app: App) -> None:
    await post("/api/say", text="It leaks & drips")
    (message,) = messages(parts.slack, "acme", "general")

    await post("/api/shortcut", callback_id="ghe_create_issue")
    await post("/api/shortcut", callback_id="ghe_issue_from_message", ts=message.ts)

    everywhere, on_message = app.heard
    assert (everywhere["type"], on_message["type"]) == ("shortcut", "message_action")
    assert on_message["message"]["text"] == "It leaks &amp; drips"


async def test_opening_home_is_heard(post: Post, parts: Parts, app: App) -> None:
    answer = await post("/api/home", channel="dm-mona")

    assert answer == {"notice": ""}
    assert app.heard[0]["event"]["type"] == "app_home_opened"
    assert app.heard[0]["event"]["channel"] == parts.slack.channel("acme", "dm-mona").channel_id
    assert home_view(parts.slack, "acme", "mona") is None


async def test_a_pasted_link_is_heard_and_stands_in_brackets(post: Post, parts: Parts, app: App) -> None:
    await post("/api/say", text="Look: https://ghe.example.com/a/b?c=1&d=2. <!channel> @ada")
    await parts.slack.line.deliveries[-1].finished()

    (message,) = messages(parts.slack, "acme", "general")
    ada = parts.slack.user("acme", "ada").user_id
    assert message.text == f"Look: <https://ghe.example.com/a/b?c=1&amp;d=2>. &lt;!channel&gt; <@{ada}>"
    assert app.heard[0]["event"]["links"] == [
        {"domain": "ghe.example.com", "url": "https://ghe.example.com/a/b?c=1&d=2"},
    ]


async def test_a_select_of_a_message_is_used_with_its_value(post: Post, parts: Parts, app: App) -> None:
    option = {"text": plain("One day"), "value": "day"}
    select = {"type": "static_select", "action_id": "mute", "options": [option]}
    headers = {"Authorization": f"Bearer {parts.slack.team('acme').bot_token}"}
    body = {
        "channel": parts.slack.channel("acme", "general").channel_id,
        "user": parts.slack.user("acme", "mona").user_id,
        "blocks": [{"type": "actions", "block_id": "b", "elements": [select]}],
    }
    url = f"{parts.slack.public_url}/api/chat.postEphemeral"
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as response:
        ts = (await response.json())["message_ts"]

    mine = await post("/api/click", ts=ts, action_id="b/mute", value=option)
    others = await post("/api/click", user="ada", ts=ts, action_id="b/mute", value=option)

    assert mine == {"notice": ""}
    assert others["status"] == 404
    assert app.heard[0]["actions"][0]["selected_option"] == option
    assert len(ephemerals(parts.slack, "acme", "general", "mona")) == 1
