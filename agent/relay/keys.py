"""Keys that sign for the relay: made, and handed on."""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from agent.cli_errors import Failure
from agent.new_file import write_new
from agent.relay.client import Answer, Client
from shared.relay_requests import KEY_PUT, KeyPut, key_put_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An Ed25519 pair in PEM form."""

    private: str = field(repr=False)
    public: str
    raw: bytes
    """The public key's 32 bytes."""


def new_pair() -> Pair:
    """A fresh one."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key()
    return Pair(
        private=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        public=public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        raw=public.public_bytes_raw(),
    )


def keep(path: Path, pem: str) -> None:
    """Write a key (mode 0600), never over another. Raises `Failure`, `OSError`."""
    try:
        write_new(path, pem)
    except FileExistsError:
        raise Failure(f"{path} is there already: name another place, or take it away first.") from None


async def put_next(client: Client, pair: Pair, key_id: str) -> Answer:
    """Tell the relay the next public key, signed by the present one; from then on both are good for 24 hours."""
    return await client.ask(KEY_PUT, key_put_fields(KeyPut(key_id=key_id, public=pair.raw)))
