"""How the worlds look to the page: plain JSON.

Messages are as Slack's own API shows them (`wire.message_body`), with four fields more: `ephemeral_for` (a user id),
`broadcast`, `deleted` (a tombstone), and `thread_ts` of replies only.
"""

from dataclasses import asdict, fields
from typing import Any

from infra.sandbox.concessions import Concessions
from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.page.acting import ACTIONS
from infra.sandbox.page.parts import Parts
from infra.sandbox.page.troubles import troubles_of
from infra.sandbox.slack.envelopes import view_body
from infra.sandbox.slack.state import Channel, Message, Team, User, View
from infra.sandbox.slack.wire import message_body
from infra.sandbox.slack.world import World as Slack

CONCESSIONS = {
    "loopback_hook_url": "GHES sends webhooks to a loopback address.",
    "loopback_http_redirects": "Browsers are sent back to plain http on loopback.",
    "localhost_unfurl_domain": "Slack previews links of a name under .localhost.",
}


def snapshot(parts: Parts) -> dict[str, Any]:
    """Everything that the page draws, but for what `watching` reports."""
    return {
        **apps(parts.slack),
        "agent_url": parts.agent_url,
        "linked": dict(parts.linked),
        "ghes": {
            "url": parts.ghes.web_url,
            "people": [it.login for it in parts.ghes.accounts.values() if it.type == "User"],
            "actions": [{"key": key, "group": it.group, "title": it.title} for key, it in ACTIONS.items()],
        },
        "troubles": [{"key": key, "title": it.title} for key, it in troubles_of(parts).items()],
        "concessions": in_force(parts.ghes.concessions),
        "teams": [_team(team) | {"way": parts.way(team.team_id)} for team in parts.slack.teams.values()],
        "views": [view(parts.slack, it) for it in parts.slack.views.values() if it.open],
    }


def apps(slack: Slack) -> dict[str, Any]:
    """The command, shortcuts and previews of the app that is installed first, of one that isn't yet if need be."""
    found = [slack.apps[it.app_id] for it in slack.installations() if not it.token_error] or list(slack.apps.values())
    app = found[0] if found else None
    return {
        "command": app.command if app else "",
        "shortcuts": [asdict(it) for it in app.shortcuts] if app else [],
        "previews": bool(app and app.unfurl_domains),
    }


def in_force(concessions: Concessions) -> list[str]:
    """What the agent is forgiven, in sentences."""
    return [CONCESSIONS[it.name] for it in fields(concessions) if getattr(concessions, it.name)]


def repositories(ghes: Ghes) -> list[dict[str, Any]]:
    """Repositories with who may read them, and whether the App is installed on them."""
    return [
        {
            "name": repository.full_name,
            "visibility": repository.visibility,
            "installed": any(it.holds(repository) for it in ghes.installations.values()),
        }
        for repository in ghes.repositories.values()
        if repository.fork_of is None
    ]


def channel(team: Team, shown: Channel) -> dict[str, Any]:
    """A channel without its messages; `app_is_in`: whether an app's bot is a member, `shared`: with others."""
    return {
        "id": shown.channel_id,
        "name": shown.name,
        "kind": shown.kind,
        "archived": shown.archived,
        "members": sorted(shown.members),
        "app_is_in": any(it.bot_user_id in shown.members for it in team.installed.values()),
        "shared": bool(shown.shared_with),
    }


def message(team: Team, shown: Message) -> dict[str, Any]:
    """A message."""
    body = message_body(team, shown)
    is_reply = shown.thread_ts not in {None, shown.ts}
    return body | {
        "thread_ts": shown.thread_ts if is_reply else None,
        "broadcast": shown.broadcast,
        "deleted": shown.deleted,
        "ephemeral_for": shown.ephemeral_for,
    }


def view(slack: Slack, shown: View) -> dict[str, Any]:
    """A modal or a Home tab as the app would see it, with whose it is and whether it is there still."""
    return view_body(slack, shown) | {"user": shown.user_id, "open": shown.open}


def _team(team: Team) -> dict[str, Any]:
    return {
        "id": team.team_id,
        "name": team.name,
        "domain": team.domain,
        "users": [
            {"id": it.user_id, "name": it.name, "real_name": it.real_name, "is_bot": it.is_bot, "mark": _mark(it)}
            for it in team.users.values()
        ],
        "channels": [
            channel(team, it) | {"messages": [message(team, one) for one in it.messages.values()]}
            for it in team.channels.values()
        ],
    }


def _mark(user: User) -> str:
    if user.home_team_id:
        return "external"
    return "guest" if user.is_restricted else ""
