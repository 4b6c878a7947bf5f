"""What is to be set up, by the names that a file has; the same names stand behind the prompts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.card import DataClass

GITHUB_APP: Mapping[str, str] = {
    "id": "ghes_app_id",
    "slug": "ghes_app_slug",
    "private_key": "ghes_private_key",
    "client_id": "ghes_client_id",
    "client_secret": "ghes_client_secret",
    "webhook_secret": "ghes_webhook_secret",
}
SLACK_APP: Mapping[str, str] = {
    "id": "slack_app_id",
    "client_id": "slack_client_id",
    "client_secret": "slack_client_secret",
    "app_token": "slack_app_token",
    "enabled": "slack_enabled",
    "allowed_workspaces": "slack_allowed_workspaces",
}
"""Keys of a section to names of settings, each of which may be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredWorkspace:
    """`bot_token`: installs the app without a browser; `team_id`: of a workspace where it is installed already.

    To be removed, an organisation's id is one too.
    """

    team_id: str = ""
    bot_token: str = field(default="", repr=False)
    data_class: DataClass | None = None
    transport: str | None = None
    should_remove: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Texts of settings by name; never log them. What isn't said stays as it is."""

    github_app: Mapping[str, str] = field(default_factory=dict, repr=False)
    slack_app: Mapping[str, str] = field(default_factory=dict, repr=False)
    configuration_token: str = field(default="", repr=False)
    """Makes the Slack app, or brings it up to date."""
    should_update: bool = False
    """Bring the Slack app that is there up to date."""
    should_point_webhook: bool = False
    """Have GHES send the App's webhooks to AGENT_URL."""
    should_forget_github_app: bool = False
    """Delete what is kept of the App here; nothing happens on GHES. Not together with values."""
    should_forget_slack_app: bool = False
    workspaces: tuple[DeclaredWorkspace, ...] = ()
