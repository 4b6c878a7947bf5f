"""What a person does in Slack: types, clicks, fills in, opens Home. Each returns the `Delivery` to the app.

Workspaces, channels and people go by id or name; buttons and inputs by what they say (`elements.py`). `await
delivery.finished()` returns when the app has acknowledged, or Slack has given up (`delivery.shown`).
"""

import re
from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack import envelopes
from infra.sandbox.slack.elements import chosen, find, state, with_block_ids
from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.hooks import answer_in_ack, new_hook
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.mentions import mentioned
from infra.sandbox.slack.modals import close_view, new_trigger, take_response_action
from infra.sandbox.slack.state import Message, View
from infra.sandbox.slack.workspace import emit
from infra.sandbox.slack.world import World

_URL = re.compile(r"https?://[^\s<>|]+")


def slash(world: World, team: str, channel: str, user: str, text: str, *, command: str | None = None) -> Delivery:
    """Type `/ghe text` into a channel. The acknowledgement's payload, if any, is shown as the answer."""
    home, place, person = world.team(team), world.channel(team, channel), world.user(team, user)
    name = command or world.app.command
    hook = new_hook(world, home.team_id, place.channel_id, person.user_id, kind="commands", command=f"{name} {text}")
    trigger = new_trigger(world, home.team_id, person.user_id)
    typed = _escaped(world, team, text) if world.app.should_escape else text
    payload = envelopes.command(world, home, place, person, name, typed) | {
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
    message = world.channel(team, channel).messages[ts]
    blocks = blocks_of(message)
    home, person = world.team(team), world.user(team, user)
    hook = new_hook(world, home.team_id, message.channel_id, person.user_id, kind="actions", source_ts=ts)
    payload = envelopes.message_actions(world, home, person, message, hook.url) | _action(world, blocks, action, value)
    payload |= {"state": state(blocks, values or {})}
    payload |= {"trigger_id": new_trigger(world, home.team_id, person.user_id).trigger_id}
    return world.line.start(Delivery(kind="interactive", payload=payload))


def click_in_view(
    world: World, view_id: str, action: str, *, value: Any = None, values: Mapping[str, Any] | None = None
) -> Delivery:
    """Use an element of a modal or of Home."""
    view = world.views[view_id]
    home = world.teams[view.team_id]
    blocks = with_block_ids(view.body["blocks"], view.view_id)
    payload = envelopes.view_actions(world, home, home.users[view.user_id], view) | _action(
        world, blocks, action, value
    )
    payload["view"]["state"] = state(blocks, values or {})
    payload |= {"trigger_id": new_trigger(world, view.team_id, view.user_id, view_id=view_id).trigger_id}
    return world.line.start(Delivery(kind="interactive", payload=payload))


def submit(world: World, view_id: str, values: Mapping[str, Any] | None = None) -> Delivery:
    """Press a modal's submit button with these inputs; the acknowledgement's `response_action` is carried out.

    `delivery.answer` holds it: `errors` stay there for the test or the page to show.
    """
    view = world.views[view_id]
    home = world.teams[view.team_id]
    payload = envelopes.submission(world, home, home.users[view.user_id], view)
    payload["view"]["state"] = state(with_block_ids(view.body["blocks"], view.view_id), values or {})
    payload |= {"trigger_id": new_trigger(world, view.team_id, view.user_id, view_id=view_id).trigger_id}
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


def suggest(world: World, view_id: str, action: str, typed: str) -> Delivery:
    """Type into an external select of a view; `delivery.answer["options"]` are the suggestions."""
    view = world.views[view_id]
    home = world.teams[view.team_id]
    element = find(with_block_ids(view.body["blocks"], view.view_id), action)
    payload = envelopes.suggestion(world, home, home.users[view.user_id], view) | {
        "block_id": element.block_id,
        "action_id": element.action_id,
        "value": typed,
    }
    return world.line.start(Delivery(kind="interactive", payload=payload, accepts_payload=True))


def shortcut(world: World, team: str, user: str, callback_id: str) -> Delivery:
    """Use a global shortcut."""
    home, person = world.team(team), world.user(team, user)
    trigger = new_trigger(world, home.team_id, person.user_id)
    payload = envelopes.shortcut(world, home, person, callback_id) | {"trigger_id": trigger.trigger_id}
    return world.line.start(Delivery(kind="interactive", payload=payload))


def message_shortcut(world: World, team: str, channel: str, ts: str, user: str, callback_id: str) -> Delivery:
    """Use a shortcut on a message."""
    message = world.channel(team, channel).messages[ts]
    home, person = world.team(team), world.user(team, user)
    hook = new_hook(world, home.team_id, message.channel_id, person.user_id, kind="actions")
    payload = envelopes.message_shortcut(world, home, person, message, callback_id) | {
        "trigger_id": new_trigger(world, home.team_id, person.user_id).trigger_id,
        "response_url": hook.url,
    }
    return world.line.start(Delivery(kind="interactive", payload=payload))


def open_home(world: World, team: str, user: str) -> Delivery | None:
    """Open the app's Home tab."""
    home, person = world.team(team), world.user(team, user)
    views = [v for v in world.views.values() if v.user_id == person.user_id and v.body["type"] == "home"]
    event = {"type": "app_home_opened", "user": person.user_id, "channel": world.new_id("D"), "tab": "home"}
    return emit(world, home, event | ({"view": envelopes.view_body(world, views[-1])} if views else {}))


def say(world: World, team: str, channel: str, user: str, text: str, *, thread_ts: str | None = None) -> Message:
    """Write a message; the app hears of it if it subscribes to `message.*` or is mentioned (`app_mention`)."""
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
    if home.bot_user_id in place.members:
        event = envelopes.message_event(place, message)
        emit(world, home, event, subscription=envelopes.MESSAGE_EVENTS[place.kind])
        if home.bot_user_id in message.mentions:
            emit(world, home, event | {"type": "app_mention"})
    return message


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


def home_view(world: World, team: str, user: str) -> View | None:
    """Return the Home tab that the app has published for the person, or None."""
    home, person = world.team(team), world.user(team, user)
    for view in world.views.values():
        if (view.team_id, view.user_id, view.body["type"]) == (home.team_id, person.user_id, "home"):
            return view
    return None


def blocks_of(message: Message) -> list[dict[str, Any]]:
    """Return all blocks of a message with their ids, those in attachments last."""
    blocks = with_block_ids(message.blocks, message.ts)
    for number, attachment in enumerate(message.attachments):
        blocks += with_block_ids(attachment.get("blocks", []), f"{message.ts}/{number}")
    return blocks


def _action(world: World, blocks: list[dict[str, Any]], key: str, value: Any) -> dict[str, Any]:
    element = find(blocks, key)
    kept = {name: element.body[name] for name in ("text", "placeholder", "style") if name in element.body}
    spot = {"type": element.body["type"], "block_id": element.block_id, "action_id": element.action_id}
    return {"actions": [{**spot, **kept, **chosen(element.body, value), "action_ts": world.new_ts()}]}


def _escaped(world: World, team: str, text: str) -> str:
    """Return a command's text as `should_escape` makes it: `&<>` escaped, people, channels and links in brackets."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _URL.sub(lambda found: f"<{found.group()}>", text)
    for user in world.team(team).users.values():
        text = re.sub(rf"(?<!\S)@{re.escape(user.name)}\b", f"<@{user.user_id}|{user.name}>", text)
    for channel in world.team(team).channels.values():
        text = re.sub(rf"(?<!\S)#{re.escape(channel.name)}(?!\S)", f"<#{channel.channel_id}|{channel.name}>", text)
    return text
