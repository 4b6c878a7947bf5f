"""The console of a running agent, as a browser without scripts sees it."""

import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar

from agent import app
from agent import settings as agent_settings
from agent.settings import Settings
from infra.sandbox.addresses import free_port
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.system import Standins, standins

_TRIED = (
    "SELECT count(*) FROM notifications JOIN addresses ON addresses.id = notifications.address_id "
    "WHERE delivery_id = ? AND (state IN ('delivered', 'parked') OR addresses.parked_reason IS NOT NULL)"
)
PASSWORD = "correct horse battery staple"


class Reader(HTMLParser):
    """The text of a page, and the fields of its forms with the values that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.actions: list[str] = []
        self.labels: dict[str, str] = {}
        self._label = ""
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
            self.actions.append(given.get("action", ""))
        elif tag == "input" and self.forms and "disabled" not in given:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.forms[-1][given.get("name", "")] = given.get("value", "")
        elif tag in {"style", "title"}:
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "title"}:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.text.append(" ".join(data.split()))


class Page:
    """An answer. `says`: its text, a line for each piece."""

    def __init__(self, url: str, status: int, body: str, headers: Mapping[str, str]) -> None:
        self.url, self.status, self.body, self.headers = url, status, body, headers
        reader = Reader()
        reader.feed(body)
        self.says = "\n".join(reader.text)
        self.forms, self.actions = reader.forms, reader.actions

    def form_with(self, button: str) -> tuple[str, dict[str, str]]:
        """The form that has the button, and its fields with `act` of the button."""
        for start, form, action in zip(_starts(self.body), self.forms, self.actions, strict=True):
            end = self.body.index("</form>", start)
            for attributes, label in re.findall(r"<button([^>]*)>([^<]*)</button>", self.body[start:end]):
                if unescape(label).strip() == button:
                    sent = dict(re.findall(r'(name|value)="([\w-]*)"', attributes))
                    return action, form | ({sent["name"]: sent["value"]} if sent else {})
        raise AssertionError(f"there is no button {button} in:\n{self.says}")


def _starts(body: str) -> list[int]:
    return [found.start() for found in re.finditer("<form", body)]


class Browser:
    """One browser: its cookies, and the page that it shows."""

    def __init__(self, session: ClientSession, root: str) -> None:
        self.session, self.root = session, root
        self.page = Page(root, 0, "", {})

    async def opens(self, path: str) -> Page:
        return await self._asks("GET", urljoin(f"{self.root}/setup/", path))

    async def presses(self, button: str, **fields: str | None) -> Page:
        """Fill the fields of the form that has this button, and press it; None unticks a box."""
        action, form = self.page.form_with(button)
        given = {name: value for name, value in (form | fields).items() if value is not None}
        return await self._asks("POST", urljoin(self.page.url, action), given)

    async def posts(self, url: str, **fields: str) -> Page:
        """Send a form that no page of ours has shown."""
        return await self._asks("POST", urljoin(f"{self.root}/setup/", url), fields)

    async def signs_in(self, password: str = PASSWORD) -> Page:
        await self.opens("sign-in")
        return await self.presses("Sign in", password=password)

    async def _asks(self, method: str, url: str, fields: Mapping[str, str] | None = None) -> Page:
        for _ in range(8):
            async with self.session.request(method, url, data=fields, allow_redirects=False) as answer:
                body = await answer.text()
                self.page = Page(url, answer.status, body, answer.headers)
            if answer.status not in {302, 303}:
                return self.page
            method, url, fields = "GET", urljoin(url, answer.headers["Location"]), None
            if urlsplit(url).netloc != urlsplit(self.root).netloc:
                self.page = Page(url, answer.status, "", answer.headers)
                return self.page
        raise AssertionError("it is sent round and round")


class Rig:
    """An agent with its console, between the stand-ins."""

    def __init__(self, clock: DrivenClock, world: Standins, settings: Settings, url: str) -> None:
        self.clock, self.world, self.settings, self.url = clock, world, settings, url
        self.sessions: list[ClientSession] = []

    def browser(self) -> Browser:
        session = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self.sessions.append(session)
        return Browser(session, self.url)

    async def part(self, name: str) -> str:
        """What `/status` says of a part."""
        async with ClientSession() as session, session.get(f"{self.url}/status") as answer:
            return str((await answer.json())["parts"][name]["says"])

    def tried(self, delivery_id: str) -> bool:
        """Whether its notification has come to something: posted, parked, or its channel is parked."""
        with closing(sqlite3.connect(self.settings.sqlite_path)) as connection:
            found = connection.execute(_TRIED, (delivery_id,)).fetchone()
        return bool(found[0])

    async def leap(self, seconds: float) -> None:
        """Let time pass in one step, for all sleepers together."""
        self.clock._elapsed_s += seconds
        self.clock._release()
        await settle()

    async def until(self, found: Any) -> None:
        """Move the clock until it is so."""
        for _ in range(400):
            await settle()
            if found():
                return
            await self.clock.advance(0.25)
        raise AssertionError("it never came to be")


@pytest.fixture
def variables() -> dict[str, str]:
    """What a test module sets or, with an empty text, leaves out; overridden there."""
    return {}


@pytest.fixture
def fresh() -> bool:
    """Whether neither Slack nor GHES knows an app of ours yet; overridden there."""
    return False


@pytest.fixture
async def rig(tmp_path: Path, variables: dict[str, str], *, fresh: bool) -> AsyncIterator[Rig]:
    clock = DrivenClock()
    async with standins(clock, workspaces=1, fresh=fresh) as world:
        own = {"AGENT_LISTEN": f"127.0.0.1:{free_port('127.0.0.1')}", "AGENT_ADMIN_PASSWORD": PASSWORD}
        known = world.fresh_variables(tmp_path) | world.pages() if fresh else world.variables(tmp_path)
        settings = agent_settings.of(known | own | {"AGENT_ADMINS": "ada"} | variables)
        async with app.running(settings, clock) as agent:
            if not fresh:
                world.point_hooks_at(agent.url)
            rig = Rig(clock, world, settings, agent.url)
            yield rig
            for session in rig.sessions:
                await session.close()


@pytest.fixture
async def browser(rig: Rig) -> Browser:
    return rig.browser()
