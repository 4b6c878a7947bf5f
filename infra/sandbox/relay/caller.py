"""An agent as the relay meets it: it signs requests and statements, and puts them into a function URL's events."""

import base64
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.address import Address
from shared.card import Card, DataClass, Label, Span
from shared.dispatch import (
    Dispatch,
    Notification,
    Speaker,
    Statement,
    card_text,
    digest,
    dispatch_fields,
    name_of,
    request_text,
    statement_text,
)
from shared.post import Role
from shared.relay_requests import DISPATCH, PATHS
from shared.relay_table import AgentKey
from shared.signing import headers, signature


class Caller:
    """One agent with one key, by a clock (`now()`) that it shares with the relay or not."""

    def __init__(self, agent_id: str, key_id: str, audience: str, clock: Any, *, seed: int = 1) -> None:
        self.agent_id, self.key_id, self.audience = agent_id, key_id, audience
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self._clock, self._sequence, self._ids = clock, count(1), count(1)

    @property
    def now(self) -> int:
        """In whole seconds since 1970."""
        return int(self._clock.now().timestamp())

    @property
    def speaker(self) -> Speaker:
        """What it signs as."""
        return Speaker(agent_id=self.agent_id, key_id=self.key_id, audience=self.audience)

    @property
    def public(self) -> bytes:
        """Its public key, the 32 raw bytes."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def key(self) -> AgentKey:
        """The key as an operator enters it."""
        return AgentKey(agent_id=self.agent_id, key_id=self.key_id, public=self.public, not_before=self.now)

    def notification(self, id_: str, team_id: str, channel_id: str, *, card: Card | None) -> Notification:
        """A plain card for a channel; None withdraws it."""
        return Notification(
            id=id_,
            delivery_id=f"delivery-{id_}",
            address=Address(team_id=team_id, channel_id=channel_id),
            role=Role.PLAIN,
            thread_key=None,
            thread_ts=None,
            card=None if card is None else digest(card_text(card)),
            data_class=DataClass.TITLE,
            unknown="resend",
        )

    def statement(self, notification: Notification, *, speaker: Speaker | None = None) -> Statement:
        """A notification, signed now."""
        text = statement_text(speaker or self.speaker, notification)
        signed = signature(self.private, name_of(notification.id), self.now, text.encode())
        return Statement(text=text, timestamp=self.now, signature=signed)

    def dispatch(self, notifications: Sequence[Notification], cards: Sequence[Card]) -> Mapping[str, Any]:
        """The fields of a dispatch; each has the next number."""
        texts = [card_text(card) for card in cards]
        statements = [self.statement(each) for each in notifications]
        sequence = next(self._sequence)
        return dispatch_fields(
            Dispatch(sequence=sequence, cards={digest(text): text for text in texts}, statements=statements)
        )

    def request(self, kind: str, fields: Mapping[str, Any], *, id_: str = "", path: str = "") -> dict[str, Any]:
        """The event of a signed request; without `id_` it has one of its own."""
        body = request_text(self.speaker, kind, fields).encode()
        return self.event(
            body, id_=id_ or f"msg_{self.agent_id}_{self.key_id}_{next(self._ids)}", path=path or PATHS[kind]
        )

    def event(self, body: bytes, *, id_: str, path: str = PATHS[DISPATCH], at: int | None = None) -> dict[str, Any]:
        """The event of a request with this body, signed at `at` (now)."""
        signed = headers(
            id_=id_,
            timestamp=self.now if at is None else at,
            body=body,
            keys=[self.private],
            agent_id=self.agent_id,
            key_id=self.key_id,
        )
        return event(path, body, signed)


def event(path: str, body: bytes, given: Mapping[str, str], *, method: str = "POST") -> dict[str, Any]:
    """What a function URL makes of a request without content type: its body in base64."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": dict(given) | {"host": "relay.example"},
        "requestContext": {"http": {"method": method, "path": path, "protocol": "HTTP/1.1"}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def card(words: str) -> Card:
    """A card that says this."""
    return Card(color="#000000", headline=(Span(Label.TITLE, words),), parts=(), fallback=(Span(Label.TITLE, words),))
