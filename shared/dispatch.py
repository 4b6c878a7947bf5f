"""What crosses the firewall to the relay: finished cards and their addresses.

A dispatch holds each card once, as text, and statements that name a card by the digest of that text. A statement is one
notification, signed by itself, so that the far end of the queue proves again who said it. Both texts travel as strings
and are never serialised anew.

    dispatch      {"version": 1, "kind": "dispatch", "agent": …, "key": …, "audience": …, "sequence": 7,
                   "cards": {"<digest>": "<card text>"}, "statements": [{"text": …, "timestamp": …, "signature": …}]}
    statement     {"version": 1, "kind": "notification", "agent": …, "key": …, "audience": …, "id": …, "delivery": …,
                   "team": …, "channel": …, "role": …, "thread_key": …, "thread_ts": …, "card": "<digest>",
                   "data_class": …, "unknown": "resend"}
    queue         {"text": …, "timestamp": …, "signature": …, "card": "<card text>"}

What a data class hides isn't in a dispatch: `shared.card_json.redacted` takes it out before anything is signed.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shared.address import Address
from shared.card import Card, DataClass
from shared.card_json import card_from_json, card_to_json
from shared.post import Role

VERSION = 1
MOST = 100
"""Notifications of one dispatch."""
MOST_BYTES = 256 * 1024
"""What the agent puts into one dispatch at most; the relay takes up to `MOST_BODY_BYTES`."""
MOST_OF_A_CHANNEL = 10
MOST_BODY_BYTES = 1024 * 1024
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One card for one address."""

    id: str
    """Of a rewrite the name of that drawing (`shared.post.Post.id`)."""
    delivery_id: str
    address: Address
    role: Role
    thread_key: str | None
    thread_ts: str | None
    """The thread's message, as far as the agent knows it; of a rewrite the message to draw anew."""
    card: str | None
    """Digest of the card's text; None withdraws what has not been said yet."""
    data_class: DataClass
    unknown: Literal["resend", "park"]
    """What to do when nobody can tell whether it arrived and looking isn't allowed: the agent's `AGENT_UNKNOWN`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who says something to whom: the agent, its key, and the relay that is meant (`RELAY_ID`)."""

    agent_id: str
    key_id: str
    audience: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One notification as it was signed. `signature`: `v1a,<base64>` over `<name>.<timestamp>.<text>`."""

    text: str
    timestamp: int
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A bundle of statements, in their order; `cards` has each card's text by its digest."""

    sequence: int
    """Counts the dispatches of an agent's process; a gap is worth a look."""
    cards: Mapping[str, str]
    statements: Sequence[Statement]


def name_of(notification_id: str) -> str:
    """What a notification is called in signatures and in the queue: its id, or a SHA-256 where that isn't plain."""
    if _PLAIN_NAME.fullmatch(notification_id):
        return notification_id
    return "sha256_" + hashlib.sha256(notification_id.encode()).hexdigest()[:57]


def deduplication_id(name: str, signed_at: int, redriven_at: int | None = None) -> str:
    """What the queue drops within five minutes: the same statement, not the same notification signed once more.

    SQS answers a dropped duplicate with success, so a second attempt on purpose has to have another id.
    """
    return f"{name}.{signed_at}" if redriven_at is None else f"{name}.{signed_at}.{redriven_at}"


def group_of(agent_id: str, address: Address) -> str:
    """The queue's group: what is said in one channel by one agent keeps its order."""
    return f"{agent_id}#{address.team_id}#{address.channel_id}"


def card_text(card: Card) -> str:
    """The text of a card that travels: canonical and ASCII, since SQS refuses some characters of Unicode."""
    return json.dumps(card_to_json(card), sort_keys=True, separators=(",", ":"))


def card_of(text: str) -> Card:
    """The card of a text. Raises `ValueError` on anything else."""
    try:
        return card_from_json(_mapping(text))
    except (KeyError, TypeError, IndexError, AttributeError) as failure:
        raise ValueError("that is no card") from failure


