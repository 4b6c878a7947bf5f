"""Installations over their life, each step in one transaction.

install ──▶ complete ──▶ renewed, renewed, …          with token rotation, one at a time: claim
                │
                ├──▶ leave: the tokens are deleted, its workspaces parked   (uninstalled, revoked, removed)
                └──▶ attach, detach: an organisation's workspaces come and go

What was parked goes on when the app is installed there again; after 30 days it is forgotten (`agent.store.departed`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from agent.audit import Entry
from agent.store.audit import note
from agent.store.outbox_parking import free_workspace, park_workspace
from agent.store.setup_tables import installations
from agent.store.tables import workspaces
from agent.store.versions import What, changed
from agent.store.workspaces import Installation, keep_installation, keep_workspace, uninstall
from agent.workspaces import Workspace

EXPIRED = "token_expired"
"""Why workspaces are parked whose token isn't renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """Sealed. `was`: the token that is replaced, as it is stored."""

    installation_id: str
    was: bytes
    token: bytes
    refresh: bytes | None
    token_ends_at: float | None


def held(connection: Connection, installation_id: str) -> Installation | None:
    """An installation, with its tokens sealed; None when there is none."""
    row = connection.execute(select(installations).where(installations.c.id == installation_id)).first()
    return _installation(row) if row else None


def organisations(connection: Connection) -> list[Installation]:
    """Those that serve several workspaces."""
    rows = connection.execute(select(installations).where(installations.c.is_organisation).order_by(installations.c.id))
    return [_installation(row) for row in rows]


def workspaces_of(connection: Connection, installation_id: str) -> dict[str, str]:
    """The names of its workspaces, by team id."""
    mine = select(workspaces.c.team_id, workspaces.c.name).where(workspaces.c.installation_id == installation_id)
    return {row.team_id: row.name for row in connection.execute(mine.order_by(workspaces.c.team_id))}


def installation_of(connection: Connection, team_id: str) -> str:
    """The installation that a workspace belongs to, or did; empty when the workspace isn't known."""
    found = select(workspaces.c.installation_id).where(workspaces.c.team_id == team_id)
    return connection.execute(found).scalar() or ""


def complete(
    connection: Connection, installation: Installation, found: Collection[Workspace], entry: Entry, now: float
) -> None:
    """Keep what was installed, with its workspaces, whose parked channels go on."""
    keep_installation(connection, installation, now)
    attach(connection, installation.id, found, now)
    note(connection, now, entry)


def attach(connection: Connection, installation_id: str, found: Collection[Workspace], now: float) -> None:
    """Have these workspaces belong to an installation; one of their own, which they had before, is over."""
    for workspace in found:
        keep_workspace(connection, workspace, now)
        free_workspace(connection, workspace.team_id, now)
        if workspace.team_id != installation_id:
            connection.execute(delete(installations).where(installations.c.id == workspace.team_id))


def detach(connection: Connection, installation_id: str, team_ids: Collection[str], reason: str, now: float) -> None:
    """Have these workspaces belong to it no more, and nothing be posted there."""
    mine = and_(workspaces.c.installation_id == installation_id, workspaces.c.team_id.in_(team_ids))
    gone = connection.execute(select(workspaces.c.team_id).where(mine)).scalars().all()
    for team_id in gone:
        connection.execute(_named(team_id).values(installation_id=team_id))
        _park(connection, team_id, reason, now)
    changed(connection, What.WORKSPACES)


def leave(
    connection: Connection, installation_id: str, *, token: bytes, reason: str, entry: Entry, now: float
) -> Sequence[str] | None:
    """Delete the tokens and park the workspaces, whose ids are returned.

    None when `token`, as it was stored, isn't the one there any more: the app was installed again meanwhile.
    """
    found = select(installations.c.token).where(installations.c.id == installation_id).with_for_update()
    if connection.execute(found).scalar() != token:
        return None
    gone = uninstall(connection, installation_id)
    for team_id in gone:
        _park(connection, team_id, reason, now)
    note(connection, now, entry)
    return gone


