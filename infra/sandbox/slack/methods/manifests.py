"""apps.manifest.* and tooling.tokens.rotate: what a configuration token is for (slack.md §8, §17)."""

from typing import Any
from urllib.parse import urlencode

from infra.sandbox.slack import manifests
from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_settings import rotate_configuration_token
from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.limits import SPECIAL, TIER_1, TIER_3
from infra.sandbox.slack.refused import Refused


def _validate(call: Call) -> dict[str, Any]:
    app = _app(call) if call.args.get("app_id") else None
    manifests.check(call.world, call.args.get("manifest"), app)
    return {"errors": []}


def _create(call: Call) -> dict[str, Any]:
    whose = call.configuration
    if whose is None:
        raise Refused("not_allowed_token_type")
    app = manifests.create(call.world, call.args.get("manifest"), team=whose.team_id, user=whose.user_id)
    query = urlencode({"client_id": app.client_id, "scope": ",".join(sorted(app.bot_scopes))})
    return {
        "app_id": app.app_id,
        "credentials": {
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "verification_token": app.verification_token,
            "signing_secret": app.signing_secret,
        },
        "oauth_authorize_url": f"{call.world.public_url}/oauth/v2/authorize?{query}",
    }


def _update(call: Call) -> dict[str, Any]:
    app = _app(call)
    updated = manifests.update(call.world, app, call.args.get("manifest"))
    return {"app_id": app.app_id, "permissions_updated": updated}


def _export(call: Call) -> dict[str, Any]:
    return {"manifest": manifests.exported(_app(call))}


def _delete(call: Call) -> dict[str, Any]:
    manifests.delete(call.world, _app(call))
    return {}


def _app(call: Call) -> App:
    """Return the app that is named, if whose token it is may change it."""
    app, whose = call.world.apps.get(call.text("app_id", "invalid_app_id")), call.configuration
    if app is None or app.deleted:
        raise Refused("invalid_app_id")
    if whose is None or app.owner_team_id != whose.team_id or whose.user_id not in app.collaborators:
        raise Refused("no_permission")
    return app


def _rotate(call: Call) -> dict[str, Any]:
    made = rotate_configuration_token(call.world, call.text("refresh_token", "invalid_refresh_token"))
    return {
        "token": made.token,
        "refresh_token": made.refresh_token,
        "team_id": made.team_id,
        "user_id": made.user_id,
        "iat": int(made.made_at.timestamp()),
        "exp": int(made.ends_at.timestamp()),
    }


METHODS = {
    "apps.manifest.validate": Method(answer=_validate, per_minute=TIER_3, token="configuration"),
    "apps.manifest.create": Method(answer=_create, per_minute=TIER_1, token="configuration"),
    "apps.manifest.update": Method(answer=_update, per_minute=TIER_1, token="configuration"),
    "apps.manifest.export": Method(answer=_export, per_minute=TIER_3, token="configuration"),
    "apps.manifest.delete": Method(answer=_delete, per_minute=TIER_1, token="configuration"),
    "tooling.tokens.rotate": Method(answer=_rotate, per_minute=SPECIAL, token="none"),
}
