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
    team = call.home
    return {"team": {"id": team.team_id, "name": team.name, "domain": team.domain, "email_domain": ""}}


def _body(call: Call, user: User) -> dict[str, Any]:
    return user_body(call.home, user, with_email="users:read.email" in call.home.scopes)


METHODS = {
    "users.info": Method(answer=_info, per_minute=TIER_4, scopes=frozenset({"users:read"})),
    "users.list": Method(answer=_list, per_minute=TIER_2, scopes=frozenset({"users:read"})),
    "team.info": Method(answer=_team, per_minute=TIER_3, scopes=frozenset({"team:read"})),
}
