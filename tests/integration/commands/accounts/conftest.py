"""A person with Slack in front of them and a browser beside it; `rigs` are those of the folder above."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar
from sqlalchemy import select

from agent.store.people_tables import audit
from infra.sandbox.addresses import LOOPBACK, free_port
from infra.sandbox.slack import people
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.state import Message, View

_INPUT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_ACTION = re.compile(r'<form method="post"(?: action="([^"]+)")?')


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a browser shows, after all redirects."""

    url: str
    status: int
    text: str

    @property
    def code(self) -> str:
        """The verification code."""
        found = re.search(r'id="verification-code">([^<]+)<', self.text)
        assert found, self.text
        return found[1]

    @property
    def why(self) -> str:
        """Of a dead end: which one it is."""
        found = re.search(r'data-why="(\w+)"', self.text)
        assert found, self.text
        return found[1]


@dataclass(kw_only=True)
class Browser:
    """Follows redirects, keeps cookies, fills in the one form of a page."""

    session: ClientSession

    async def open(self, url: str) -> Page:
        return await self._asked("GET", url)

    async def submit(self, page: Page, **fields: str) -> Page:
        action = _ACTION.search(page.text)
        assert action, page.text
        hidden = {name: unescape(value) for name, value in _INPUT.findall(page.text)}
        url = page.url if not action[1] else page.url.partition("/login")[0] + action[1]
        return await self._asked("POST", url, data=hidden | fields)

    async def _asked(self, method: str, url: str, **more: Any) -> Page:
        async with self.session.request(method, url, **more) as answer:
            return Page(url=str(answer.url), status=answer.status, text=await answer.text())


@dataclass(kw_only=True)
class Somebody:
    """One Slack user of `acme`."""

    rig: Any
    browser: Browser
    name: str = "mona"

    @property
    def slack_id(self) -> str:
        return str(self.rig.slack.user("acme", self.name).user_id)

    async def types(self, text: str) -> Message:
        """The one answer that comes."""
        message: Message = await self.rig.said(text, user=self.name)
        return message

    async def presses(self, message: Message, button: str) -> list[Message]:
        """What is said then."""
        return await self._hears(lambda: people.click(self.rig.slack, "acme", "general", message.ts, self.name, button))

    async def enters(self, message: Message, code: str) -> list[Message]:
        """Press *Enter code* and submit the code; what is said then."""
        form = await self.form(message)
        return await self._hears(lambda: people.submit(self.rig.slack, form.view_id, {"Verification code": code}))

    async def form(self, message: Message) -> View:
        """The form that *Enter code* opens."""
        await self.presses(message, "Enter code")
        view = self.shown()
        assert view
        return view

    def shown(self) -> View | None:
        """The form on the screen."""
        return people.open_view(self.rig.slack, "acme", self.name)

    async def goes_to_ghes(self, message: Message) -> Page:
        """Open the link and press *Continue*; GHES's page."""
        page = await self.browser.open(link_of(message))
        return await self.browser.submit(page)

    async def signs_in(self, message: Message, login: str = "ada", decision: str = "authorize") -> Page:
        """Go all the way; the last page."""
        page = await self.goes_to_ghes(message)
        return await self.browser.submit(page, person=login, decision=decision)

    async def links(self, login: str = "ada") -> list[Message]:
        """Link the accounts; what is said then."""
        message = await self.types("signin")
        page = await self.signs_in(message, login)
        return await self.enters(message, page.code)

    def seen(self, channel: str = "general") -> list[Message]:
        """All that the agent said there."""
        found: list[Message] = self.rig.seen(channel, self.name)
        return found

    async def _hears(self, gesture: Callable[[], Delivery]) -> list[Message]:
        """What is new, or stands where something else stood."""
        before = {(each.ts, each.text) for each in self.seen()}
        gesture()
        await self.rig.answered()
        return [each for each in self.seen() if (each.ts, each.text) not in before]


def buttons_of(message: Message) -> Mapping[str, Mapping[str, Any]]:
    """The buttons of a message, by what they say."""
    elements = (element for block in message.blocks for element in block.get("elements", ()))
    return {element["text"]["text"]: element for element in elements}


def link_of(message: Message) -> str:
    """Where *Connect GitHub account* leads."""
    return str(buttons_of(message)["Connect GitHub account"]["url"])


@pytest.fixture
def buttons() -> Callable[[Message], Mapping[str, Mapping[str, Any]]]:
    return buttons_of


@pytest.fixture
async def browsers() -> AsyncIterator[Callable[[], Browser]]:
    """Makes browsers; each has its own cookies."""
    sessions: list[ClientSession] = []

    def browser() -> Browser:
        sessions.append(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        return Browser(session=sessions[-1])

    yield browser
    for session in sessions:
        await session.close()


@pytest.fixture
async def mona(rigs: Any, browsers: Callable[[], Browser]) -> AsyncIterator[Somebody]:
    """mona, whose agent runs at an address that it knows."""
    async with rigs() as rig:
        await rig.start(AGENT_LISTEN=f"{LOOPBACK}:{free_port(LOOPBACK)}")
        yield Somebody(rig=rig, browser=browsers())


@pytest.fixture
def noted() -> Callable[[Somebody], Any]:
    """Reads the audit log: Slack user, login, action, outcome."""

    async def noted(somebody: Somebody) -> list[tuple[str, str, str, str]]:
        rows = await somebody.rig.store.read(lambda connection: connection.execute(select(audit)).all())
        return [(row.user_id, row.login, row.action, row.outcome) for row in rows]

    return noted
