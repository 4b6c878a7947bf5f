"""The workspaces in the store, and the installations that they belong to, whose tokens are sealed.

A workspace has an installation of its own, or is one of an organisation's (Enterprise Grid), which has one token for
all. Without its installation a workspace is only remembered, with what was subscribed there.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from agent.store.secrets import Secrets
from agent.store.setup_tables import installations
from agent.store.tables import workspaces
from agent.store.upsert import insert_missing, upsert
from agent.store.versions import What, changed
from agent.workspaces import Workspace, Workspaces
from shared.card import DataClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What Slack gave, sealed as far as it is secret. `id`: of the workspace, or of the organisation."""

    id: str
    name: str
    token: bytes
    scopes: frozenset[str]
    is_organisation: bool = False
    app_id: str = ""
    refresh: bytes | None = None
    token_ends_at: float | None = None
    installed_by: str = ""
    """A Slack user id, where it is known."""


def install(connection: Connection, workspace: Workspace, token: bytes, now: float) -> None:
    """Keep the workspace of `SLACK_BOT_TOKEN`, or what changed of it; `token` is sealed.

    A token that Slack renews for us stays, since its refresh token is worth more than the environment's token.
    """
    known = connection.execute(select(installations).where(installations.c.id == workspace.team_id)).first()
    if known is None or known.refresh is None:
        own = Installation(
            id=workspace.team_id,
            name=workspace.name,
            token=token,
            scopes=workspace.scopes,
            app_id=known.app_id if known else "",
            installed_by=known.installed_by if known else "",
        )
        keep_installation(connection, own, now)
    keep_workspace(connection, workspace, now)


def keep_installation(connection: Connection, installation: Installation, now: float) -> None:
    """Keep an installation; a second one in the same place takes the first one's place."""
    row = {
        "id": installation.id,
        "is_organisation": installation.is_organisation,
        "name": installation.name,
        "app_id": installation.app_id,
        "token": installation.token,
        "refresh": installation.refresh,
        "token_ends_at": installation.token_ends_at,
        "refreshing_until": 0.0,
        "trouble": "",
        "scopes": " ".join(sorted(installation.scopes)),
        "installed_by": installation.installed_by,
        "installed_at": now,
    }
    upsert(connection, installations, [row])
    changed(connection, What.WORKSPACES)


def keep_workspace(connection: Connection, workspace: Workspace, now: float) -> None:
    """Keep a workspace, or what Slack says of it now; what an administrator has set stays as it is."""
    told = {
        "installation_id": workspace.installation_id or workspace.team_id,
        "name": workspace.name,
        "domain": workspace.domain,
        "bot_user_id": workspace.bot_user_id,
        "installed_at": now,
    }
    chosen = {"data_class": workspace.data_class, "transport": workspace.transport}
    insert_missing(connection, workspaces, [{"team_id": workspace.team_id, **told, **chosen}])
    connection.execute(update(workspaces).where(workspaces.c.team_id == workspace.team_id).values(told))
    changed(connection, What.WORKSPACES)


def load(connection: Connection, secrets: Secrets) -> Workspaces:
    """All that are installed, by team id. Raises `UnreadableSecretError`."""
    joined = select(workspaces, installations.c.token, installations.c.scopes).join_from(
        workspaces, installations, installations.c.id == workspaces.c.installation_id
    )
    return {row.team_id: _workspace(row, secrets) for row in connection.execute(joined)}


def choose(
    connection: Connection, team_id: str, *, data_class: DataClass | None = None, transport: str | None = None
) -> bool:
    """Set what an administrator may choose of a workspace, at once; False when it isn't known.

    A transport is changed at once only where nothing was ever sent: `agent.store.transports` drains before.
    """
    given = {"data_class": data_class, "transport": transport, "data_class_chosen": True if data_class else None}
    values = {name: value for name, value in given.items() if value is not None}
    known = connection.execute(select(workspaces.c.team_id).where(workspaces.c.team_id == team_id)).first()
    if known is None:
        return False
    if values:
        connection.execute(update(workspaces).where(workspaces.c.team_id == team_id).values(values))
        changed(connection, What.WORKSPACES)
    return True


def uninstall(connection: Connection, installation_id: str) -> list[str]:
    """Delete an installation's tokens; the ids of its workspaces, which are still remembered."""
    connection.execute(delete(installations).where(installations.c.id == installation_id))
    changed(connection, What.WORKSPACES)
    mine = select(workspaces.c.team_id).where(workspaces.c.installation_id == installation_id)
    return list(connection.execute(mine.order_by(workspaces.c.team_id)).scalars())


def _workspace(row: Any, secrets: Secrets) -> Workspace:
    return Workspace(
        team_id=row.team_id,
        installation_id=row.installation_id,
        name=row.name,
        domain=row.domain,
        bot_user_id=row.bot_user_id,
        token=secrets.open(row.token),
        scopes=frozenset(row.scopes.split()),
        data_class=DataClass(row.data_class),
        transport=row.transport,
        next_transport=row.next_transport or "",
    )
