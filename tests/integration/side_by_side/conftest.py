"""Two agents in one workspace, each with a GHES, a Slack app and a command of its own.

The two servers are populated alike: the same names, ids and numbers stand for other things on the other one.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import func, select
from structlog.testing import capture_logs

from agent import app as agent_app
from agent.manifests import slack_manifest
from agent.people.person import Person, Tokens
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.store import people as stored
from agent.store.secrets import Secrets
from agent.store.tables import envelopes
from infra.sandbox.concessions import SANDBOX
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.oauth import sign_in
from infra.sandbox.ghes.population import populated
from infra.sandbox.ghes.server import running as ghes_running
from infra.sandbox.ghes.things import Issue
from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.mortal import MortalSqlite
from infra.sandbox.slack import manifests, people
from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_settings import generate_app_token
from infra.sandbox.slack.installing import install
from infra.sandbox.slack.links import register_domain
from infra.sandbox.slack.population import direct_message, sample
from infra.sandbox.slack.server import running as slack_running
from infra.sandbox.slack.state import Message
from infra.sandbox.slack.world import World as Slack
from infra.sandbox.system import Standins

STEP_S = 0.25
HOME, EUROPE = "ghes.localhost", "ghes-eu.localhost"
_UNANSWERED = select(func.count()).select_from(envelopes).where(envelopes.c.answered_at.is_(None))
Passes = Callable[..., Awaitable[None]]


@dataclass(kw_only=True)
class Side:
    """One GHES, its agent, and the Slack app of both."""

    world: Standins
    app: App
    settings: Settings
    folder: Path
    url: str
    store: MortalSqlite
    answered: Passes
    """Return when nothing is under way any more, on either side."""

    @property
    def slack(self) -> Slack:
        return self.world.slack

    @property
    def ghes(self) -> Ghes:
        return self.world.ghes

    async def types(self, text: str, channel: str = "general", user: str = "mona") -> list[Message]:
        """Type it behind this app's command; what this app says then."""
        before = len(self.said(channel, user))
        people.slash(self.slack, "acme", channel, user, text, command=self.app.command)
        await self.answered()
        return self.said(channel, user)[before:]

    async def does(self, gesture: Callable[..., object], *args: Any, **more: Any) -> None:
        """Somebody of the workspace does something in Slack; return when it's answered."""
        gesture(self.slack, "acme", *args, **more)
        await self.answered()

    def said(self, channel: str = "general", user: str = "mona") -> list[Message]:
        """What this app said there and the person sees, oldest first; no cards."""
        person = self.slack.user("acme", user).user_id
        found = [each for each in self._posted(channel) if not each.metadata]
        return [each for each in found if each.ephemeral_for in {None, person}]

    def cards(self, channel: str = "general") -> list[Message]:
        """What this app posted there of events."""
        return [each for each in self._posted(channel) if each.metadata]

    def _posted(self, channel: str) -> list[Message]:
        found = self.slack.channel("acme", channel).messages.values()
        return [each for each in found if each.app_id == self.app.app_id and not each.deleted]

    def direct(self, user: str = "mona") -> list[Message]:
        """What this app said in its direct message."""
        place = direct_message(self.slack, "acme", user, app_id=self.app.app_id)
        return self.said(place.name, user)

    async def heard(self) -> int:
        """How many envelopes have reached this agent."""
        query = select(func.count()).select_from(envelopes)
        return int(await self.store.read(lambda connection: connection.execute(query).scalar()) or 0)

    async def issue(self, title: str, repository: str = "acme/docs") -> Issue:
        """Somebody opens an issue; its card has come if one comes."""
        ghes = self.ghes
        opened = happen.open_issue(ghes, ghes.repository(repository), by=ghes.account("ada"), title=title)
        await ghes.delivered()
        await self.answered()
        return opened

    async def link(self, login: str = "ada", user: str = "mona") -> None:
        """Link the person's account on this GHES, as signing in does."""
        account, team = self.ghes.account(login), self.slack.team("acme")
        pair = sign_in(self.ghes, self.ghes.app, account)
        person = Person(
            team_id=team.team_id,
            user_id=self.slack.user("acme", user).user_id,
            ghes_id=account.id,
            login=account.login,
            linked_at=self.ghes.clock.now(),
        )
        tokens = Tokens(access=pair.token, access_ends_at=pair.expires_at, refresh=pair.refresh_token or "")
        sealed = stored.sealed(Secrets(load_or_make(self.settings)), tokens)
        await self.store.write(lambda connection: stored.link(connection, person, sealed))

    async def status(self) -> Mapping[str, Any]:
        """The parts of `/status`."""
        async with ClientSession() as session, session.get(f"{self.url}/status") as answer:
            parts: Mapping[str, Any] = (await answer.json())["parts"]
            return parts


