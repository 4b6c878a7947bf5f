"""Signatures: the `v1a` profile of Standard Webhooks (Ed25519), over raw bytes.

    webhook-id: <id>               our names: [A-Za-z0-9_-], 64 at most
    webhook-timestamp: <seconds>   ASCII digits, without leading zeros
    webhook-signature: v1a,<base64> [v1a,<base64> …]     four at most; of other versions none is looked at
    relay-key: <agent id>/<key id>                       a hint for the lookup, proved by the signature

What is signed is `<id>.<timestamp>.<raw body>` (https://www.standardwebhooks.com). A header that was sent twice arrives
joined by a comma at a function URL, and reads as malformed here.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TOLERANCE_S = 300
"""How far a request's timestamp may be from now, either way and inclusive."""
MOST_SIGNATURES = 4
MOST_VERIFICATIONS = 2
ID, TIMESTAMP, SIGNATURE, KEY = "webhook-id", "webhook-timestamp", "webhook-signature", "relay-key"
_SIGNATURE_BYTES = 64
_MOST_HEADER = 1024
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SECONDS = re.compile(r"0|[1-9][0-9]{0,11}")  # no leading zeros: what is signed is the number
_ENTRY = re.compile(r"(v[0-9]{1,3}[a-z]{0,3}),([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a request's headers claim; nothing of it is proved yet."""

    id: str
    timestamp: int
    signatures: tuple[bytes, ...]
    agent_id: str
    key_id: str


def claimed(headers: Mapping[str, str]) -> Claim | None:
    """The claim of a request, by lower-case header names; None for anything that is missing or malformed."""
    id_, timestamp, signature, key = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE, KEY))
    agent_id, _, key_id = key.partition("/")
    signatures = _signatures(signature)
    if not (signatures and _SECONDS.fullmatch(timestamp) and all(map(_NAME.fullmatch, (id_, agent_id, key_id)))):
        return None
    return Claim(id=id_, timestamp=int(timestamp), signatures=signatures, agent_id=agent_id, key_id=key_id)


def is_fresh(claim: Claim, now: float) -> bool:
    """Whether it was signed within `TOLERANCE_S` of now."""
    return abs(int(now) - claim.timestamp) <= TOLERANCE_S


def is_signed(claim: Claim, body: bytes, key: Ed25519PublicKey) -> bool:
    """Whether one of the first `MOST_VERIFICATIONS` signatures is of this key over these raw bytes."""
    content = _content(claim.id, claim.timestamp, body)
    return any(_verifies(key, each, content) for each in claim.signatures[:MOST_VERIFICATIONS])


def headers(
    *, id_: str, timestamp: int, body: bytes, keys: Sequence[Ed25519PrivateKey], agent_id: str, key_id: str
) -> Mapping[str, str]:
    """The headers of a request; during a rotation it is signed by both keys, the present one first."""
    return {
        ID: id_,
        TIMESTAMP: str(timestamp),
        SIGNATURE: " ".join(signature(key, id_, timestamp, body) for key in keys),
        KEY: f"{agent_id}/{key_id}",
    }


def signature(key: Ed25519PrivateKey, id_: str, timestamp: int, body: bytes) -> str:
    """One entry of the signature header, which also stands beside a statement."""
    return "v1a," + base64.b64encode(key.sign(_content(id_, timestamp, body))).decode()


def is_signature(entry: str, *, id_: str, timestamp: int, body: bytes, key: Ed25519PublicKey) -> bool:
    """Whether a single entry, as beside a statement, is this key's over these bytes."""
    signatures = _signatures(entry)
    return len(signatures) == 1 and _verifies(key, signatures[0], _content(id_, timestamp, body))


def _content(id_: str, timestamp: int, body: bytes) -> bytes:
    return f"{id_}.{timestamp}.".encode() + body


def _signatures(header: str) -> tuple[bytes, ...]:
    """The `v1a` signatures in their order; none when anything in the header is malformed."""
    entries = header.split(" ")
    if len(header) > _MOST_HEADER or len(entries) > MOST_SIGNATURES:
        return ()
    found = []
    for entry in entries:
        parts = _ENTRY.fullmatch(entry)
        if not parts:
            return ()
        if parts[1] == "v1a":
            raw = _decoded(parts[2])
            if len(raw) != _SIGNATURE_BYTES:
                return ()
            found.append(raw)
    return tuple(found)


def _decoded(text: str) -> bytes:
    """Strictly: a text that another text decodes to as well is refused."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""


def _verifies(key: Ed25519PublicKey, raw: bytes, content: bytes) -> bool:
    try:
        key.verify(raw, content)
    except InvalidSignature:
        return False
    return True
