"""Who speaks to the relay: names, key, and what they sign. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.dispatch import Notification, Speaker, Statement, name_of, request_text, statement_text
from shared.signing import headers, signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """This agent, its present key, and the relay that is meant."""

    speaker: Speaker
    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, speaker: Speaker, pem: str) -> "Signer":
        """With the key of a PEM text. Raises `TypeError` when it isn't Ed25519."""
        key = load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("not an Ed25519 key")
        return cls(speaker=speaker, key=key)

    def body(self, kind: str, fields: Mapping[str, Any]) -> bytes:
        """The body of a request, which stays the same for all its attempts."""
        return request_text(self.speaker, kind, fields).encode()

    def headers(self, id_: str, body: bytes, now: float) -> Mapping[str, str]:
        """The headers of one attempt."""
        agent_id, key_id = self.speaker.agent_id, self.speaker.key_id
        return headers(id_=id_, timestamp=int(now), body=body, keys=[self.key], agent_id=agent_id, key_id=key_id)

    def statement(self, notification: Notification, now: float) -> Statement:
        """A notification, signed by itself."""
        text, timestamp = statement_text(self.speaker, notification), int(now)
        name = name_of(notification.id)
        return Statement(text=text, timestamp=timestamp, signature=signature(self.key, name, timestamp, text.encode()))


def new_id(prefix: str) -> str:
    """An id for a request; each is used up by its request."""
    return f"{prefix}_{uuid4().hex}"
