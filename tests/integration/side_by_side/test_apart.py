"""What an administrator sees of each, and that trouble with one is no trouble of the other."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar

from infra.sandbox.slack import workspace
from infra.sandbox.slack.breakage import disable_link

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
PASSWORD = "correct horse battery staple"


class Console:
    """The pages of one agent's console, once one has signed in."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session, self._url = session, f"{url}/setup"

    async def sign_in(self) -> None:
        await self.press("sign-in", password=PASSWORD)

    async def page(self, path: str) -> str:
        async with self._session.get(f"{self._url}/{path}") as answer:
            return await answer.text()

    async def press(self, path: str, **fields: str) -> str:
        found = _CSRF.search(await self.page(path))
        assert found, "there is no form"
        async with self._session.post(f"{self._url}/{path}", data={"csrf": found.group(1), **fields}) as answer:
            return await answer.text()


@pytest.fixture
async def consoles(both: Any) -> AsyncIterator[list[Console]]:
    """Those of `ours` and `theirs`, where somebody is signed in; a browser for each, since cookies know no ports."""
    made: list[Console] = []
    sessions = [ClientSession(cookie_jar=CookieJar(unsafe=True)) for _ in both.sides]
    for session, side in zip(sessions, both.sides, strict=True):
        made.append(Console(session, side.url))
        await made[-1].sign_in()
    yield made
    for session in sessions:
        await session.close()


async def test_each_status_shows_its_own_sockets_only(both: Any) -> None:
    parts = [(await it.status())["sockets"] for it in both.sides]

    assert [it["says"] for it in parts] == ["2 of 2 sockets to Slack are open."] * 2
    assert [max(each["num_connections"] for each in it["sockets"]) for it in parts] == [2, 2]


async def test_sockets_that_one_app_loses_are_an_alarm_of_its_own_agent_only(both: Any) -> None:
    await disable_link(both.slack, both.theirs.app)
    await both.answered()

    ours, theirs = [(await it.status())["sockets"] for it in both.sides]
    assert (ours["ok"], theirs["ok"]) == (True, False)
    assert "Socket Mode is switched off" in theirs["says"]
    assert len(await both.ours.types("help")) == 1


async def test_uninstalling_one_app_leaves_the_other_working(both: Any) -> None:
    for side in both.sides:
        await side.link()
        await side.types("subscribe acme/docs")

    await both.theirs.does(lambda slack, team: workspace.uninstall(slack, team, app=both.theirs.app))
    for side in both.sides:
        await side.issue("It leaks")

    parts = [(await it.status())["slack"] for it in both.sides]
    assert [len(it.cards()) for it in both.sides] == [1, 0]
    assert [it["ok"] for it in parts] == [True, False]
    assert len(await both.ours.types("subscribe list")) == 1


async def test_webhooks_of_the_other_server_are_refused(both: Any) -> None:
    for side in both.sides:
        await side.link()
        await side.types("subscribe acme/docs")
    both.ours.world.point_hooks_at(both.theirs.url)

    await both.ours.issue("It leaks")

    assert both.ours.ghes.app.deliveries[-1].status_code == 401
    assert [it.cards() for it in both.sides] == [[], []]


@pytest.mark.parametrize(("number", "command"), [(0, "/ghe"), (1, "/ghe-eu")])
async def test_the_console_names_the_agents_own_command(both: Any, consoles: Any, number: int, command: str) -> None:
    page = await consoles[number].page("settings")

    assert f"Its command is {command}, in one workspace" in page
    assert both.sides[number].ghes.web_url in page
    assert both.sides[1 - number].ghes.web_url not in page


async def test_a_session_of_one_console_is_none_of_the_others(both: Any) -> None:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        ours, theirs = (Console(browser, it.url) for it in both.sides)
        await ours.sign_in()

        shown = [await it.page("settings") for it in (ours, theirs)]

    assert ["Its command is /ghe," in shown[0], "Its command is" in shown[1]] == [True, False]
    assert 'name="password"' in shown[1]


async def test_the_console_lists_the_subscriptions_of_its_own_agent(both: Any, consoles: Any) -> None:
    await both.theirs.link()
    await both.theirs.types("subscribe acme/docs")

    ours, theirs = [await it.page("subscriptions") for it in consoles]
    asked = await consoles[1].press("subscriptions", act="remove", id="1")

    assert ["acme/docs" in ours, "acme/docs" in theirs] == [False, True]
    assert "<code>/ghe-eu subscribe</code> brings it back" in asked
