"""The page's calls, on two worlds without an agent between them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from infra.sandbox.addresses import listener
from infra.sandbox.concessions import SANDBOX, STRICT
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes.population import populated
from infra.sandbox.page.acting import ACTIONS
from infra.sandbox.page.parts import Parts
from infra.sandbox.page.server import serving
from infra.sandbox.page.shown import in_force
from infra.sandbox.page.troubles import DOWN_S, TROUBLES
from infra.sandbox.slack import server as slack_server
from infra.sandbox.slack.modals import new_trigger, open_modal
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.world import messages
from infra.sandbox.start import open_rocket

Post = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
async def parts(clock: DrivenClock) -> AsyncIterator[Parts]:
    slack, ghes = sample(clock), populated(clock, concessions=SANDBOX)
    open_rocket(ghes)
    async with slack_server.running(slack):
        yield Parts(slack=slack, ghes=ghes, agent_url="http://127.0.0.1:9", clock=clock)


@pytest.fixture
async def address(parts: Parts) -> AsyncIterator[str]:
    socket = listener(0)
    async with serving(parts, socket):
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def post(parts: Parts, address: str, browser: aiohttp.ClientSession) -> Post:
    """POST as mona in #general of acme; status and notice."""
    team = parts.slack.team("acme")
    place = {
        "team": team.team_id,
        "channel": parts.slack.channel("acme", "general").channel_id,
        "user": parts.slack.user("acme", "mona").user_id,
    }

    async def posted(path: str, **body: Any) -> tuple[int, str]:
        async with browser.post(address + path, json=place | body) as response:
            return response.status, (await response.json())["notice"]

    return posted


async def test_what_is_no_command_is_said_to_all(post: Post, parts: Parts) -> None:
    answer = await post("/api/say", text=" Good morning ")

    assert answer == (200, "")
    assert [it.text for it in messages(parts.slack, "acme", "general")] == ["Good morning"]


async def test_a_command_that_no_app_hears_says_so(post: Post) -> None:
    answer = await post("/api/say", text="/ghe help")

    assert answer == (200, "/ghe failed with the error “dispatch_failed”.")


async def test_an_unknown_command_and_an_unknown_guest_are_explained(post: Post, parts: Parts) -> None:
    answers = [await post("/api/say", text=text) for text in ("/gh help", "/invite @nobody")]

    assert answers == [
        (200, "/gh is not a command here. Try /ghe help."),
        (200, "Nobody here is called @nobody. The app is @ghe."),
    ]
    assert messages(parts.slack, "acme", "general") == []


@pytest.mark.parametrize("action", ACTIONS)
async def test_every_action_of_the_menu_can_be_chosen(post: Post, action: str) -> None:
    answer = await post("/api/happen", action=action, repository="acme/rocket", by="ada")

    assert answer == (200, "")


async def test_a_repository_that_is_gone_is_a_sentence(post: Post) -> None:
    await post("/api/happen", action="delete", repository="acme/rocket", by="ada")

    answer = await post("/api/happen", action="push", repository="acme/rocket", by="ada")

    assert answer == (200, "acme/rocket is no longer there. Choose another repository.")


async def test_the_app_can_be_installed_where_it_was_not(post: Post, parts: Parts) -> None:
    await post("/api/happen", action="app-install", repository="globex/site", by="outsider")
    await post("/api/happen", action="app-install", repository="globex/site", by="outsider")

    assert [it.account.login for it in parts.ghes.installations.values()] == ["acme", "globex"]


async def test_a_form_of_another_site_reaches_nothing(
    address: str, browser: aiohttp.ClientSession, parts: Parts
) -> None:
    form = '{"action": "delete", "repository": "acme/rocket", "by": "ada", "more": "'

    async with browser.post(f"{address}/api/happen", data=form, headers={"Content-Type": "text/plain"}) as response:
        status = response.status

    assert status == 415
    assert "acme/rocket" in [it.full_name for it in parts.ghes.repositories.values()]


async def test_what_is_unknown_is_not_found(post: Post) -> None:
    assert (await post("/api/trouble", trouble="flood"))[0] == 404
    assert (await post("/api/say", text="Hello", channel="C404"))[0] == 404


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_every_trouble_can_be_started(post: Post, trouble: str) -> None:
    assert await post("/api/trouble", trouble=trouble) == (200, "")


async def test_slack_comes_back_by_itself(post: Post, parts: Parts, clock: DrivenClock) -> None:
    await post("/api/trouble", trouble="slack-down")
    await settle()
    down = parts.slack.faults.take("auth.test", None)

    await clock.advance(DOWN_S)

    assert down is not None
    assert parts.slack.faults.take("auth.test", None) is None


async def test_the_first_event_is_the_whole_picture(address: str, browser: aiohttp.ClientSession) -> None:
    async with browser.get(f"{address}/api/events") as response:
        first = await response.content.readline()

    assert first == b"event: snapshot\n"
    assert response.headers["Content-Type"] == "text/event-stream"


async def test_a_form_that_the_app_opens_reaches_the_open_page(
    address: str, browser: aiohttp.ClientSession, parts: Parts
) -> None:
    team, mona = parts.slack.team("acme"), parts.slack.user("acme", "mona")
    form = {"type": "modal", "title": {"type": "plain_text", "text": "New issue"}, "blocks": []}

    async with browser.get(f"{address}/api/events") as response:
        for _ in range(2):
            await response.content.readuntil(b"\n\n")
        view = open_modal(
            parts.slack, team.team_id, new_trigger(parts.slack, team.team_id, mona.user_id).trigger_id, form
        )
        event = await response.content.readuntil(b"\n\n")

    assert event.startswith(b"event: view\n")
    told = json.loads(event.partition(b"data: ")[2])["view"]
    assert (told["id"], told["user"], told["open"]) == (view.view_id, mona.user_id, True)


async def test_the_page_loads_nothing_from_elsewhere(address: str, browser: aiohttp.ClientSession) -> None:
    async with browser.get(address) as response:
        page = await response.text()

    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "http" not in page


def test_strict_forgives_nothing() -> None:
    assert in_force(STRICT) == []
    assert len(in_force(SANDBOX)) == 3
