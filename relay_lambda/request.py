"""A request as a function URL brings it (payload format 2.0), and what is left of it once it is proved.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from relay_lambda.state.replay import Use
from shared.dispatch import MOST_BODY_BYTES, Speaker
from shared.relay_table import AgentKey
from shared.signing import Claim

_MOST_BASE64 = (MOST_BODY_BYTES + 2) // 3 * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Header names are in lower case; one that was sent twice has both values, with a comma between them."""

    method: str
    path: str
    headers: Mapping[str, str]
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TooLarge:
    """More than `MOST_BODY_BYTES`."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Base64 that is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that is proved: it is this agent's, it is meant for this relay, and it came in time."""

    claim: Claim
    key: AgentKey
    public: Ed25519PublicKey
    speaker: Speaker
    fields: Mapping[str, Any] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def agent_id(self) -> str:
        """Of the key's row."""
        return self.key.agent_id

    @property
    def use(self) -> Use:
        """What its id is used for."""
        sha256 = hashlib.sha256(self.body).hexdigest()
        return Use(agent_id=self.agent_id, webhook_id=self.claim.id, sha256=sha256)


def asked_of(event: Any) -> Asked:
    """What is asked; of an event that isn't one, nothing that there is."""
    found = event if isinstance(event, dict) else {}
    headers: dict[str, str] = {}
    for name, value in _mapping(found, "headers").items():
        lower, text = str(name).lower(), value if isinstance(value, str) else ""
        headers[lower] = f"{headers[lower]},{text}" if lower in headers else text
    http = _mapping(_mapping(found, "requestContext"), "http")
    return Asked(method=str(http.get("method", "")), path=str(found.get("rawPath", "")), headers=headers, event=found)


def body_of(asked: Asked) -> bytes | TooLarge | Unreadable:
    """The raw bytes; what is too large isn't decoded first."""
    body = asked.event.get("body") or ""
    if not isinstance(body, str):
        return Unreadable()
    if not asked.event.get("isBase64Encoded"):
        if len(body) > MOST_BODY_BYTES:
            return TooLarge()
        raw = body.encode("utf-8", "surrogatepass")
        return raw if len(raw) <= MOST_BODY_BYTES else TooLarge()
    if len(body) > _MOST_BASE64:
        return TooLarge()
    try:
        raw = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return Unreadable()
    return raw if len(raw) <= MOST_BODY_BYTES else TooLarge()


def _mapping(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = found.get(name)
    return value if isinstance(value, dict) else {}
