"""Modals and Home tabs: triggers, the stack of up to three, hashes, `response_action` (slack.md §12-13)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from infra.sandbox.slack.elements import with_block_ids
from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Trigger, View
from infra.sandbox.slack.view_rules import check_view
from infra.sandbox.slack.world import World

TRIGGER_LIFE_S = 3
STACK = 3


def new_trigger(world: World, team_id: str, user_id: str, *, view_id: str | None = None, app_id: str = "") -> Trigger:
    """Return the trigger of a gesture that a person has just made, for this app (the workspace's first)."""
    trigger = Trigger(
        trigger_id=f"{world.new_id('')}.{world.new_id('')}.trigger",
        team_id=team_id,
        app_id=app_id or world.teams[team_id].app_id,
        user_id=user_id,
        made_at=world.clock.now(),
        view_id=view_id,
    )
    world.triggers[trigger.trigger_id] = trigger
    return trigger


def spend_trigger(world: World, team_id: str, trigger_id: str, *, app_id: str = "") -> Trigger:
    """Use a trigger up: once, within three seconds, in its own workspace, by the app that it was given to."""
    trigger = world.triggers.get(trigger_id)
    if trigger is None or trigger.team_id != team_id or app_id not in {"", trigger.app_id}:
        raise Refused("invalid_trigger_id")
    if trigger.spent:
        raise Refused("exchanged_trigger_id")
    if (world.clock.now() - trigger.made_at).total_seconds() > TRIGGER_LIFE_S:
        raise Refused("expired_trigger_id")
    trigger.spent = True
    return trigger


def open_modal(world: World, team_id: str, trigger_id: str, body: Mapping[str, Any], *, app_id: str = "") -> View:
    """Open a modal on top of nothing; what the person had open is gone. `app_id`: who asks; empty: whoever may."""
    check_view(body, kinds=("modal",))
    trigger = spend_trigger(world, team_id, trigger_id, app_id=app_id)
    for view in list(world.views.values()):
        if (view.team_id, view.user_id, view.open) == (team_id, trigger.user_id, True) and view.body["type"] == "modal":
            close_view(world, view.view_id)
    return _show(world, team_id, trigger.app_id, trigger.user_id, body, below=None)


def push_modal(world: World, team_id: str, trigger_id: str, body: Mapping[str, Any], *, app_id: str = "") -> View:
    """Put a modal on top of the one in which the trigger was made."""
    check_view(body, kinds=("modal",))
    trigger = spend_trigger(world, team_id, trigger_id, app_id=app_id)
    below = world.views.get(trigger.view_id or "")
    if below is None or not below.open:
        raise Refused("not_found")
    return _push(world, below, body)


def update_view(world: World, view: View, body: Mapping[str, Any], *, hash_: str | None = None) -> View:
    """Replace what a view shows, if `hash_` (when given) is still the view's."""
    check_view(body, kinds=(view.body["type"],))
    if hash_ is not None and hash_ != view.hash:
        raise Refused("hash_conflict")
    _check_external_id(world, view.team_id, view.app_id, body, but=view.view_id)
    return _put(world, replace(view, body=body, hash=_hash(world, body)))


def publish_home(
    world: World, team_id: str, app_id: str, user_id: str, body: Mapping[str, Any], *, hash_: str | None
) -> View:
    """Replace a person's Home tab in an app, or make it."""
    check_view(body, kinds=("home",))
    for view in world.views.values():
        if (view.team_id, view.app_id, view.user_id, view.body["type"]) == (team_id, app_id, user_id, "home"):
            return update_view(world, view, body, hash_=hash_)
    return _show(world, team_id, app_id, user_id, body, below=None)


def close_view(world: World, view_id: str, *, whole_stack: bool = False) -> None:
    """Close a modal and what lies on it, or all of its stack."""
    gone = world.views[view_id]
    for view in list(world.views.values()):
        if view.stack == gone.stack and (whole_stack or view_id in {view.view_id, view.previous}):
            _put(world, replace(view, open=False))


def take_response_action(world: World, view_id: str, answer: Mapping[str, Any]) -> None:
    """Do what the acknowledgement of a submission says; without a `response_action` the modal closes."""
    view = world.views[view_id]
    match answer.get("response_action"):
        case "errors":
            _check_errors(view, answer.get("errors", {}))
        case "update":
            update_view(world, view, answer.get("view", {}))
        case "push":
            check_view(answer.get("view"), kinds=("modal",))
            _push(world, view, answer["view"])
        case "clear":
            close_view(world, view_id, whole_stack=True)
        case _:
            close_view(world, view_id)


def _check_errors(view: View, errors: Mapping[str, str]) -> None:
    blocks = with_block_ids(view.body["blocks"], view.view_id)
    inputs = {block["block_id"] for block in blocks if block["type"] == "input"}
    if not errors or not set(errors) <= inputs:
        raise Refused("invalid_arguments")


def _push(world: World, below: View, body: Mapping[str, Any]) -> View:
    depth = sum(1 for view in world.views.values() if view.stack == below.stack and view.open)
    if depth >= STACK:
        raise Refused("push_limit_reached")
    return _show(world, below.team_id, below.app_id, below.user_id, body, below=below)


def _show(
    world: World, team_id: str, app_id: str, user_id: str, body: Mapping[str, Any], *, below: View | None
) -> View:
    _check_external_id(world, team_id, app_id, body, but=None)
    view_id = world.new_id("V")
    view = View(
        view_id=view_id,
        team_id=team_id,
        app_id=app_id,
        user_id=user_id,
        body=body,
        hash=_hash(world, body),
        stack=below.stack if below else view_id,
        previous=below.view_id if below else None,
    )
    return _put(world, view)


def _check_external_id(world: World, team_id: str, app_id: str, body: Mapping[str, Any], *, but: str | None) -> None:
    wanted = body.get("external_id")
    for view in world.views.values():
        same = wanted and view.body.get("external_id") == wanted
        if same and view.open and (view.team_id, view.app_id) == (team_id, app_id) and view.view_id != but:
            raise Refused("duplicate_external_id")


def _put(world: World, view: View) -> View:
    world.views[view.view_id] = view
    world.feed.publish(Change(kind="view", team_id=view.team_id, what=view.view_id))
    return view


def _hash(world: World, body: Mapping[str, Any]) -> str:
    return f"{int(world.clock.now().timestamp())}.{world.new_id('h')}{len(json.dumps(body))}"
