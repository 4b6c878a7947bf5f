"""auth.* and api.test: who am I."""

from typing import Any

from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.installing import kill_token
from infra.sandbox.slack.limits import SPECIAL, TIER_2, TIER_3, TIER_4
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Organisation, Team


def _test(call: Call) -> dict[str, Any]:
    if call.installation is None:
        return {"app_name": call.app.name, "app_id": call.app.app_id}
    team, organisation = call.team, call.world.organisations.get(call.here.place_id)
    of = organisation or (call.world.organisations.get(team.organisation_id) if team else None)
    name = call.app.bot_name
    return {
        **(_of_organisation(organisation) if organisation and not team else _of_team(call.home)),
        "user": name if team is None else team.users[call.bot_user_id].name,
        "user_id": call.bot_user_id,
        "bot_id": call.here.bot_id,
        **({"enterprise_id": of.organisation_id} if of else {}),
        "is_enterprise_install": call.here.is_organisations,
    }


def _of_team(team: Team) -> dict[str, str]:
    return {"url": f"https://{team.domain}.slack.com/", "team": team.name, "team_id": team.team_id}


def _of_organisation(whole: Organisation) -> dict[str, str]:
    url = f"https://{whole.domain}.enterprise.slack.com/"
    return {"url": url, "team": whole.name, "team_id": whole.organisation_id}


def _teams(call: Call) -> dict[str, Any]:
    let_in = call.here.teams
    there = [call.home] if let_in is None else [it for it in call.world.teams.values() if it.team_id in let_in]
    teams, following = call.page([{"id": team.team_id, "name": team.name} for team in there])
    return {"teams": teams, **following}


def _revoke(call: Call) -> dict[str, Any]:
    """`test` only asks whether it would work."""
    if call.flag("test"):
        return {"revoked": False}
    kill_token(call.world, call.here)
    return {"revoked": True}


def _api_test(call: Call) -> dict[str, Any]:
    if "error" in call.args:
        raise Refused(str(call.args["error"]), args=dict(call.args))
    return {"args": dict(call.args)}


METHODS = {
    "api.test": Method(answer=_api_test, per_minute=TIER_4, token="none"),
    "auth.test": Method(answer=_test, per_minute=SPECIAL, token="any"),
    "auth.revoke": Method(answer=_revoke, per_minute=TIER_3),
    "auth.teams.list": Method(answer=_teams, per_minute=TIER_2),
}
