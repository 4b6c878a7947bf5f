"""Keys that sign for the relay, and what signs with them."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from agent.relay.keys import new_pair
from agent.relay.signer import Signer, new_id
from agent.settings_values import ed25519_key
from shared.dispatch import Speaker, request_of
from shared.signing import claimed, is_signed

SPEAKER = Speaker(agent_id="agent-1", key_id="k1", audience="relay-1")


def test_a_new_pair_belongs_together_and_is_what_the_setting_takes() -> None:
    pair = new_pair()

    public = load_pem_public_key(pair.public.encode())

    assert ed25519_key(pair.private) == pair.private
    assert isinstance(public, Ed25519PublicKey)
    assert public.public_bytes_raw() == pair.raw
    assert Signer.of(SPEAKER, pair.private).key.public_key() == public
    assert pair.private not in repr(pair)


def test_two_attempts_have_one_id_and_body_and_a_signature_each() -> None:
    pair = new_pair()
    signer, id_ = Signer.of(SPEAKER, pair.private), new_id("dsp")
    body = signer.body("receipts", {"after": "", "limit": 5})

    first, second = (claimed(signer.headers(id_, body, now)) for now in (1000.9, 1301.0))

    assert first is not None
    assert second is not None
    assert (first.id, first.timestamp, second.id, second.timestamp) == (id_, 1000, id_, 1301)
    assert first.signatures != second.signatures
    assert is_signed(second, body, Ed25519PublicKey.from_public_bytes(pair.raw))
    assert request_of(body.decode())[:2] == (SPEAKER, "receipts")
    assert "PRIVATE" not in repr(signer)
