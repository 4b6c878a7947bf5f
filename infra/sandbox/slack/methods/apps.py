"""apps.*: what an app-level token may do, and the end of an installation."""

from typing import Any

from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.events import authorization
from infra.sandbox.slack.installing import end
from infra.sandbox.slack.limits import SPECIAL, TIER_1, TIER_3
from infra.sandbox.slack.oauth import client
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.sockets import open_ticket


def _open(call: Call) -> dict[str, Any]:
    if not call.app.link_enabled:
        raise Refused("forbidden_team")
    return {"url": open_ticket(call.world, call.app)}


def _authorizations(call: Call) -> dict[str, Any]:
    organisation_id, installation = call.world.event_contexts.get(call.text("event_context"), ("", None))
    if installation is None or installation.app_id != call.app.app_id:
        raise Refused("invalid_arguments")
    return {"authorizations": [authorization(organisation_id, installation)], "response_metadata": {"next_cursor": ""}}


def _uninstall(call: Call) -> dict[str, Any]:
    app = client(call.world, call.args)
    if app.app_id != call.here.app_id:
        raise Refused("client_id_token_mismatch")
    end(call.world, call.here)
    return {}


METHODS = {
    "apps.uninstall": Method(answer=_uninstall, per_minute=TIER_1),
    "apps.connections.open": Method(
        answer=_open, per_minute=TIER_3, scopes=frozenset({"connections:write"}), token="app", header_only=True
    ),
    "apps.event.authorizations.list": Method(
        answer=_authorizations, per_minute=SPECIAL, scopes=frozenset({"authorizations:read"}), token="app"
    ),
}
