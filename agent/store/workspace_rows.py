"""The workspaces as an administrator looks at them, without their tokens; and what an administrator chooses of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from agent.audit import Entry
from agent.store.audit import note
from agent.store.setup_tables import installations
from agent.store.tables import workspaces
from agent.store.transports import ask_for
from agent.store.workspaces import choose
from shared.card import DataClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The installation that a workspace belongs to."""

    id: str
    """Of the workspace, or of its organisation."""
    name: str
    by: str
    """A Slack user id; empty where it isn't known, as with `SLACK_BOT_TOKEN`."""
    at: datetime
    scopes: frozenset[str]
    trouble: str
    """Why Slack doesn't take the token, one of its error codes; empty as long as it does."""
    is_organisation: bool
    app_id: str
    """Of the Slack app; empty where it isn't known."""
    renews: bool
    """Whether its token is renewed again and again (token rotation)."""
    ends_at: datetime | None
    """When the present token ends; None: never, or that isn't known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A workspace."""

    team_id: str
    name: str
    domain: str
    data_class: DataClass
    transport: str
    next_transport: str
    """Where it goes over to when nothing of it is on its way any more; empty: it stays."""
    parked_reason: str
    """Why nothing is posted there; empty when something is."""
    parked_at: datetime | None
    installed: Installed | None
    """None once it is uninstalled: then the workspace is only remembered."""

    @property
    def wanted_transport(self) -> str:
        """The one that was chosen, be it already in use or not."""
        return self.next_transport or self.transport

    @property
    def transport_says(self) -> str:
        """For people."""
        return f"{self.transport}, going over to {self.next_transport}" if self.next_transport else self.transport


_OF_INSTALLATIONS = (
    installations.c.id,
    installations.c.name.label("installation_name"),
    installations.c.installed_by,
    installations.c.installed_at.label("since"),
    installations.c.scopes,
    installations.c.trouble,
    installations.c.is_organisation,
    installations.c.app_id,
    installations.c.refresh.is_not(None).label("renews"),
    installations.c.token_ends_at,
)


def known(connection: Connection) -> list[Known]:
    """All of them, by team id."""
    joined = select(workspaces, *_OF_INSTALLATIONS).join_from(
        workspaces, installations, installations.c.id == workspaces.c.installation_id, isouter=True
    )
    return [_known(row) for row in connection.execute(joined.order_by(workspaces.c.team_id))]


def places(connection: Connection) -> list[Installed]:
    """Where the app is installed, by name: workspaces by themselves, and organisations, also those without any."""
    found = select(*_OF_INSTALLATIONS).order_by(installations.c.name, installations.c.id)
    return [_installed(row) for row in connection.execute(found)]


def choose_for(
    connection: Connection,
    team_id: str,
    *,
    data_class: DataClass | None,
    transport: str | None,
    relayed: DataClass,
    by: str,
    now: float,
) -> bool:
    """Set what is given and write it into the audit log; False when the workspace isn't known.

    A transport is only asked for: the running agent goes over to it. `relayed`: the data class of a relayed workspace
    that has none of its own. `by`: a GHES login, `password` or `setup`.
    """
    if not choose(connection, team_id, data_class=data_class):
        return False
    if transport:
        ask_for(connection, team_id, transport, relayed=relayed, now=now)
    given = {"data class": data_class, "transport": transport}
    words = ", ".join(f"{name} {value}" for name, value in given.items() if value is not None)
    note(connection, now, Entry(team_id=team_id, user_id="", login=by, action="configure", target=words))
    return True


def _known(row: Any) -> Known:
    return Known(
        team_id=row.team_id,
        name=row.name,
        domain=row.domain,
        data_class=DataClass(row.data_class),
        transport=row.transport,
        next_transport=row.next_transport or "",
        parked_reason=row.parked_reason or "",
        parked_at=_instant(row.parked_at),
        installed=None if row.id is None else _installed(row),
    )


def _installed(row: Any) -> Installed:
    return Installed(
        id=row.id,
        name=row.installation_name,
        by=row.installed_by,
        at=datetime.fromtimestamp(row.since, UTC),
        scopes=frozenset(row.scopes.split()),
        trouble=row.trouble,
        is_organisation=row.is_organisation,
        app_id=row.app_id,
        renews=bool(row.renews),
        ends_at=_instant(row.token_ends_at),
    )


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
