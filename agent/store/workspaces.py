"""The workspaces in the store; their bot tokens are sealed."""

from sqlalchemy import Connection, delete, select

from agent.store.secrets import Secrets
from agent.store.tables import workspaces
from agent.store.upsert import upsert
from agent.workspaces import Workspace, Workspaces
from shared.card import DataClass


def install(connection: Connection, workspace: Workspace, token: bytes, now: float) -> None:
    """Keep a workspace, or what changed of it; `token` is sealed."""
    row = {
        "team_id": workspace.team_id,
        "name": workspace.name,
        "domain": workspace.domain,
        "bot_user_id": workspace.bot_user_id,
        "token": token,
        "scopes": " ".join(sorted(workspace.scopes)),
        "data_class": workspace.data_class,
        "transport": workspace.transport,
        "installed_at": now,
    }
    upsert(connection, workspaces, [row])


def load(connection: Connection, secrets: Secrets) -> Workspaces:
    """All of them, by team id. Raises `UnreadableSecretError`."""
    return {
        row.team_id: Workspace(
            team_id=row.team_id,
            name=row.name,
            domain=row.domain,
            bot_user_id=row.bot_user_id,
            token=secrets.open(row.token),
            scopes=frozenset(row.scopes.split()),
            data_class=DataClass(row.data_class),
            transport=row.transport,
        )
        for row in connection.execute(select(workspaces))
    }


def remove(connection: Connection, team_id: str) -> None:
    """Forget a workspace and its token."""
    connection.execute(delete(workspaces).where(workspaces.c.team_id == team_id))
