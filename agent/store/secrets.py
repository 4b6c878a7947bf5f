"""Secrets at rest: encrypted with the newest key, readable with every key that is still given (Fernet)."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class UnreadableSecretError(Exception):
    """None of the keys opens what is stored."""


class Secrets:
    """Seals and opens with `AGENT_SECRET_KEYS`, newest first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._newest = keys[0]

    def seal(self, secret: str) -> bytes:
        """Encrypted by the newest key."""
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret again, whichever key sealed it.

        Raises `UnreadableSecretError`.
        """
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise UnreadableSecretError(
                "A stored secret can't be read: AGENT_SECRET_KEYS lacks the key that it was stored with."
            ) from None

    def derived(self, purpose: str) -> bytes:
        """32 bytes for another purpose than what is stored, from the newest key (HKDF, RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._newest)

    def rotated(self, sealed: bytes) -> bytes:
        """The same secret, encrypted by the newest key.

        Raises `UnreadableSecretError`.
        """
        return self.seal(self.open(sealed))
