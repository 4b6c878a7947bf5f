"""What a person does in Slack: types, clicks, fills in, opens Home. Each returns the `Delivery` to the app.

Workspaces, channels and people go by id or name; buttons and inputs by what they say (`elements.py`). `await
delivery.finished()` returns when the app has acknowledged, or Slack has given up (`delivery.shown`). What Slack's
clients keep to themselves (a required input that is empty, say) raises `NotSent` (`filling.py`).
"""

from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack import envelopes
from infra.sandbox.slack.addressee import by_command, by_shortcut, check_interactive, of_message
from infra.sandbox.slack.app import App, Installation
from infra.sandbox.slack.elements import Element, chosen, find, state, with_block_ids
from infra.sandbox.slack.events import emit, emit_to_all
from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.filling import check_dispatched, check_filled, check_typed, is_offer
from infra.sandbox.slack.hooks import answer_in_ack, new_hook
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.links import bracketed, tell_of_draft, tell_of_links
from infra.sandbox.slack.mentions import mentioned
from infra.sandbox.slack.modals import close_view, new_trigger, take_response_action
from infra.sandbox.slack.places import place_of, places
from infra.sandbox.slack.population import direct_message
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Message, Team, User, View
from infra.sandbox.slack.typed import escaped
from infra.sandbox.slack.world import World


def slash(world: World, team: str, channel: str, user: str, text: str, *, command: str | None = None) -> Delivery:
    """Type `/ghe text` into a channel. The acknowledgement's payload, if any, is shown as the answer.

    `command`: the first app's unless given. It goes to the app whose it is in that workspace (`addressee.py`).
    """
    home, place, person = world.team(team), world.channel(team, channel), world.user(team, user)
    name = command or world.app.command
    app = by_command(world, home, name)
    where = (home.team_id, place.channel_id, person.user_id)
    hook = new_hook(world, *where, app_id=app.app_id, kind="commands", command=f"{name} {text}")
    trigger = new_trigger(world, home.team_id, person.user_id, app_id=app.app_id)
    typed = escaped(home, text) if app.commands.get(name, app.should_escape) else text
    payload = envelopes.command(world, app, home, place, person, name, typed) | {
        "response_url": hook.url,
        "trigger_id": trigger.trigger_id,
    }
    return world.line.start(
        Delivery(
            kind="slash_commands",
            payload=payload,
            accepts_payload=True,
            use_answer=lambda answer: answer_in_ack(world, hook.hook, answer),
        )
    )


def click(
    world: World,
    team: str,
    channel: str,
    ts: str,
    user: str,
    action: str,
    *,
    value: Any = None,
    values: Mapping[str, Any] | None = None,
) -> Delivery:
    """Use an element of a message: press a button, pick `value` from a select or overflow, enter `value`.

    `values`: what the person had entered in the message's inputs before. Ephemeral messages work too.
    """
    home, person = world.team(team), world.user(team, user)
    message = _seen(world, team, channel, ts, person)
    place, element = place_of(home, message, action)
    app = of_message(world, home, message, place.unfurl_url)
    check_interactive(app, element)
    check_dispatched(element)
    where = (home.team_id, message.channel_id, person.user_id)
    source: dict[str, Any] = {"source_ts": ts, "unfurl_url": place.unfurl_url}
    hook = new_hook(world, *where, app_id=app.app_id, kind="actions", **source)
    payload = envelopes.message_actions(world, app, home, person, message, place.attachment) | {
        **_action(world, element, value),
        "state": state([block for one in places(home, message) for block in one.blocks], values or {}),
        "response_url": hook.url,
        "trigger_id": new_trigger(world, home.team_id, person.user_id, app_id=app.app_id).trigger_id,
    }
    return world.line.start(Delivery(kind="interactive", payload=payload))


def click_in_view(
    world: World, view_id: str, action: str, *, value: Any = None, values: Mapping[str, Any] | None = None
) -> Delivery:
    """Use an element of a modal or of Home."""
    view = world.views[view_id]
    home = world.teams[view.team_id]
    blocks = with_block_ids(view.body["blocks"], view.view_id)
    element = find(blocks, action)
    check_dispatched(element)
    payload = envelopes.view_actions(world, home, home.users[view.user_id], view) | _action(world, element, value)
    payload["view"]["state"] = state(blocks, {**(values or {}), **({} if value is None else {element.key: value})})
    payload |= {"trigger_id": _in_view(world, view)}
    return world.line.start(Delivery(kind="interactive", payload=payload))


