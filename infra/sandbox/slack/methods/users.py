"""users.* and team.info: who is there (slack.md §8)."""

from typing import Any

from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.limits import TIER_2, TIER_3, TIER_4
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import User
from infra.sandbox.slack.wire import user_body


def _info(call: Call) -> dict[str, Any]:
    user = call.home.users.get(call.text("user", "user_not_found"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": _body(call, user)}


def _list(call: Call) -> dict[str, Any]:
    page, following = call.page([_body(call, user) for user in call.home.users.values()])
    return {"members": page, **following}


def _team(call: Call) -> dict[str, Any]:
    """`team` may be one of the same organisation that the app is let into; any other isn't found."""
    wanted = str(call.args.get("team") or call.home.team_id)
    team = call.world.teams.get(wanted)
    mine = call.here.teams or {call.here.place_id}
    if team is None or wanted not in mine:
        raise Refused("team_not_found")
    body = {"id": team.team_id, "name": team.name, "domain": team.domain, "email_domain": ""}
    organisation = call.world.organisations.get(team.organisation_id)
    if organisation:
        body |= {"enterprise_id": organisation.organisation_id, "enterprise_name": organisation.name}
    return {"team": body}


def _body(call: Call, user: User) -> dict[str, Any]:
    return user_body(call.home, user, call.bot_user_id, with_email="users:read.email" in call.here.scopes)


METHODS = {
    "users.info": Method(answer=_info, per_minute=TIER_4, scopes=frozenset({"users:read"})),
    "users.list": Method(answer=_list, per_minute=TIER_2, scopes=frozenset({"users:read"})),
    "team.info": Method(answer=_team, per_minute=TIER_3, scopes=frozenset({"team:read"})),
}
