"""A running agent that is installed from its own pages into the workspaces of the stand-in for Slack."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar
from sqlalchemy import Table, select

from agent import app
from agent.settings import Settings
from agent.store.open import open_store
from infra.sandbox import linking
from infra.sandbox.addresses import free_port
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes import happen
from infra.sandbox.slack import people
from infra.sandbox.slack.app_settings import add_redirect_url
from infra.sandbox.slack.consent import consent, requested, way_back
from infra.sandbox.slack.state import Message, Organisation
from infra.sandbox.slack.world import messages
from infra.sandbox.system import Standins, standins


@dataclass(kw_only=True)
class Rig:
    clock: DrivenClock
    world: Standins
    settings: Settings
    url: str
    session: ClientSession
    codes: list[str] = field(default_factory=list)
    """Those that people's consent has made."""

    @property
    def organisation(self) -> Organisation:
        """The one that there is."""
        return next(iter(self.world.slack.organisations.values()))

    async def installs(self, place: str, *, declined: Iterable[str] = ()) -> str:
        """Press *Add to Slack*, agree for that workspace (`organisation`: that one), come back; the page then shown.

        `declined`: optional scopes that the person leaves out.
        """
        slack = self.world.slack
        async with self.session.post(f"{self.url}/_slack/install", allow_redirects=False) as away:
            wanted = requested(slack, dict(parse_qsl(urlsplit(away.headers["Location"]).query)))
        where = self.organisation if place == "organisation" else slack.team(place)
        scopes, to = wanted.scopes - set(declined), wanted.redirect_uri
        self.codes.append(consent(slack, wanted.app, where, "mona", scopes=scopes, redirect_uri=to))
        async with self.session.get(way_back(to, code=self.codes[-1], state=wanted.state)) as back:
            return await back.text()

    async def slack_part(self) -> dict[str, Any]:
        async with self.session.get(f"{self.url}/status") as answer:
            part: dict[str, Any] = (await answer.json())["parts"]["slack"]
            return part

    async def slack_says(self, found: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Slack's part of the status, once all that is looked for is in it."""
        for _ in range(400):
            if found(part := await self.slack_part()):
                return part
            await self.clock.advance(0.25)
        raise AssertionError("it was never said")

    async def until(self, found: Callable[[], object]) -> None:
        for _ in range(800):
            await settle()
            if found():
                return
            await self.clock.advance(0.25)
        raise AssertionError("it never came to be")

    async def leap(self, seconds: float) -> None:
        """Let time pass in one step, for all sleepers together."""
        self.clock._elapsed_s += seconds
        self.clock._release()
        await settle()

    async def subscribes(self, team: str) -> None:
        """`/ghe subscribe acme/docs` in #general, by mona, who is connected by then."""
        slack = self.world.slack
        await linking.link(self.settings, [slack.team(team)], self.world.ghes, {"mona": "grace"}, self.clock)
        before = len(self.posts(team))
        people.slash(self.world.slack, team, "general", "mona", "subscribe acme/docs")
        await self.until(lambda: len(self.posts(team)) > before)

    async def opens_issue(self, title: str) -> None:
        ghes = self.world.ghes
        happen.open_issue(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"), title=title)
        await ghes.delivered()

    def posts(self, team: str) -> list[str]:
        return [each.text for each in messages(self.world.slack, team, "general")]

    def greetings(self, team: str) -> list[Message]:
        """The bot's direct messages there."""
        channels = self.world.slack.team(team).channels.values()
        said = [each for place in channels if place.kind == "im" for each in place.messages.values()]
        return [each for each in said if "I bring what happens on GitHub Enterprise" in each.text]

    async def rows_are(self, table: Table, found: Callable[[list[Any]], object]) -> list[Any]:
        """A table's rows, once they are what is looked for."""
        for _ in range(400):
            if found(rows := await self.rows(table)):
                return rows
            await self.clock.advance(0.25)
        raise AssertionError("it never came to be")

    async def rows(self, table: Table) -> list[Any]:
        store = open_store(self.settings)
        try:
            return await store.read(lambda connection: list(connection.execute(select(table)).all()))
        finally:
            await store.aclose()


@pytest.fixture
def variables() -> dict[str, str]:
    """What a test module sets; overridden there."""
    return {}


@pytest.fixture
async def rig(tmp_path: Path, variables: dict[str, str]) -> AsyncIterator[Rig]:
    """It knows its app and no workspace."""
    clock = DrivenClock()
    async with standins(clock, workspaces=2) as world, ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        at = f"127.0.0.1:{free_port('127.0.0.1')}"
        own = {"AGENT_LISTEN": at, "SLACK_BOT_TOKEN": "", "SLACK_APP_ID": world.slack.app.app_id}
        slack_app = world.slack.app
        for installation in world.slack.installations():
            installation.token_error = "account_inactive"
        client = {"SLACK_CLIENT_ID": slack_app.client_id, "SLACK_CLIENT_SECRET": slack_app.client_secret}
        settings = world.settings(tmp_path, **own | client | variables)
        async with app.running(settings, clock) as agent:
            world.point_hooks_at(agent.url)
            add_redirect_url(world.slack, slack_app, f"{agent.url}/_slack/oauth/callback")
            rig = Rig(clock=clock, world=world, settings=settings, url=agent.url, session=session)
            await rig.until(lambda: len(world.slack.line.open_sockets()) == 2)
            yield rig
