"""What installs, renews and leaves, on a real store, with a Slack that says what a test tells it to."""

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Table, insert, select, update

from agent import settings as agent_settings
from agent.setup.greetings import Greetings
from agent.setup.grounds import Grounds
from agent.setup.installing import Installing
from agent.setup.organisations import Organisations
from agent.setup.rotation import Rotation
from agent.slack.form_calls import FormAnswer, FormCalls, Unanswered
from agent.slack.oauth import SlackOAuth
from agent.store import installations as stored
from agent.store.migrate import migrate_sqlite
from agent.store.port import StoreUnavailableError
from agent.store.round_trips import RoundTrips
from agent.store.secrets import Secrets
from agent.store.setup_tables import installations
from agent.store.sqlite import SqliteStore
from agent.store.tables import addresses
from agent.store.workspaces import Installation
from infra.sandbox.driven_clock import DrivenClock

BROWSER = "b" * 43
CLIENT = ("1.2", "client-secret")


@dataclass(frozen=True, kw_only=True)
class Asked:
    method: str
    fields: Mapping[str, str]
    token: str
    client: tuple[str, str] | None


class Slack(FormCalls):
    """`tokens`: what each that is alive is for, a team or an organisation's id. `says` comes before everything else."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.says: dict[str, list[FormAnswer | Unanswered]] = {}
        self.tokens: dict[str, str] = {}
        self.dead: dict[str, str] = {}
        self.grants: dict[str, dict[str, Any]] = {}
        self.teams: dict[str, list[tuple[str, str]]] = {}

    def told(self, method: str, *answers: FormAnswer | Unanswered) -> None:
        """The next answers of a method."""
        self.says.setdefault(method, []).extend(answers)

    def asked_for(self, method: str) -> list[Asked]:
        return [each for each in self.asked if each.method == method]

    async def call(
        self, method: str, fields: Mapping[str, str], *, token: str = "", client: tuple[str, str] | None = None
    ) -> FormAnswer | Unanswered:
        """See the port."""
        self.asked.append(Asked(method=method, fields=dict(fields), token=token, client=client))
        if waiting := self.says.get(method):
            return waiting.pop(0)
        if method == "oauth.v2.access":
            key = fields.get("code") or fields.get("refresh_token", "")
            return _ok(**self.grants.pop(key)) if key in self.grants else _error("invalid_code")
        if token not in self.tokens:
            return _error(self.dead.get(token, "invalid_auth"))
        return self._of_token(method, fields, token)

    def _of_token(self, method: str, fields: Mapping[str, str], token: str) -> FormAnswer:
        of = self.tokens[token]
        match method:
            case "auth.test":
                url = "https://acme.enterprise.slack.com/" if of.startswith("E") else f"https://{of.lower()}.slack.com/"
                return _ok(team_id=of, team=f"Name of {of}", url=url, user_id="U0BOT")
            case "auth.teams.list":
                return _ok(teams=[{"id": team_id, "name": name} for team_id, name in self.teams[of]])
            case "team.info":
                return _ok(team={"id": fields["team"], "domain": fields["team"].lower()})
            case "auth.revoke" | "apps.uninstall":
                self.dead[token] = "account_inactive"
                del self.tokens[token]
                return _ok(revoked=True)
            case _:
                return _error("unknown_method")


def _ok(**fields: Any) -> FormAnswer:
    return FormAnswer(fields={"ok": True, **fields})


def _error(code: str) -> FormAnswer:
    return FormAnswer(fields={"ok": False, "error": code})


class Fickle:
    """A store that is away for some writes."""

    def __init__(self, store: SqliteStore) -> None:
        self._store, self.away = store, 0

    async def write(self, work: Callable[..., Any]) -> Any:
        if self.away:
            self.away -= 1
            raise StoreUnavailableError("disk is full")
        return await self._store.write(work)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@dataclass(kw_only=True)
class Rig:
    slack: Slack
    grounds: Grounds
    store: Fickle
    clock: DrivenClock
    looks: list[str]
    greeted: list[tuple[tuple[str, ...], str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.greetings = Greetings(self.clock)
        self.organisations = Organisations(self.grounds, self.greetings)
        self.rotation = Rotation(self.grounds)

    def installing(self, **variables: str) -> Installing:
        given = {
            "GHES_URL": "https://ghes.test",
            "AGENT_URL": "https://agent.test/ghe",
            "SLACK_CLIENT_ID": CLIENT[0],
            "SLACK_CLIENT_SECRET": CLIENT[1],
            "SLACK_APP_ID": "A1APP",
        }
        return Installing(
            agent_settings.of(given | variables),
            grounds=self.grounds,
            round_trips=RoundTrips(self.grounds.store, self.clock),
            organisations=self.organisations,
            greetings=self.greetings,
        )

    def granted(self, place: str = "T1", token: str = "xoxb-1", code: str = "code", **more: Any) -> None:
        """What Slack gives for a code, or for a refresh token."""
        is_organisation = place.startswith("E")
        named = {"id": place, "name": f"Name of {place}"}
        self.slack.tokens[token] = place
        self.slack.grants[code] = {
            "app_id": "A1APP",
            "access_token": token,
            "token_type": "bot",
            "scope": "commands,chat:write",
            "bot_user_id": "U0BOT",
            "team": None if is_organisation else named,
            "enterprise": named if is_organisation else None,
            "is_enterprise_install": is_organisation,
            "authed_user": {"id": "U1"},
            **more,
        }

    def rotates(self, token: str, refresh: str, *, code: str = "code", place: str = "T1") -> None:
        self.granted(place, token, code, refresh_token=refresh, expires_in=43200)

    async def installs(self, code: str = "code", **variables: str) -> Any:
        """Press the button, agree at Slack, and come back."""
        installing = self.installing(**variables)
        state = (await installing.begin(BROWSER)).rpartition("state=")[2]
        return await installing.returned(state, BROWSER, code, "")

    async def until(self, found: Callable[[], object], *, step_s: float = 1.0) -> None:
        """Let time pass, step by step, until it is so."""
        for _ in range(2000):
            if found():
                return
            await self.clock.advance(step_s, step_s=step_s)
        raise AssertionError("it never came to be")

    async def seals_anew(self) -> None:
        """As `ghe-slack secrets rotate` does."""
        found = await self.held()
        assert found is not None
        seal = self.grounds.secrets.rotated
        values = {"token": seal(found.token), "refresh": seal(found.refresh) if found.refresh else None}
        await self.store.write(lambda connection: connection.execute(update(installations).values(values)).rowcount)

    async def held(self, of: str = "T1") -> Installation | None:
        return await self.store.read(partial(stored.held, installation_id=of))  # type: ignore[no-any-return]

    async def subscribed(self, team_id: str = "T1", channel_id: str = "C1") -> None:
        row = {"team_id": team_id, "channel_id": channel_id}
        await self.store.write(lambda connection: connection.execute(insert(addresses).values(row)).rowcount)

    async def rows(self, table: Table) -> list[Any]:
        query = select(table).order_by(*table.primary_key)
        return await self.store.read(lambda connection: list(connection.execute(query).all()))  # type: ignore[no-any-return]

    async def parked(self) -> dict[str, str | None]:
        """Why, by team id."""
        return {row.team_id: row.parked_reason for row in await self.rows(addresses)}


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("setup") / "store.db"
    migrate_sqlite(path)
    return path


@pytest.fixture
async def rig(tmp_path: Path, migrated: Path) -> AsyncIterator[Rig]:
    shutil.copy(migrated, tmp_path / "store.db")
    sqlite, clock, looks = SqliteStore(tmp_path / "store.db"), DrivenClock(), list[str]()
    slack, store = Slack(), Fickle(sqlite)
    grounds = Grounds(
        oauth=SlackOAuth(slack, CLIENT),
        store=store,
        secrets=Secrets([Fernet.generate_key()]),
        clock=clock,
        workspaces={},
        look=lambda: looks.append("look"),
        woken=lambda: looks.append("woken"),
    )
    yield Rig(slack=slack, grounds=grounds, store=store, clock=clock, looks=looks)
    await sqlite.aclose()


@pytest.fixture
def error() -> Callable[[str], FormAnswer]:
    """Slack's no."""
    return _error
