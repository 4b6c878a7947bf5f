import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.slack.socket_mode.envelope import Envelope
from agent.slack.socket_mode.frame import Disconnect, Garbage, Hello, parse

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def envelope(**fields: Any) -> Envelope:
    frame = {"envelope_id": "e1", "type": "interactive", "accepts_response_payload": False, "payload": {}} | fields
    parsed = parse(json.dumps(frame), AT)
    assert isinstance(parsed, Envelope)
    return parsed


def test_a_hello_tells_how_many_sockets_slack_counts() -> None:
    frame = '{"type":"hello","num_connections":4,"debug_info":{"approximate_connection_time":18060}}'

    assert parse(frame, AT) == Hello(num_connections=4)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled", "too_many_websockets"])
def test_a_disconnect_tells_its_reason(reason: str) -> None:
    assert parse(json.dumps({"type": "disconnect", "reason": reason}), AT) == Disconnect(reason=reason)


def test_an_event_carries_its_retries() -> None:
    event = envelope(type="events_api", retry_attempt=2, retry_reason="timeout", payload={"event": {"type": "x"}})

    assert (event.retry_attempt, event.retry_reason, event.kind, event.received_at) == (2, "timeout", "x", AT)


@pytest.mark.parametrize("frame", ["", "{", "[]", "null", "7", '"x"', "[" * 100_000, '{"type":"slash_commands"}'])
def test_what_cannot_be_acknowledged_is_garbage(frame: str) -> None:
    assert parse(frame, AT) == Garbage()


@given(frame=st.dictionaries(st.sampled_from(["type", "envelope_id", "payload", "reason", "retry_attempt"]), JSON))
def test_any_json_is_read_without_an_error_and_has_a_key(frame: dict[str, Any]) -> None:
    parsed = parse(json.dumps(frame), AT)

    assert not isinstance(parsed, Envelope) or parsed.key


@pytest.mark.parametrize(
    ("type_", "payload", "key"),
    [
        ("events_api", {"event_id": "Ev1"}, "events_api:Ev1"),
        ("slash_commands", {"trigger_id": "1.2.a"}, "slash_commands:1.2.a"),
        ("interactive", {"trigger_id": "1.2.a", "actions": [{"action_ts": "9.9"}]}, "interactive:1.2.a"),
        ("interactive", {"user": {"id": "U1"}, "actions": [{"action_ts": "9.9"}]}, "interactive:U1/9.9"),
        ("interactive", {"user": {"id": "U1"}, "action_ts": "9.8"}, "interactive:U1/9.8"),
        ("interactive", {"type": "view_closed"}, "interactive:e1"),
    ],
)
def test_repetitions_are_recognised_by_what_is_inside(type_: str, payload: dict[str, Any], key: str) -> None:
    assert envelope(type=type_, payload=payload).key == key


def test_an_event_repeated_in_another_envelope_has_the_same_key() -> None:
    first = envelope(envelope_id="e1", type="events_api", payload={"event_id": "Ev1"})
    again = envelope(envelope_id="e2", type="events_api", payload={"event_id": "Ev1"}, retry_attempt=1)

    assert first.key == again.key


def test_an_answer_travels_in_the_acknowledgement_only_where_slack_takes_one() -> None:
    answer: dict[str, Any] = {"options": []}

    taken = envelope(accepts_response_payload=True).acknowledgement(answer)
    not_taken = envelope(accepts_response_payload=False).acknowledgement(answer)

    assert json.loads(taken) == {"envelope_id": "e1", "payload": answer}
    assert json.loads(not_taken) == {"envelope_id": "e1"}


def test_the_payload_does_not_show_when_an_envelope_is_printed() -> None:
    assert "topsecret" not in repr(envelope(payload={"text": "topsecret"}))