def digest(text: str) -> str:
    """The name of a card: SHA-256 of its text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def statement_text(speaker: Speaker, notification: Notification) -> str:
    """The text that is signed for one notification."""
    return _json(
        {
            "version": VERSION,
            "kind": "notification",
            "agent": speaker.agent_id,
            "key": speaker.key_id,
            "audience": speaker.audience,
            "id": notification.id,
            "delivery": notification.delivery_id,
            "team": notification.address.team_id,
            "channel": notification.address.channel_id,
            "role": notification.role,
            "thread_key": notification.thread_key,
            "thread_ts": notification.thread_ts,
            "card": notification.card,
            "data_class": notification.data_class,
            "unknown": notification.unknown,
        }
    )


def statement_of(text: str) -> tuple[Speaker, Notification]:
    """Who says it, and what. Raises `ValueError` on anything else."""
    found = _mapping(text)
    _expect(found, "notification")
    unknown: dict[Any, Literal["resend", "park"]] = {"resend": "resend", "park": "park"}
    try:
        return _speaker(found), Notification(
            id=_word(found, "id"),
            delivery_id=_text(found, "delivery") or "",
            address=Address(team_id=_word(found, "team"), channel_id=_word(found, "channel")),
            role=Role(found["role"]),
            thread_key=_text(found, "thread_key"),
            thread_ts=_text(found, "thread_ts"),
            card=_text(found, "card"),
            data_class=DataClass(found["data_class"]),
            unknown=unknown[found["unknown"]],
        )
    except (KeyError, TypeError) as failure:
        raise ValueError("that is no notification") from failure


def request_text(speaker: Speaker, kind: str, fields: Mapping[str, Any]) -> str:
    """The body of a signed request; its kind names the one route that it fits."""
    named = {"agent": speaker.agent_id, "key": speaker.key_id, "audience": speaker.audience}
    return _json({"version": VERSION, "kind": kind} | named | dict(fields))


def request_of(text: str) -> tuple[Speaker, str, Mapping[str, Any]]:
    """Who asks, for what kind, and all its fields. Raises `ValueError` on anything else."""
    found = _mapping(text)
    if found.get("version") != VERSION:
        raise ValueError(f"that is no request of version {VERSION}")
    return _speaker(found), _word(found, "kind"), found


def dispatch_fields(dispatch: Dispatch) -> Mapping[str, Any]:
    """The fields of a request of the kind `dispatch`."""
    return {
        "sequence": dispatch.sequence,
        "cards": dict(dispatch.cards),
        "statements": [
            {"text": each.text, "timestamp": each.timestamp, "signature": each.signature}
            for each in dispatch.statements
        ],
    }


def dispatch_of(fields: Mapping[str, Any]) -> Dispatch:
    """The inverse. Raises `ValueError` on anything else; what the statements say isn't looked at."""
    try:
        cards, statements = fields["cards"], tuple(_statement(each) for each in fields["statements"])
        if type(fields["sequence"]) is not int or not all(isinstance(each, str) for each in cards.values()):
            raise ValueError("that is no dispatch")
        return Dispatch(sequence=fields["sequence"], cards=dict(cards), statements=statements)
    except (KeyError, TypeError, AttributeError) as failure:
        raise ValueError("that is no dispatch") from failure


def queue_text(statement: Statement, card: str) -> str:
    """What the queue carries: a statement with its card's text; empty for a withdrawal."""
    signed = {"text": statement.text, "timestamp": statement.timestamp, "signature": statement.signature}
    return _json(signed | {"card": card})


def queue_of(text: str) -> tuple[Statement, str]:
    """The inverse. Raises `ValueError` on anything else."""
    found = _mapping(text)
    try:
        return _statement(found), _text(found, "card") or ""
    except (KeyError, TypeError) as failure:
        raise ValueError("that is none of our messages") from failure


def _statement(found: Mapping[str, Any]) -> Statement:
    text, timestamp, signature = found["text"], found["timestamp"], found["signature"]
    if not (isinstance(text, str) and type(timestamp) is int and isinstance(signature, str)):
        raise TypeError
    return Statement(text=text, timestamp=timestamp, signature=signature)


def _speaker(found: Mapping[str, Any]) -> Speaker:
    return Speaker(agent_id=_word(found, "agent"), key_id=_word(found, "key"), audience=_word(found, "audience"))


def _expect(found: Mapping[str, Any], kind: str) -> None:
    if found.get("version") != VERSION or found.get("kind") != kind:
        raise ValueError(f"that is no {kind} of version {VERSION}")


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))


def _mapping(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except RecursionError as failure:
        raise ValueError("that is nested too deeply") from failure
    if not isinstance(found, dict):
        raise ValueError("that is no JSON object")  # noqa: TRY004 - the one error of these functions
    return found


def _word(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is missing")
    return value


def _text(found: Mapping[str, Any], name: str) -> str | None:
    value = found.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value
