"""What a webhook payload would look like in a channel, without posting anything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent.card_table import Headline, Ignored, Shown, load, rule_for
from agent.clock import SystemClock
from agent.subject import merged
from shared.blockkit.message import message
from shared.card import Card, DataClass
from shared.event import Event, Payload, label


class NothingToShowError(Exception):
    """No card comes of this payload; the message is a sentence that says why."""


def preview(
    event_name: str, payload: Payload, data_class: str = "full", *, received_at: datetime | None = None
) -> dict[str, Any]:
    """The messages of an event as Slack is given them (`text`, `blocks`, `attachments`).

    "parent" is the card of its subject, "card" the event's own: a reply, or a message where there is no parent. Raises
    NothingToShowError for an event that is unknown, ignored, or silent about this payload.
    """
    event = label("preview", event_name, payload, received_at or SystemClock().now())
    rules, _ = load()
    match rule_for(rules, event):
        case None:
            raise NothingToShowError(
                f"No card shows {event.key}; the name of the event is what GHES sends as X-GitHub-Event."
            )
        case Ignored(reason=reason):
            raise NothingToShowError(f"{event.key} is shown nowhere. {reason}")
        case Shown() as rule:
            if silenced := rule.unless(event):
                raise NothingToShowError(f"{event.key} posts nothing here: {silenced}")
            if not (cards := _cards(event, rule)):
                raise NothingToShowError(f"{event.key} posts nothing: it only brings other cards up to date.")
            return {name: _message(card, DataClass(data_class)) for name, card in cards.items()}


def _cards(event: Event, rule: Shown) -> Mapping[str, Card]:
    _, parents = load()
    seen, subject, cards = rule.sighting(event), None, {}
    if seen and event.repository:
        subject = merged(None, seen, event.repository)
        headline = Headline(event_key=event.key, actor=event.actor)
        cards["parent"] = parents[seen.key.kind](subject, headline)
    if rule.render:
        cards["card"] = rule.render(event, subject)
    return cards


def _message(card: Card, data_class: DataClass) -> dict[str, Any]:
    drawn = message(card, data_class)
    return {"text": drawn.text, "blocks": drawn.blocks, "attachments": drawn.attachments}
