"""A dispatch that was changed anywhere, by whomever, says nothing."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.sandbox.relay.caller import Caller, card
from shared.dispatch import Speaker, card_text, dispatch_fields, dispatch_of, request_text

WORDS = card("Pull request #1 opened")
Change = Callable[[dict[str, Any]], None]


def fields_of(agent: Caller) -> dict[str, Any]:
    said = [agent.notification(f"n{number}", "T1", "C1", card=WORDS) for number in (1, 2)]
    return json.loads(json.dumps(agent.dispatch(said, [WORDS])))  # type: ignore[no-any-return]


def statement(change: Callable[[str], str]) -> Change:
    """Change the text of the second statement."""

    def changed(fields: dict[str, Any]) -> None:
        before = fields["statements"][1]["text"]
        fields["statements"][1]["text"] = change(before)
        assert fields["statements"][1]["text"] != before

    return changed


def put(name: str, value: Any) -> Change:
    """Put another value beside the second statement's text."""
    return lambda fields: fields["statements"][1].update({name: value})


def replaced(old: str, new: str) -> Change:
    return statement(lambda text: text.replace(old, new))


CHANGES: Mapping[str, Change] = {
    "the channel": replaced('"C1"', '"C2"'),
    "the workspace, to another of the agent's": replaced('"T1"', '"T2"'),
    "the id": replaced('"n2"', '"n3"'),
    "the role": replaced('"plain"', '"broadcast"'),
    "the thread": replaced('"thread_ts":null', '"thread_ts":"1.2"'),
    "the data class": replaced('"title"', '"full"'),
    "what is done about the unknown": replaced('"resend"', '"park"'),
    "the delivery": replaced("delivery-n2", "delivery-n9"),
    "the relay": replaced("relay-1", "relay-2"),
    "the agent": replaced("agent-1", "agent-2"),
    "the key": replaced('"k1"', '"k2"'),
    "the kind": replaced('"notification"', '"dispatch"'),
    "the version": replaced('"version":1', '"version":2'),
    "a blank": statement(lambda text: text + " "),
    "half of a character": statement(lambda text: text.replace('"plain"', '"plain","x":"\ud800"')),
    "no JSON": statement(lambda text: text[:-1]),
    "the card that is named": statement(lambda text: text.replace('"card":"', '"card":"0')),
    "withdrawn": statement(lambda text: text.replace(text[text.index('"card"') :], '"card":null}')),
    "the timestamp": lambda fields: fields["statements"][1].update(timestamp=fields["statements"][1]["timestamp"] + 1),
    "a time before the key": put("timestamp", 0),
    "a signature of nothing": put("signature", "v1a," + base64.b64encode(bytes(64)).decode()),
    "no signature": put("signature", ""),
    "the other's signature": lambda fields: fields["statements"][1].update(
        signature=fields["statements"][0]["signature"]
    ),
    "a number for a text": put("text", 1),
    "a text for a number": put("timestamp", "1"),
    "the card": lambda fields: fields["cards"].update(dict.fromkeys(fields["cards"], card_text(card("Other words")))),
    "half a character in the card": lambda fields: fields["cards"].update(dict.fromkeys(fields["cards"], "\ud800")),
    "no cards": lambda fields: fields.update(cards={}),
    "cards that are none": lambda fields: fields.update(cards=[1]),
    "no statements": lambda fields: fields.pop("statements"),
    "statements that are none": lambda fields: fields.update(statements={"text": "x"}),
    "a sequence that is none": lambda fields: fields.update(sequence=True),
    "a sequence without end": lambda fields: fields.update(sequence=10**40),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_statement_that_was_changed_is_refused_with_all_the_others(rig: Any, what: str) -> None:
    """Also by an agent that signs the changed request."""
    agent = rig.agent()
    for team_id in ("T1", "T2"):
        rig.registered(agent, team_id)
    fields = fields_of(agent)
    CHANGES[what](fields)

    answer = rig.ask(agent.request("dispatch", fields))

    assert answer.status == 400
    assert rig.queued() == []


def test_a_request_of_which_any_byte_was_changed_is_refused(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    event = agent.request("dispatch", fields_of(agent))
    raw = base64.b64decode(event["body"])

    for place in range(0, len(raw), 37):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        answer = rig.ask({**event, "body": base64.b64encode(changed).decode()})
        assert (answer.status, answer.body) == (401, None)

    assert rig.queued() == []
    assert rig.ask(event).status == 202


def test_one_agents_statement_in_anothers_dispatch_is_refused(rig: Any) -> None:
    """Both may speak to that workspace, and each only for itself."""
    first, second = rig.agent(), rig.agent("agent-2", seed=2)
    for agent in (first, second):
        rig.registered(agent)
    stolen = fields_of(first)

    answer = rig.ask(second.request("dispatch", stolen))

    assert (answer.status, answer.body) == (400, {"error": "speaker"})
    assert rig.queued() == []


def test_a_request_for_another_relay_or_in_anothers_name_is_nobodys(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    speakers = [
        Speaker(agent_id="agent-1", key_id="k1", audience="relay-2"),
        Speaker(agent_id="agent-2", key_id="k1", audience="relay-1"),
        Speaker(agent_id="agent-1", key_id="k2", audience="relay-1"),
    ]

    answers = [
        rig.ask(agent.event(request_text(speaker, "dispatch", fields_of(agent)).encode(), id_="m1"))
        for speaker in speakers
    ]

    assert [(answer.status, answer.body) for answer in answers] == [(401, None)] * 3


def test_a_request_fits_one_route(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)

    paths = ["/v1/workspaces", "/v1/workspaces/remove", "/v1/keys", "/v1/receipts"]
    answers = [rig.ask(agent.request("dispatch", fields_of(agent), path=path)) for path in paths]

    assert [(answer.status, answer.body) for answer in answers] == [(400, {"error": "wrong_kind"})] * 4


def test_what_a_stranger_signs_as_the_agent_is_refused(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    stranger = Caller("agent-1", "k1", "relay-1", rig.clock)
    stranger.private = Ed25519PrivateKey.generate()

    answer = rig.ask(stranger.request("dispatch", fields_of(stranger)))

    assert (answer.status, answer.body) == (401, None)


def test_a_dispatch_by_the_wire_is_what_it_was(rig: Any) -> None:
    """What the checks above change is what `dispatch_of` reads: nothing is left out of it."""
    fields = fields_of(rig.agent())

    assert dispatch_fields(dispatch_of(fields)) == fields
