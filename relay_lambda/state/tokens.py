"""Bot tokens at rest: AES-GCM with a KMS data key for each (agent, workspace), which KMS binds to that pair.

`Sealing` is `front`'s, whose role can make data keys and open none; `Opening` is `deliver`'s.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from relay_lambda.unavailable import Unavailable

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A token that only KMS can open again."""

    token_cipher: bytes
    data_key_cipher: bytes
    nonce: bytes


class Sealing:
    """Seals tokens; `client` is boto3's for KMS."""

    def __init__(self, client: Any, key_id: str) -> None:
        self._client, self._key_id = client, key_id

    def seal(self, token: str, *, agent_id: str, place_id: str) -> Sealed:
        """`place_id` is the workspace, or the organisation whose token it is. Raises `Unavailable`."""
        context = encryption_context(agent_id, place_id)
        arguments = {"KeyId": self._key_id, "KeySpec": "AES_256", "EncryptionContext": context}
        data_key = _called(self._client, "generate_data_key", arguments)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(data_key["Plaintext"]).encrypt(nonce, token.encode(), _bound(agent_id, place_id))
        return Sealed(token_cipher=cipher, data_key_cipher=data_key["CiphertextBlob"], nonce=nonce)


class Opening:
    """Opens tokens; `client` is boto3's for KMS."""

    def __init__(self, client: Any, key_id: str) -> None:
        self._client, self._key_id = client, key_id

    def open(self, sealed: Sealed, *, agent_id: str, place_id: str) -> str:
        """Raises `Unavailable`, also for what was sealed for another agent or place."""
        context = encryption_context(agent_id, place_id)
        arguments = {"KeyId": self._key_id, "CiphertextBlob": sealed.data_key_cipher, "EncryptionContext": context}
        data_key = _called(self._client, "decrypt", arguments)["Plaintext"]
        try:
            opened = AESGCM(data_key).decrypt(sealed.nonce, sealed.token_cipher, _bound(agent_id, place_id))
        except InvalidTag as failure:
            raise Unavailable("kms decrypt: InvalidTag") from failure
        return opened.decode()


def encryption_context(agent_id: str, place_id: str) -> dict[str, str]:
    """What the roles' policies name; of an organisation's token `team_id` is the organisation's."""
    return {"agent": agent_id, "team_id": place_id}


def _bound(agent_id: str, place_id: str) -> bytes:
    return f"{agent_id}\n{place_id}".encode()


def _called(client: Any, method: str, arguments: dict[str, Any]) -> Any:
    try:
        return getattr(client, method)(**arguments)
    except ClientError as failure:
        code = failure.response.get("Error", {}).get("Code", "")
        raise Unavailable(f"kms {method}: {code}") from failure
    except BotoCoreError as failure:
        raise Unavailable(f"kms {method}: {type(failure).__name__}") from failure