def submit(world: World, view_id: str, values: Mapping[str, Any] | None = None) -> Delivery:
    """Press a modal's submit button with these inputs; the acknowledgement's `response_action` is carried out.

    `delivery.answer` holds it: `errors` stay there for the test or the page to show. Raises `NotSent` for inputs that
    a client doesn't submit, and `LookupError` when there is no such button or view any more.
    """
    view = world.views[view_id]
    if not view.open or "submit" not in view.body:
        raise LookupError(f"the view {view_id} can't be submitted")
    home = world.teams[view.team_id]
    blocks = with_block_ids(view.body["blocks"], view.view_id)
    payload = envelopes.submission(world, home, home.users[view.user_id], view)
    payload["view"]["state"] = state(blocks, values or {})
    check_filled(blocks, payload["view"]["state"]["values"])
    payload |= {"trigger_id": _in_view(world, view)}
    return world.line.start(
        Delivery(
            kind="interactive",
            payload=payload,
            accepts_payload=True,
            use_answer=lambda answer: take_response_action(world, view_id, answer),
        )
    )


def dismiss(world: World, view_id: str, *, everything: bool = False) -> Delivery | None:
    """Close a modal (`everything`: the whole stack); the app hears of it only with `notify_on_close`."""
    view = world.views[view_id]
    home = world.teams[view.team_id]
    close_view(world, view_id, whole_stack=everything)
    if not view.body.get("notify_on_close"):
        return None
    payload = envelopes.closed(world, home, home.users[view.user_id], view, is_cleared=everything)
    return world.line.start(Delivery(kind="interactive", payload=payload))


def suggest(
    world: World, view_id: str, action: str, typed: str, *, values: Mapping[str, Any] | None = None
) -> Delivery:
    """Type into an external select of a view; `delivery.answer["options"]` are the suggestions.

    `values`: what the view's other inputs hold, which its `state` shows; nothing unless given. Raises `NotSent` for
    fewer characters than `min_query_length`.
    """
    view = world.views[view_id]
    home = world.teams[view.team_id]
    blocks = with_block_ids(view.body["blocks"], view.view_id)
    payload = envelopes.suggestion(world, home, home.users[view.user_id], view)
    if values:
        payload["view"]["state"] = state(blocks, values)
    return _asked(world, payload, find(blocks, action), typed)


def suggest_in_message(world: World, team: str, channel: str, ts: str, user: str, action: str, typed: str) -> Delivery:
    """Type into an external select of a message, as in a view."""
    home, person = world.team(team), world.user(team, user)
    message = _seen(world, team, channel, ts, person)
    place, element = place_of(home, message, action)
    app = of_message(world, home, message, place.unfurl_url)
    check_interactive(app, element)
    payload = envelopes.message_suggestion(world, app, home, person, message, place.attachment)
    return _asked(world, payload, element, typed)


def shortcut(world: World, team: str, user: str, callback_id: str, *, app: App | None = None) -> Delivery:
    """Use a global shortcut; `app`: whose, where several have one of this name (the last installed)."""
    home, person = world.team(team), world.user(team, user)
    app = app or by_shortcut(world, home, callback_id)
    trigger = new_trigger(world, home.team_id, person.user_id, app_id=app.app_id)
    payload = envelopes.shortcut(world, app, home, person, callback_id) | {"trigger_id": trigger.trigger_id}
    return world.line.start(Delivery(kind="interactive", payload=payload))


def message_shortcut(
    world: World, team: str, channel: str, ts: str, user: str, callback_id: str, *, app: App | None = None
) -> Delivery:
    """Use a shortcut on a message; `app` as in `shortcut`."""
    home, person = world.team(team), world.user(team, user)
    message = _seen(world, team, channel, ts, person)
    app = app or by_shortcut(world, home, callback_id)
    hook = new_hook(world, home.team_id, message.channel_id, person.user_id, app_id=app.app_id, kind="actions")
    payload = envelopes.message_shortcut(world, app, home, person, message, callback_id) | {
        "trigger_id": new_trigger(world, home.team_id, person.user_id, app_id=app.app_id).trigger_id,
        "response_url": hook.url,
    }
    return world.line.start(Delivery(kind="interactive", payload=payload))


