"""auth.* and api.test: who am I."""

from typing import Any

from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.limits import SPECIAL, TIER_2, TIER_4
from infra.sandbox.slack.refused import Refused


def _test(call: Call) -> dict[str, Any]:
    team = call.team
    if team is None:
        return {"app_name": "GHE", "app_id": call.world.app.app_id}
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": team.users[team.bot_user_id].name,
        "team_id": team.team_id,
        "user_id": team.bot_user_id,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }


def _teams(call: Call) -> dict[str, Any]:
    teams, following = call.page([{"id": call.home.team_id, "name": call.home.name}])
    return {"teams": teams, **following}


def _api_test(call: Call) -> dict[str, Any]:
    if "error" in call.args:
        raise Refused(str(call.args["error"]), args=dict(call.args))
    return {"args": dict(call.args)}


METHODS = {
    "api.test": Method(answer=_api_test, per_minute=TIER_4, token="none"),
    "auth.test": Method(answer=_test, per_minute=SPECIAL, token="any"),
    "auth.teams.list": Method(answer=_teams, per_minute=TIER_2),
}
