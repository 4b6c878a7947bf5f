"""A card as JSON, as it crosses the firewall: already without what its workspace's data class hides.

A span is `[label, mrkdwn]`, a link `[url, instead, [span, …]]`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

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


def redacted(card: Card, data_class: DataClass) -> Card:
    """The card without what `data_class` hides; it looks the same in that class."""
    return Card(
        color=card.color,
        headline=_line(card.headline, data_class),
        parts=tuple(part for each in card.parts if (part := _part(each, data_class))),
        fallback=_line(card.fallback, data_class),
    )


def card_to_json(card: Card) -> dict[str, Any]:
    """A card as plain JSON values."""
    return {
        "color": card.color,
        "headline": _line_to_json(card.headline),
        "parts": [_part_to_json(part) for part in card.parts],
        "fallback": _line_to_json(card.fallback),
    }


def card_from_json(stored: Mapping[str, Any]) -> Card:
    """The inverse of `card_to_json`. Raises `KeyError`, `TypeError` or `ValueError` on anything else."""
    return Card(
        color=_text(stored["color"]),
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
    return Span(Label(label), _text(mrkdwn))


def _link(stored: Sequence[Any]) -> Link:
    url, instead, words = stored
    return Link(_text(url), tuple(_span(span) for span in words), _text(instead))


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
    return Fields(tuple(Field(_text(name), _line_from_json(value)) for name, value in stored["fields"]))


def _button(text: str, action_id: str, value: str, instead: str, style: str) -> Button:
    styles: dict[str, Literal["", "primary", "danger"]] = {"": "", "primary": "primary", "danger": "danger"}
    return Button(
        text=_text(text), action_id=_text(action_id), value=_text(value), instead=_text(instead), style=styles[style]
    )


def _text(stored: object) -> str:
    if not isinstance(stored, str):
        raise TypeError("that is no text")
    return stored
