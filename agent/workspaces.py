"""The Slack workspaces that the agent is installed in, with their bot tokens."""

from dataclasses import dataclass, field

from shared.card import DataClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """An installation. The token never shows in a repr, hence in no log."""

    team_id: str
    installation_id: str = ""
    """The workspace's own id, or its organisation's, which has one token for all its workspaces. Empty: its own."""
    name: str
    domain: str
    bot_user_id: str
    token: str = field(repr=False)
    scopes: frozenset[str]
    data_class: DataClass = DataClass.FULL
    transport: str = "direct"
    next_transport: str = ""
    """Where it goes over to as soon as nothing of it is on its way; empty: it stays."""


Workspaces = dict[str, Workspace]
"""Those known now, by team id. The composition root fills it; the adapters only look into it."""


def data_class_of(workspaces: Workspaces, team_id: str) -> DataClass:
    """What is shown there. In a workspace that isn't connected (any more) nothing is that it might not see."""
    workspace = workspaces.get(team_id)
    return workspace.data_class if workspace else DataClass.LINK
