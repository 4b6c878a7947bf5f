"""The two apps that an operator registers, as manifests made from the settings.

They are kept here, not in files beside, since the agent renders them; `infra/slack/` and `infra/ghes/` show each with
example hosts. The Slack side keeps to slackapi/manifest-schema (2.0.0). GHES refuses a manifest as a whole when it
names an `installation*` event, which it sends anyway, or an event without its permission.
"""

import re
from typing import Any
from urllib.parse import urlsplit

Manifest = dict[str, Any]

# Its last label starts with a letter, which keeps addresses out.
_DOMAIN = re.compile(r"(?!-)[-a-z0-9]+(\.[-a-z0-9]+)*\.[a-z][-a-z0-9]*[a-z0-9]")

_BOT_SCOPES = [
    "commands",
    "chat:write",
    "chat:write.public",
    "links:read",
    "links:write",
    "channels:read",
    "groups:read",
    "im:read",
    "mpim:read",
    "im:write",
    "channels:join",
    "users:read",
    "users:read.email",
    "team:read",
    "reactions:write",
    "channels:history",
    "groups:history",
    "im:history",
    "mpim:history",
]
# The histories only serve to look whether a message arrived after its answer was lost: a security officer may say no.
_OPTIONAL_BOT_SCOPES = [
    "channels:join",
    "users:read.email",
    "reactions:write",
    "channels:history",
    "groups:history",
    "im:history",
    "mpim:history",
    "mpim:read",
    "chat:write.public",
]
_BOT_EVENTS = [
    "app_home_opened",
    "app_uninstalled",
    "tokens_revoked",
    "link_shared",
    "member_joined_channel",
    "member_left_channel",
    "channel_archive",
    "channel_unarchive",
    "channel_deleted",
    "channel_rename",
    "channel_id_changed",
    "team_access_granted",
    "team_access_revoked",
]

_PERMISSIONS = {
    "metadata": "read",
    "contents": "read",
    "issues": "write",
    "pull_requests": "write",
    "actions": "write",
    "deployments": "write",
    "checks": "read",  # write would bring a check_suite event for every push
    "statuses": "read",
    "discussions": "read",
    "members": "read",
    "vulnerability_alerts": "read",
    "security_events": "read",
    "secret_scanning_alerts": "read",
}
_HOOK_EVENTS = [
    "issues",
    "issue_comment",
    "label",
    "milestone",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
    "push",
    "create",
    "delete",
    "commit_comment",
    "release",
    "fork",
    "star",
    "public",
    "repository",
    "deployment",
    "deployment_status",
    "deployment_review",
    "deployment_protection_rule",
    "workflow_run",
    "workflow_job",
    "check_run",
    "check_suite",
    "status",
    "discussion",
    "discussion_comment",
    "member",
    "membership",
    "team",
    "team_add",
    "organization",
    "dependabot_alert",
    "code_scanning_alert",
    "secret_scanning_alert",
]


def slack_manifest(agent_url: str, ghes_url: str, command: str = "/ghe", name: str = "GHE") -> Manifest:
    """The Slack app: `name` has up to 35 characters, `command` 2 to 32 and starts with a slash."""
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": name,
            "description": "GitHub Enterprise Server in Slack",
            "background_color": "#24292f",
            "long_description": (
                "Connects a GitHub Enterprise Server behind your firewall with Slack. Subscribe channels to "
                "repositories, review and merge pull requests, triage issues and approve deployments from message "
                "cards. The agent runs inside your network and only makes outbound connections (Slack Socket Mode)."
            ),
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": command.removeprefix("/"), "always_online": True},
            "shortcuts": [
                _shortcut("Create issue", "global", "ghe_create_issue", "Open a new issue on GitHub Enterprise"),
                _shortcut("Create issue", "message", "ghe_issue_from_message", "Open a new issue from this message"),
                _shortcut(
                    "Comment on issue or PR",
                    "message",
                    "ghe_comment_from_message",
                    "Add this message as a comment on an issue or pull request",
                ),
            ],
            "slash_commands": [
                {
                    "command": command,
                    "description": "GitHub Enterprise: subscribe, open, close, sign in, settings...",
                    "usage_hint": "help | signin | subscribe owner/repo [feature] | open owner/repo | close <url>",
                    "should_escape": True,
                }
            ],
            **_unfurls(ghes_url),
        },
        "oauth_config": {
            "redirect_urls": [f"{_root(agent_url)}/_slack/oauth/callback"],
            "scopes": {"bot": list(_BOT_SCOPES), "bot_optional": list(_OPTIONAL_BOT_SCOPES)},
        },
        "settings": {
            "event_subscriptions": {"bot_events": list(_BOT_EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": True,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
            "is_hosted": False,
        },
    }


def ghes_manifest(agent_url: str, name: str = "GHES Slack") -> Manifest:
    """The GitHub App. Device flow and token expiry have no key here: an administrator ticks them afterwards."""
    root = _root(agent_url)
    return {
        "name": name,
        "url": f"{root}/",
        "description": "GHES <-> Slack notifications and commands",
        "hook_attributes": {"url": f"{root}/webhooks/github", "active": True},
        "redirect_url": f"{root}/setup/app-created",
        "callback_urls": [f"{root}/link/callback"],
        "setup_url": f"{root}/setup/installed",
        "setup_on_update": True,
        "public": True,  # other organisations of the server may install it
        "request_oauth_on_install": False,  # true would switch setup_url off
        "default_permissions": dict(_PERMISSIONS),
        "default_events": list(_HOOK_EVENTS),
    }


def _shortcut(name: str, kind: str, callback_id: str, description: str) -> Manifest:
    return {"name": name, "type": kind, "callback_id": callback_id, "description": description}


def _unfurls(ghes_url: str) -> Manifest:
    """Slack takes domains only: none for an address or a name without a dot, whose links then have no previews."""
    host = urlsplit(ghes_url).hostname or ""
    return {"unfurl_domains": [host]} if _DOMAIN.fullmatch(host) else {}


def _root(url: str) -> str:
    return url.rstrip("/")
