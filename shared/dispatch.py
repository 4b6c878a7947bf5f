"""What crosses the firewall to the relay: finished cards and their addresses.

A dispatch holds each card once, already as its workspaces' data class shows it, and notifications that name a card by
its digest. What a data class hides isn't in a dispatch: `redacted` takes it out before anything is signed.

    {"id": …, "data_class": "title", "cards": {"<digest>": <card>}, "notifications": [{…, "card": "<digest>"}]}
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from shared.address import Address
from shared.card import (
    SHOWN,
    Button,
    Buttons,
    Card,
    Context,
    DataClass,
    Field,
    Fields,
    Label,
    Line,
    Link,
    Paragraph,
    Part,
    Span,
    visible,
)
from shared.post import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One card for one address."""

    id: str
    delivery_id: str
    address: Address
    role: Role
    thread_key: str | None
    thread_ts: str | None
    """The thread's message, as far as the agent knows it."""
    card: str
    """Digest of the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A bundle of notifications of one data class, in their order."""

    id: str
    data_class: DataClass
    cards: Mapping[str, Card]
    notifications: Sequence[Notification]


def redacted(card: Card, data_class: DataClass) -> Card:
    """The card without what `data_class` hides; it looks the same in that class."""
    return Card(
        color=card.color,
        headline=_line(card.headline, data_class),
        parts=tuple(part for each in card.parts if (part := _part(each, data_class))),
        fallback=_line(card.fallback, data_class),
    )


def digest(card: Card) -> str:
    """The name of a card: SHA-256 of its canonical JSON, in hexadecimal."""
    canonical = json.dumps(card_to_json(card), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def card_to_json(card: Card) -> dict[str, Any]:
    """A card as plain JSON values; a span is `[label, mrkdwn]`, a link `[url, instead, [span, …]]`."""
    return {
        "color": card.color,
        "headline": _line_to_json(card.headline),
        "parts": [_part_to_json(part) for part in card.parts],
        "fallback": _line_to_json(card.fallback),
    }


def card_from_json(stored: Mapping[str, Any]) -> Card:
    """The inverse of `card_to_json`. Raises `KeyError`, `TypeError` or `ValueError` on anything else."""
    return Card(
        color=stored["color"],
        headline=_line_from_json(stored["headline"]),
        parts=tuple(_part_from_json(part) for part in stored["parts"]),
        fallback=_line_from_json(stored["fallback"]),
    )


def _line(line: Line, data_class: DataClass) -> Line:
    shown = SHOWN[data_class]
    kept: list[Span | Link] = []
    for piece in line:
        if isinstance(piece, Link):
            kept.append(Link(piece.url, tuple(span for span in piece.words if span.label in shown), piece.instead))
        elif piece.label in shown:
            kept.append(piece)
    return tuple(kept)


def _part(part: Part, data_class: DataClass) -> Part | None:
    match part:
        case Fields(fields):
            kept = tuple(Field(field.name, _line(field.value, data_class)) for field in fields)
            return Fields(tuple(field for field in kept if visible(field.value, data_class)))
        case Paragraph(line):
            return Paragraph(shown) if (shown := _line(line, data_class)) else None
        case Context(line):
            return Context(shown) if (shown := _line(line, data_class)) else None
        case Buttons(buttons):
            return Buttons(tuple(replace(each, value=each.value_in(data_class), instead="") for each in buttons))


def _line_to_json(line: Line) -> list[Any]:
    return [
        [piece.url, piece.instead, [[span.label, span.mrkdwn] for span in piece.words]]
        if isinstance(piece, Link)
        else [piece.label, piece.mrkdwn]
        for piece in line
    ]


def _line_from_json(stored: Sequence[Any]) -> Line:
    return tuple(_span(piece) if len(piece) == len(("label", "mrkdwn")) else _link(piece) for piece in stored)


def _span(stored: Sequence[Any]) -> Span:
    label, mrkdwn = stored
    return Span(Label(label), mrkdwn)


def _link(stored: Sequence[Any]) -> Link:
    url, instead, words = stored
    return Link(url, tuple(_span(span) for span in words), instead)


def _part_to_json(part: Part) -> dict[str, Any]:
    match part:
        case Paragraph(line):
            return {"paragraph": _line_to_json(line)}
        case Context(line):
            return {"context": _line_to_json(line)}
        case Fields(fields):
            return {"fields": [[field.name, _line_to_json(field.value)] for field in fields]}
        case Buttons(buttons):
            return {"buttons": [[each.text, each.action_id, each.value, each.instead, each.style] for each in buttons]}


def _part_from_json(stored: Mapping[str, Any]) -> Part:
    if "paragraph" in stored:
        return Paragraph(_line_from_json(stored["paragraph"]))
    if "context" in stored:
        return Context(_line_from_json(stored["context"]))
    if "buttons" in stored:
        return Buttons(tuple(_button(*each) for each in stored["buttons"]))
    return Fields(tuple(Field(name, _line_from_json(value)) for name, value in stored["fields"]))


def _button(text: str, action_id: str, value: str, instead: str, style: str) -> Button:
    styles: dict[str, Literal["", "primary", "danger"]] = {"": "", "primary": "primary", "danger": "danger"}
    return Button(text=text, action_id=action_id, value=value, instead=instead, style=styles[style])
