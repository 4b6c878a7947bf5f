"""A browser in front of the pages of `/link`, whose linking says what the test tells it to."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, web

from agent.ghes.hosts import Hosts
from agent.metrics import Metrics
from agent.people.dead_ends import DeadEnd
from agent.people.signing_in import Invitation, Verified
from agent.store.intake import Intake
from agent.web.app import Parts, application

TOKEN = "a-secret-token-of-forty-three-characters-000"
GHES = "https://ghes.test/login/oauth/authorize?state=s"


@dataclass(kw_only=True)
class Scripted:
    """Stands for `agent.people.signing_in.Linking`."""

    invited: Invitation | DeadEnd = field(default_factory=lambda: Invitation(workspace="Acme", person="Mona"))
    verified: Verified | DeadEnd = DeadEnd.UNKNOWN
    continues: str | DeadEnd = GHES
    failure: Exception | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def invitation(self, token: str) -> Invitation | DeadEnd:
        self._ask("invitation", token)
        return self.invited

    async def continued(self, token: str, browser: str) -> str | DeadEnd:
        self._ask("continued", token, browser)
        return self.continues

    async def returned(self, state: str, browser: str, code: str, error: str) -> Verified | DeadEnd:
        self._ask("returned", state, browser, code, error)
        return self.verified

    def _ask(self, *asked: str) -> None:
        self.asked.append(asked)
        if self.failure:
            raise self.failure


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(kw_only=True)
class Browser:
    """A browser, with its cookies, in front of the pages."""

    url: str
    session: ClientSession
    linking: Scripted

    async def get(self, path: str) -> Answer:
        return await self._asked("GET", path)

    async def post(self, path: str, data: Any = None, **more: Any) -> Answer:
        return await self._asked("POST", path, data=data, **more)

    async def goes_on(self) -> Answer:
        """Open the link, and press *Continue*."""
        page = await self.get(f"/link/{TOKEN}")
        return await self.post(f"/link/{TOKEN}", {"proof": proof_of(page)})

    async def _asked(self, method: str, path: str, **more: Any) -> Answer:
        async with self.session.request(method, self.url + path, allow_redirects=False, **more) as answer:
            return Answer(status=answer.status, headers=answer.headers, text=await answer.text())


def proof_of(page: Answer) -> str:
    found = re.search(r'name="proof" value="([0-9a-f]+)"', page.text)
    assert found
    return found[1]


@pytest.fixture
async def browsers() -> AsyncIterator[Callable[..., Awaitable[Browser]]]:
    """Makes browsers; each has an agent of its own, unless it is given another one's."""
    runners: list[web.AppRunner] = []
    sessions: list[ClientSession] = []

    async def browser(*, oauth: bool = True, agent_url: str = "", at: str = "") -> Browser:
        nothing: Any = None
        linking: Any = Scripted() if oauth else None
        parts = Parts(
            store=nothing,
            clock=nothing,
            intake=Intake({}),
            webhook_secrets=(),
            ghes_hosts=Hosts.of("https://ghes.test"),
            metrics=Metrics(),
            status={},
            linking=linking,
            agent_url=agent_url or "http://agent.test",
            command="/octo",
        )
        if not at:
            runners.append(web.AppRunner(application(parts)))
            await runners[-1].setup()
            await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        sessions.append(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        url = at or f"http://127.0.0.1:{runners[-1].addresses[0][1]}"
        return Browser(url=url, session=sessions[-1], linking=linking)

    yield browser
    for session in sessions:
        await session.close()
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def browser(browsers: Callable[..., Awaitable[Browser]]) -> Browser:
    return await browsers()


@pytest.fixture
def proof() -> Callable[[Answer], str]:
    """What a page's form sends along."""
    return proof_of
