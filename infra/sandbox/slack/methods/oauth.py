"""oauth.v2.*: the tokens of an installation (slack.md §16)."""

from typing import Any

from infra.sandbox.slack import rotation
from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.limits import SPECIAL, TIER_3
from infra.sandbox.slack.oauth import answer, client, exchange, redeem
from infra.sandbox.slack.refused import Refused


def _access(call: Call) -> dict[str, Any]:
    app = client(call.world, call.args)
    match str(call.args.get("grant_type") or "authorization_code"):
        case "authorization_code":
            code, redirect_uri = call.text("code", "invalid_code"), str(call.args.get("redirect_uri") or "")
            return answer(call.world, app, redeem(call.world, app, code, redirect_uri))
        case "refresh_token":
            spent = call.text("refresh_token", "invalid_refresh_token")
            return answer(call.world, app, rotation.refresh(call.world, app.app_id, spent))
        case _:
            raise Refused("invalid_grant_type")


def _exchange(call: Call) -> dict[str, Any]:
    """The token that is exchanged is the one of the call."""
    app = client(call.world, call.args)
    return answer(call.world, app, exchange(call.world, app, call.token))


METHODS = {
    "oauth.v2.access": Method(answer=_access, per_minute=SPECIAL, token="none"),
    "oauth.v2.exchange": Method(answer=_exchange, per_minute=TIER_3, token="none"),
}
