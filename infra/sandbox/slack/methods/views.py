"""views.*: modals and Home tabs (slack.md §8, §10, §12)."""

import json
from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.envelopes import view_body
from infra.sandbox.slack.limits import TIER_4
from infra.sandbox.slack.modals import open_modal, publish_home, push_modal, update_view
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import View


def _open(call: Call) -> dict[str, Any]:
    trigger_id = call.text("trigger_id", "invalid_trigger_id")
    view = open_modal(call.world, call.home.team_id, trigger_id, _body(call), app_id=call.here.app_id)
    return {"view": view_body(call.world, view)}


def _push(call: Call) -> dict[str, Any]:
    trigger_id = call.text("trigger_id", "invalid_trigger_id")
    view = push_modal(call.world, call.home.team_id, trigger_id, _body(call), app_id=call.here.app_id)
    return {"view": view_body(call.world, view)}


def _update(call: Call) -> dict[str, Any]:
    view = _named(call)
    if view is None or (view.team_id, view.app_id) != (call.home.team_id, call.here.app_id) or not view.open:
        raise Refused("not_found")
    hash_ = call.args.get("hash")
    return {"view": view_body(call.world, update_view(call.world, view, _body(call), hash_=hash_))}


def _publish(call: Call) -> dict[str, Any]:
    if not call.app.home_tab:
        raise Refused("not_enabled")
    user_id = call.text("user_id")
    if user_id not in call.home.users:
        raise Refused("user_not_found")
    where = (call.home.team_id, call.here.app_id, user_id)
    view = publish_home(call.world, *where, _body(call), hash_=call.args.get("hash"))
    return {"view": view_body(call.world, view)}


def _named(call: Call) -> View | None:
    view_id, external_id = call.args.get("view_id"), call.args.get("external_id")
    if view_id:
        return call.world.views.get(view_id)
    views = [v for v in call.world.views.values() if external_id and v.body.get("external_id") == external_id]
    return views[-1] if views else None


def _body(call: Call) -> Mapping[str, Any]:
    view = call.args.get("view")
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except ValueError:
            raise Refused("invalid_arguments") from None
    if not isinstance(view, Mapping):
        raise Refused("invalid_arguments")
    return view


METHODS = {
    "views.open": Method(answer=_open, per_minute=TIER_4),
    "views.push": Method(answer=_push, per_minute=TIER_4),
    "views.update": Method(answer=_update, per_minute=TIER_4),
    "views.publish": Method(answer=_publish, per_minute=TIER_4),
}
