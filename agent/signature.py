"""Who says that a webhook is GHES's: an HMAC over its raw bytes."""

import hmac
from collections.abc import Collection

PREFIX = b"sha256="


def is_signed(body: bytes, signature: str, secrets: Collection[bytes]) -> bool:
    """Whether `signature`, the text of `X-Hub-Signature-256`, is that of `body` with one of the secrets.

    Takes as long for a right one as for a wrong one. Without secrets nothing is signed.
    """
    given = signature.encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(given, signature_of(body, secret)) for secret in secrets]
    return any(matches)


def signature_of(body: bytes, secret: bytes) -> bytes:
    """What GHES puts into `X-Hub-Signature-256`."""
    return PREFIX + hmac.digest(secret, body, "sha256").hex().encode("ascii")
