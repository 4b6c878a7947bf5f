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
    """`bot_token`: installs the app without a browser; `team_id`: of a workspace where it is installed already."""

    team_id: str = ""
    bot_token: str = field(default="", repr=False)
    data_class: DataClass | None = None
    transport: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Texts of settings by name; never log them. What isn't said stays as it is."""

    github_app: Mapping[str, str] = field(default_factory=dict, repr=False)
    slack_app: Mapping[str, str] = field(default_factory=dict, repr=False)
    configuration_token: str = field(default="", repr=False)
    """Makes the Slack app, or brings it up to date."""
    should_update: bool = False
    """Bring the Slack app that is there up to date."""
    workspaces: tuple[DeclaredWorkspace, ...] = ()
