"""`/apps/<app id>/install`: the app's own people install it into its own workspace, without any address to go on at."""

from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack.app_pages.scope_texts import described
from infra.sandbox.slack.app_pages.visit import Visit
from infra.sandbox.slack.consent import consent
from infra.sandbox.slack.oauth import redeem


def draw(visit: Visit) -> Mapping[str, Any]:
    """With the bot's token while it is alive."""
    held = visit.owner.installed.get(visit.app.app_id)
    alive = held is not None and held.serves(visit.owner.team_id)
    return {"bot_token": held.bot_token if held and alive else "", "scopes": described(visit.app.bot_scopes)}


def _install(visit: Visit) -> Mapping[str, Any]:
    app, team = visit.app, visit.owner
    user = visit.person.member_of(team)
    code = consent(visit.world, app, team, user.user_id, scopes=app.bot_scopes)
    redeem(visit.world, app, code, "")
    return {"done": f"{app.name} is installed in {team.name}.", **draw(visit)}


ACTS = {"install": _install}