def open_home(world: World, team: str, user: str, *, tab: str = "home", app: App | None = None) -> Delivery | None:
    """Open the Home tab of an app (the first), or its `messages`, of which the app hears by the same event."""
    home, person = world.team(team), world.user(team, user)
    installation = _installation(home, app)
    shown = home_view(world, team, user, app=app)
    place = direct_message(world, team, user, app_id=installation.app_id).channel_id
    event = {"type": "app_home_opened", "user": person.user_id, "channel": place, "tab": tab}
    view = {"view": envelopes.view_body(world, shown)} if shown and tab == "home" else {}
    return emit(world, home, event | view, installation=installation)


def say(world: World, team: str, channel: str, user: str, text: str, *, thread_ts: str | None = None) -> Message:
    """Write a message; an app hears of it if it subscribes to `message.*` or is mentioned (`app_mention`).

    It hears of links of its domains as well (`link_shared`).
    """
    text = bracketed(text)
    home, place, person = world.team(team), world.channel(team, channel), world.user(team, user)
    message = Message(
        ts=world.new_ts(),
        team_id=home.team_id,
        channel_id=place.channel_id,
        user_id=person.user_id,
        bot_id=None,
        text=text,
        thread_ts=thread_ts,
        mentions=mentioned(text, (), (), world.switches),
    )
    world.put(message, Change(kind="message"))
    event = envelopes.message_event(place, message, person)
    emit_to_all(world, home, event, subscription=envelopes.MESSAGE_EVENTS[place.kind], channel_members=place.members)
    emit_to_all(world, home, event | {"type": "app_mention"}, channel_members=place.members & message.mentions)
    tell_of_links(world, home, place, person, message)
    return message


def compose(world: World, team: str, channel: str, user: str, text: str) -> Delivery | None:
    """Write a message without sending it; the app hears of links of its domains (`link_shared`), of nothing else."""
    return tell_of_draft(world, world.team(team), world.channel(team, channel), world.user(team, user), text)


def open_view(world: World, team: str, user: str) -> View | None:
    """Return the modal that the person sees on top, or None."""
    home, person = world.team(team), world.user(team, user)
    mine = [
        view
        for view in world.views.values()
        if view.team_id == home.team_id
        and view.user_id == person.user_id
        and view.open
        and view.body["type"] == "modal"
    ]
    return mine[-1] if mine else None


def home_view(world: World, team: str, user: str, *, app: App | None = None) -> View | None:
    """Return the Home tab that an app (the first) has published for the person, or None."""
    home, person = world.team(team), world.user(team, user)
    wanted = (home.team_id, _installation(home, app).app_id, person.user_id, "home")
    for view in world.views.values():
        if (view.team_id, view.app_id, view.user_id, view.body["type"]) == wanted:
            return view
    return None


def _installation(home: Team, app: App | None) -> Installation:
    return home.installed[app.app_id] if app else home.installation


def _in_view(world: World, view: View) -> str:
    """A trigger from inside a view."""
    where = {"view_id": view.view_id, "app_id": view.app_id}
    return new_trigger(world, view.team_id, view.user_id, **where).trigger_id


def _seen(world: World, team: str, channel: str, ts: str, person: User) -> Message:
    """Return a message that the person sees. Raises `LookupError` when it isn't there for them."""
    message = world.channel(team, channel).messages[ts]
    if message.deleted or message.ephemeral_for not in {None, person.user_id}:
        raise LookupError(f"{person.name} sees no message {ts} in {channel}")
    return message


def _action(world: World, element: Element, value: Any) -> dict[str, Any]:
    kept = {name: element.body[name] for name in ("text", "placeholder", "style") if name in element.body}
    spot = {"type": element.body["type"], "block_id": element.block_id, "action_id": element.action_id}
    return {"actions": [{**spot, **kept, **chosen(element.body, value), "action_ts": world.new_ts()}]}


def _asked(world: World, payload: dict[str, Any], element: Element, typed: str) -> Delivery:
    check_typed(element, typed)
    asked = {"block_id": element.block_id, "action_id": element.action_id, "value": typed}
    return world.line.start(
        Delivery(kind="interactive", payload=payload | asked, accepts_payload=True, use_answer=_check_offer)
    )


def _check_offer(answer: Mapping[str, Any]) -> None:
    if not is_offer(answer):
        raise Refused("invalid_options")
