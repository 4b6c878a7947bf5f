"""Linking on a real store, with a GHES and a Slack that say what the test tells them to."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from agent.audit import Entry
from agent.ghes.answers import Unreachable
from agent.people.devices import Devices
from agent.people.joining import Joining
from agent.people.person import Tokens
from agent.people.ports import (
    Account,
    Denied,
    DeviceGrant,
    Granted,
    Member,
    MemberKind,
    Pending,
    SlackSilent,
)
from agent.people.signing_in import Linking
from agent.people.unentered import Unentered
from agent.people.unlinking import Unlinking
from agent.store.audit import SqlAudit
from agent.store.migrate import migrate_sqlite
from agent.store.people import SqlPeople
from agent.store.secrets import Secrets
from agent.store.sqlite import SqliteStore
from agent.workspaces import Workspace
from infra.sandbox.driven_clock import DrivenClock

NO_DEVICES = Denied("device_flow_disabled")


@dataclass(kw_only=True)
class SaidByGhes:
    """`agent.people.ports.OAuth`: each code `of-<login>` is that person's, as the test made them known."""

    clock: DrivenClock
    ids: dict[str, int] = field(default_factory=lambda: {"ada": 7, "grace": 8})
    device: DeviceGrant | Denied | Unreachable = NO_DEVICES
    polled: list[Granted | Pending | Denied | Unreachable] = field(default_factory=list)
    polled_at: list[float] = field(default_factory=list)
    refused: Denied | Unreachable | None = None
    nobody: Denied | Unreachable | None = None
    revoked: list[tuple[str, bool]] = field(default_factory=list)
    exchanged: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False
    """Whether it can't be told to revoke."""

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        return f"https://ghes.test/login?state={state}&redirect_uri={redirect_uri}"

    async def exchange(self, code: str, redirect_uri: str) -> Granted | Denied | Unreachable:
        self.exchanged.append((code, redirect_uri))
        return self.refused or Granted(self.tokens(code.removeprefix("of-")))

    async def begin_device(self) -> DeviceGrant | Denied | Unreachable:
        return self.device

    async def poll_device(self, _device_code: str) -> Granted | Pending | Denied | Unreachable:
        self.polled_at.append(self.clock.monotonic())
        return self.polled.pop(0) if self.polled else Pending(interval_s=5)

    async def refresh(self, _refresh_token: str) -> Granted | Denied | Unreachable:
        return Denied("bad_refresh_token")

    async def revoke(self, access_token: str, *, everything: bool = True) -> bool:
        if self.away:
            return False
        self.revoked.append((access_token, everything))
        return True

    async def account(self, access_token: str) -> Account | Denied | Unreachable:
        login = access_token.removeprefix("token-of-")
        return self.nobody or Account(id=self.ids[login], login=login)

    def tokens(self, login: str) -> Tokens:
        ends_at = self.clock.now() + timedelta(hours=8)
        return Tokens(access=f"token-of-{login}", access_ends_at=ends_at, refresh=f"refresh-of-{login}")

    def offers_devices(self) -> None:
        self.device = DeviceGrant(
            device_code="secret-device-code",
            user_code="WXYZ-2345",
            verification_url="https://ghes.test/login/device",
            ends_at=self.clock.now() + timedelta(seconds=900),
            interval_s=5,
        )


class SaidBySlack:
    """`agent.people.ports.Members`: everybody is a full member, unless the test says otherwise."""

    def __init__(self) -> None:
        self.others: dict[str, Member | SlackSilent] = {}

    async def of(self, _team_id: str, user_id: str) -> Member | SlackSilent:
        return self.others.get(user_id, Member(kind=MemberKind.FULL, name=f"Name of {user_id}"))


@dataclass(kw_only=True)
class Desk:
    """What the tests hold on to."""

    clock: DrivenClock
    ghes: SaidByGhes
    slack: SaidBySlack
    store: SqliteStore
    people: SqlPeople
    linking: Linking
    devices: Devices
    unentered: Unentered

    async def link(self, user_id: str = "U1", team_id: str = "T1") -> str:
        """The token of a fresh link."""
        offered: Any = await self.linking.offer(team_id, user_id)
        return str(offered.url).rpartition("/")[2]

    async def left(self, token: str, browser: str = "browser") -> str:
        """The state with which *Continue* sends the browser to GHES."""
        url = await self.linking.continued(token, browser)
        return url.partition("state=")[2].partition("&")[0]

    async def code(self, login: str = "ada", user_id: str = "U1", team_id: str = "T1") -> str:
        """The verification code of somebody who went all the way."""
        state = await self.left(await self.link(user_id, team_id))
        verified: Any = await self.linking.returned(state, "browser", f"of-{login}", "")
        return str(verified.code)

    async def linked(self, login: str = "ada", user_id: str = "U1", team_id: str = "T1") -> Any:
        """Link them."""
        return await self.linking.enter(team_id, user_id, await self.code(login, user_id, team_id))

    async def audit(self) -> list[Entry]:
        return [noted.entry for noted in await SqlAudit(self.store, self.clock).since(None)]


@pytest.fixture(scope="session")
def _file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "store.db"
    migrate_sqlite(path)
    return path


@pytest.fixture
async def store(tmp_path: Path, _file: Path) -> AsyncIterator[SqliteStore]:
    shutil.copy(_file, tmp_path / "store.db")
    store = SqliteStore(tmp_path / "store.db")
    yield store
    await store.aclose()


@pytest.fixture
def desks(store: SqliteStore) -> Callable[..., Desk]:
    """Makes one process's desk; all stand on one store, with one key unless told otherwise, and on one clock."""
    clock, key = DrivenClock(), Fernet.generate_key()
    ghes, slack = SaidByGhes(clock=clock), SaidBySlack()
    workspaces = {
        team_id: Workspace(
            team_id=team_id, name=name, domain=name.lower(), bot_user_id="B", token="xoxb", scopes=frozenset()
        )
        for team_id, name in (("T1", "Acme"), ("T2", "Globex"))
    }

    def desk(*, fresh_key: bool = False) -> Desk:
        secrets = Secrets([Fernet.generate_key() if fresh_key else key])
        people = SqlPeople(store, secrets, clock)
        unlinking = Unlinking(people=people, oauth=ghes, store=store, clock=clock)
        joining = Joining(people=people, unlinking=unlinking)
        devices = Devices(oauth=ghes, joining=joining, store=store, secrets=secrets, clock=clock)
        linking = Linking(
            oauth=ghes,
            devices=devices,
            joining=joining,
            unlinking=unlinking,
            members=slack,
            workspaces=workspaces,
            store=store,
            secrets=secrets,
            clock=clock,
            agent_url="https://agent.test",
        )
        return Desk(
            clock=clock,
            ghes=ghes,
            slack=slack,
            store=store,
            people=people,
            linking=linking,
            devices=devices,
            unentered=Unentered(people=people, joining=joining, store=store, clock=clock),
        )

    return desk


@pytest.fixture
def desk(desks: Callable[..., Desk]) -> Desk:
    return desks()