def ending(connection: Connection, before: float, now: float) -> list[Installation]:
    """Those whose token ends before an instant, and that nobody is renewing."""
    due = and_(_renewable(now), installations.c.token_ends_at < before)
    return [_installation(row) for row in connection.execute(select(installations).where(due))]


def claim(connection: Connection, installation_id: str, token: bytes, until: float, now: float) -> bool:
    """Whether the caller may renew this token; nobody else may until then, in no process."""
    mine = and_(_renewable(now), installations.c.id == installation_id, installations.c.token == token)
    return bool(connection.execute(update(installations).where(mine).values(refreshing_until=until)).rowcount)


def renewed(connection: Connection, renewal: Renewal, now: float) -> bool:
    """Keep both new tokens, and have what waited go on; False when it was installed again, or left, meanwhile."""
    same = and_(installations.c.id == renewal.installation_id, installations.c.token == renewal.was)
    values = {
        "token": renewal.token,
        "refresh": renewal.refresh,
        "token_ends_at": renewal.token_ends_at,
        "refreshing_until": 0.0,
        "trouble": "",
    }
    if not connection.execute(update(installations).where(same).values(values)).rowcount:
        return False
    for team_id in _parked_for(connection, renewal.installation_id, EXPIRED):
        free_workspace(connection, team_id, now)
    changed(connection, What.WORKSPACES)
    return True


def not_renewed(
    connection: Connection,
    installation_id: str,
    token: bytes,
    *,
    trouble: str,
    again_at: float,
    ended: bool,
    now: float,
) -> None:
    """Keep why a token isn't renewed, and until when nobody tries; once it has `ended`, nothing is posted."""
    same = and_(installations.c.id == installation_id, installations.c.token == token)
    values = {"trouble": trouble, "refreshing_until": again_at}
    if connection.execute(update(installations).where(same).values(values)).rowcount and ended:
        for team_id in workspaces_of(connection, installation_id):
            park_workspace(connection, team_id, EXPIRED, now)


def doubtful(connection: Connection, reasons: Collection[str]) -> dict[str, str]:
    """Installations one of whose workspaces is parked for one of these reasons, by id."""
    joined = select(installations.c.id, workspaces.c.parked_reason).join_from(
        installations, workspaces, workspaces.c.installation_id == installations.c.id
    )
    rows = connection.execute(joined.where(workspaces.c.parked_reason.in_(reasons)).order_by(installations.c.id))
    return {row.id: row.parked_reason for row in rows}


def troubles(connection: Connection) -> list[tuple[str, str]]:
    """Name and trouble of the installations whose token Slack doesn't take, or doesn't renew."""
    found = select(installations.c.name, installations.c.trouble).where(installations.c.trouble != "")
    return [(row.name, row.trouble) for row in connection.execute(found.order_by(installations.c.name))]


def _renewable(now: float) -> ColumnElement[bool]:
    return and_(installations.c.refresh.is_not(None), installations.c.refreshing_until <= now)


def _parked_for(connection: Connection, installation_id: str, reason: str) -> Sequence[str]:
    mine = and_(workspaces.c.installation_id == installation_id, workspaces.c.parked_reason == reason)
    return connection.execute(select(workspaces.c.team_id).where(mine)).scalars().all()


def _park(connection: Connection, team_id: str, reason: str, now: float) -> None:
    """The 30 days begin now, also where something else had parked it before."""
    park_workspace(connection, team_id, reason, now)
    connection.execute(_named(team_id).values(parked_at=now))


def _named(team_id: str) -> Any:
    return update(workspaces).where(workspaces.c.team_id == team_id)


def _installation(row: Any) -> Installation:
    return Installation(
        id=row.id,
        name=row.name,
        token=row.token,
        scopes=frozenset(row.scopes.split()),
        is_organisation=row.is_organisation,
        app_id=row.app_id,
        refresh=row.refresh,
        token_ends_at=row.token_ends_at,
        installed_by=row.installed_by,
    )
