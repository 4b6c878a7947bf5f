"""Who said it, proved from the queue's message alone: whoever can write to the queue still cannot speak.

A request's ±300 s don't count here, since a message may wait for days; what is older than `relay_lambda.age` allows is
refused, and the ledger remembers for longer than that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from relay_lambda.age import is_from_the_future, is_too_old
from relay_lambda.carrying.ports import Keys
from shared import ledger
from shared.card import Card
from shared.dispatch import (
    Notification,
    Speaker,
    card_of,
    deduplication_id,
    digest,
    group_of,
    name_of,
    queue_of,
    statement_of,
)
from shared.signing import is_signature

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message as the event source brings it."""

    message_id: str
    receipt_handle: str
    body: str
    group: str
    deduplication_id: str
    receives: int
    sent_at: float
    """When the queue took it, by the queue's clock, in seconds since 1970."""
    redriven_at: int | None = None
    """When an operator put it back from the dead letters, in seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A message whose sender is proved.

    `revoked`: by a key that proves nothing any more. `unreadable`: it has a card, which isn't one to us.
    """

    arrived: Arrived
    speaker: Speaker
    notification: Notification
    statement: ledger.Statement
    card: Card | None
    name: str
    revoked: bool = False
    unreadable: bool = False

    @property
    def agent_id(self) -> str:
        """Whose it is."""
        return self.speaker.agent_id


@dataclass(frozen=True, slots=True)
class Forged:
    """Not one of ours, or not for us; the reason is for the dead letter."""

    reason: str


def arrived_of(record: Mapping[str, Any]) -> Arrived:
    """The message of a record of the event source (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)."""
    attributes = record["attributes"]
    redriven = record.get("messageAttributes", {}).get("redriven", {}).get("stringValue", "")
    return Arrived(
        message_id=record["messageId"],
        receipt_handle=record["receiptHandle"],
        body=record["body"],
        group=attributes["MessageGroupId"],
        deduplication_id=attributes.get("MessageDeduplicationId", ""),
        receives=int(attributes.get("ApproximateReceiveCount", "1")),
        sent_at=int(attributes["SentTimestamp"]) / 1000,
        redriven_at=int(redriven) if _SECONDS.fullmatch(redriven) else None,
    )


def verified(arrived: Arrived, keys: Keys, audience: str, now: float) -> Carried | Forged:
    """Who said it, or why it proves nothing."""
    try:
        return _verified(arrived, keys, audience, now)
    except (ValueError, TypeError, OverflowError):  # half of a surrogate pair, a time beyond any float, among others
        return Forged("malformed")


def _verified(arrived: Arrived, keys: Keys, audience: str, now: float) -> Carried | Forged:
    signed, text = queue_of(arrived.body)
    speaker, notification = statement_of(signed.text)
    is_name = _NAME.fullmatch(speaker.agent_id) and _NAME.fullmatch(speaker.key_id)
    key = keys.find(speaker.agent_id, speaker.key_id) if is_name else None
    if key is None:
        return Forged("unknown_key")
    name = name_of(notification.id)
    public = Ed25519PublicKey.from_public_bytes(key.public)
    is_signed = is_signature(
        signed.signature, id_=name, timestamp=signed.timestamp, body=signed.text.encode(), key=public
    )
    wrong = {
        "bad_signature": not is_signed,
        "wrong_audience": speaker.audience != audience,
        "wrong_group": arrived.group != group_of(speaker.agent_id, notification.address),
        "wrong_name": arrived.deduplication_id != deduplication_id(name, signed.timestamp, arrived.redriven_at),
        "wrong_card": (digest(text) if text else None) != notification.card,
        "key_not_valid_then": not replace(key, revoked_at=None).proves(signed.timestamp),
        "too_old": is_too_old(signed.timestamp, now, redriven=arrived.redriven_at is not None),
        "from_the_future": is_from_the_future(signed.timestamp, now),
    }
    for reason, is_so in wrong.items():
        if is_so:
            return Forged(reason)
    card = _card(text)
    return Carried(
        arrived=arrived,
        speaker=speaker,
        notification=notification,
        statement=ledger.Statement(signed_at=signed.timestamp, redriven_at=arrived.redriven_at),
        card=card,
        name=name,
        revoked=key.revoked_at is not None,
        unreadable=bool(text) and card is None,
    )


def _card(text: str) -> Card | None:
    """None for a withdrawal, and for what can't be read."""
    try:
        return card_of(text) if text else None
    except ValueError:
        return None
