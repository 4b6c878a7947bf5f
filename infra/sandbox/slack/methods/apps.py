"""apps.*: what the app-level token may do."""

from typing import Any

from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.limits import SPECIAL, TIER_3
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.sockets import open_ticket


def _open(call: Call) -> dict[str, Any]:
    if not call.world.app.link_enabled:
        raise Refused("forbidden_team")
    return {"url": open_ticket(call.world)}


def _authorizations(call: Call) -> dict[str, Any]:
    team_id = call.world.event_contexts.get(call.text("event_context"))
    if team_id is None:
        raise Refused("invalid_arguments")
    team = call.world.teams[team_id]
    entry = {
        "enterprise_id": None,
        "team_id": team_id,
        "user_id": team.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {"authorizations": [entry], "response_metadata": {"next_cursor": ""}}


METHODS = {
    "apps.connections.open": Method(
        answer=_open, per_minute=TIER_3, scopes=frozenset({"connections:write"}), token="app", header_only=True
    ),
    "apps.event.authorizations.list": Method(
        answer=_authorizations, per_minute=SPECIAL, scopes=frozenset({"authorizations:read"}), token="app"
    ),
}