@dataclass(kw_only=True)
class Both:
    """`ours` has the command `/ghe`, `theirs` `/ghe-eu`."""

    clock: DrivenClock
    slack: Slack
    stores: list[MortalSqlite]
    ghes: list[Ghes]
    sides: list[Side]

    @property
    def ours(self) -> Side:
        return self.sides[0]

    @property
    def theirs(self) -> Side:
        return self.sides[1]

    async def answered(self, seconds: float = 3) -> None:
        """Let time pass until all that Slack has sent is answered, and then this long for what comes of it."""
        for _ in range(400):
            await self._calm()
            if await self._nothing_open():
                break
            self._leap()
        else:
            raise AssertionError("it isn't answered")
        for _ in range(int(seconds / STEP_S)):
            self._leap()
            await self._calm()

    async def connected(self) -> None:
        """Let time pass until each app has its two sockets."""
        for _ in range(400):
            await self._calm()
            if all(len(self.slack.line.open_sockets(it)) == 2 for it in self.slack.apps):
                return
            self._leap()
        raise AssertionError("the agents don't connect")

    async def _nothing_open(self) -> bool:
        if not all(each.settled.is_set() for each in self.slack.line.deliveries):
            return False
        waiting = [await it.read(lambda connection: connection.execute(_UNANSWERED).scalar()) for it in self.stores]
        return not any(waiting)

    def _leap(self) -> None:
        self.clock._elapsed_s += STEP_S
        self.clock._release()

    async def _calm(self) -> None:
        """Return when nothing moves any more while the clock stands still."""
        pulse: tuple[int, ...] = ()
        quiet = 0
        while quiet < 2:
            await settle()
            before, pulse = pulse, self._pulse()
            quiet = quiet + 1 if before == pulse and not pulse[0] else 0

    def _pulse(self) -> tuple[int, ...]:
        return (
            sum(it.life.under_way for it in self.stores),
            sum(it.life.begun for it in self.stores),
            len(self.slack.calls),
            sum(len(it.app.deliveries) for it in self.ghes),
            sum(len(it.attempts) + it.settled.is_set() for it in self.slack.line.deliveries),
            sum(hook.uses for hook in self.slack.hooks.values()),
        )


def _europe(slack: Slack) -> App:
    """The second app, made of the agent's own manifest and installed by mona."""
    manifest = slack_manifest("https://agent-eu.example.com", f"http://{EUROPE}", command="/ghe-eu", name="GHE EU")
    app = manifests.create(slack, manifest, team="acme", user="mona")
    generate_app_token(slack, app, "agent", ["connections:write", "authorizations:read"])
    team = slack.team("acme")
    install(slack, app, team)
    for name in ("general", "dev"):
        slack.channel("acme", name).members.add(team.installed[app.app_id].bot_user_id)
    return app


@pytest.fixture
async def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Both]:
    """Both agents run and are connected; nobody is linked, nothing is subscribed to.

    Both apps' bots are in #general and #dev; only that of `ours` is in #team.
    """
    clock = DrivenClock()
    slack = sample(clock, workspaces=1)
    slack.loopback_http = slack.localhost_domains = True
    register_domain(slack, HOME, localhost=True)
    stores: list[MortalSqlite] = []

    def open_store(settings: Settings) -> MortalSqlite:
        stores.append(MortalSqlite(settings.sqlite_path))
        return stores[-1]

    monkeypatch.setattr("agent.app.open_store", open_store)
    monkeypatch.setattr("agent.web.server.FINISH_S", 0.05)
    made = Both(clock=clock, slack=slack, stores=stores, ghes=[], sides=[])
    async with AsyncExitStack() as stack:
        stack.enter_context(capture_logs())
        slack_urls = await stack.enter_async_context(slack_running(slack))
        for app, host in ((slack.app, HOME), (_europe(slack), EUROPE)):
            ghes = populated(clock, concessions=SANDBOX)
            server = await stack.enter_async_context(ghes_running(ghes, name=host))
            world = Standins(slack=slack, slack_urls=slack_urls, ghes=ghes, ghes_server=server)
            folder = tmp_path / host
            folder.mkdir()
            settings = world.settings(folder, **_own(slack, app))
            agent = await stack.enter_async_context(agent_app.running(settings, clock))
            world.point_hooks_at(agent.url)
            made.ghes.append(ghes)
            made.sides.append(
                Side(
                    world=world,
                    app=app,
                    settings=settings,
                    folder=folder,
                    url=agent.url,
                    store=stores[-1],
                    answered=made.answered,
                )
            )
        await made.connected()
        await made.answered()
        yield made


def _own(slack: Slack, app: App) -> dict[str, str]:
    """What is set for one agent and not for the other."""
    return {
        "SLACK_APP_TOKEN": app.token,
        "SLACK_APP_ID": app.app_id,
        "SLACK_APP_NAME": app.name,
        "SLACK_COMMAND": app.command,
        "SLACK_BOT_TOKEN": slack.team("acme").installed[app.app_id].bot_token,
        "AGENT_ADMIN_PASSWORD": "correct horse battery staple",
    }
