"""A dispatch that owes nothing to our code: its JSON written by hand, signed by another library of Ed25519."""

import base64
import hashlib
import json
from typing import Any

import pytest
from nacl.signing import SigningKey

SIGNER = SigningKey(bytes([1]) * 32)
CARD = '{"color":"#000000","fallback":[["title","x"]],"headline":[["title","x"]],"parts":[]}'
WHO = {"version": 1, "agent": "agent-1", "key": "k1", "audience": "relay-1"}


def signed(id_: str, timestamp: int, content: bytes) -> str:
    return "v1a," + base64.b64encode(SIGNER.sign(f"{id_}.{timestamp}.".encode() + content).signature).decode()


def dispatch(now: int) -> bytes:
    said = {
        **WHO,
        "kind": "notification",
        "id": "n1",
        "delivery": "d1",
        "team": "T1",
        "channel": "C1",
        "role": "plain",
        "thread_key": None,
        "thread_ts": None,
        "card": hashlib.sha256(CARD.encode()).hexdigest(),
        "data_class": "title",
        "unknown": "resend",
    }
    text = json.dumps(said, indent=1)
    statement = {"text": text, "timestamp": now, "signature": signed("n1", now, text.encode())}
    cards = {said["card"]: CARD}
    return json.dumps({**WHO, "kind": "dispatch", "sequence": 1, "cards": cards, "statements": [statement]}).encode()


@pytest.mark.parametrize("others", ["", "v1,AAAA ", "v2b,AAAA "])
def test_a_dispatch_of_another_implementation_is_taken(rig: Any, others: str) -> None:
    agent = rig.agent()
    rig.registered(agent)
    body = dispatch(agent.now)
    headers = {
        "Webhook-Id": "msg_01",
        "Webhook-Timestamp": str(agent.now),
        "Webhook-Signature": others + signed("msg_01", agent.now, body),
        "Relay-Key": "agent-1/k1",
    }
    event = {
        "rawPath": "/v1/dispatches",
        "requestContext": {"http": {"method": "POST"}},
        "headers": headers,
        "body": body.decode(),
        "isBase64Encoded": False,
    }

    answer = rig.ask(event)

    assert (answer.status, answer.body) == (202, {"accepted": 1, "duplicate": False})
    assert rig.queued() == [("agent-1#T1#C1", "n1")]
