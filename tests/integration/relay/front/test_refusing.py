"""Who is let in at all: shape, age, key. Every refusal is the same."""

import base64
from typing import Any

import pytest

from infra.sandbox.relay.caller import Caller
from shared.relay_table import RowKey, agent_columns, agent_row, key_columns, key_row

ASKED = {"after": "", "limit": 1}


def known(rig: Any, agent: Caller) -> bool:
    """Whether the relay answers this agent."""
    answer = rig.ask(agent.request("receipts", ASKED))
    assert answer.status in {200, 401}
    assert answer.body is None or answer.status == 200
    return bool(answer.status == 200)


def changed_key(rig: Any, agent: Caller, **columns: int) -> None:
    rig.table.put(key_row(agent.agent_id, agent.key_id), {**key_columns(agent.key), **columns})


def test_an_agent_that_nobody_entered_is_refused(rig: Any) -> None:
    assert not known(rig, Caller("agent-9", "k1", "relay-1", rig.clock))


def test_a_key_without_its_agents_row_is_refused(rig: Any) -> None:
    agent = Caller("agent-9", "k1", "relay-1", rig.clock)
    rig.table.put(key_row("agent-9", "k1"), key_columns(agent.key))

    assert not known(rig, agent)


@pytest.mark.parametrize("columns", [{"retired_at": -1}, {"not_after": -1}, {"not_before": 1}, {"revoked_at": 0}])
def test_a_key_that_does_not_count_is_refused(rig: Any, columns: dict[str, int]) -> None:
    agent = rig.agent()
    changed_key(rig, agent, **{name: agent.now + offset for name, offset in columns.items()})

    assert not known(rig, agent)


@pytest.mark.parametrize("columns", [{"retired_at": 0}, {"not_after": 0}, {"not_before": 0}])
def test_a_key_counts_to_the_second(rig: Any, columns: dict[str, int]) -> None:
    agent = rig.agent()
    changed_key(rig, agent, **{name: agent.now + offset for name, offset in columns.items()})

    assert known(rig, agent)


def test_a_revoked_key_is_refused_within_a_minute(rig: Any) -> None:
    agent = rig.agent()
    assert known(rig, agent)
    changed_key(rig, agent, revoked_at=agent.now)

    rig.clock.wait(60)

    assert not known(rig, agent)


def test_a_revoked_agent_is_refused_with_all_its_keys_within_a_minute(rig: Any) -> None:
    agent = rig.agent()
    assert known(rig, agent)
    rig.table.put(agent_row(agent.agent_id), agent_columns(agent.now, revoked_at=agent.now))

    rig.clock.wait(60)

    assert not known(rig, agent)


def test_a_key_that_is_entered_works_at_once(rig: Any) -> None:
    agent = Caller("agent-9", "k1", "relay-1", rig.clock)
    assert not known(rig, agent)

    assert known(rig, rig.agent("agent-9"))


def test_a_key_is_read_once_a_minute(rig: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    agent, read = rig.agent(), list[RowKey]()
    get = rig.table.get

    def noted(key: RowKey) -> Any:
        read.append(key)
        return get(key)

    monkeypatch.setattr(rig.table, "get", noted)

    for _ in range(5):
        known(rig, agent)

    assert read == [key_row("agent-1", "k1"), agent_row("agent-1")]


@pytest.mark.parametrize(("skew_s", "status"), [(300, 200), (301, 401), (-300, 200), (-301, 401)])
def test_a_clock_may_be_five_minutes_off(rig: Any, skew_s: int, status: int) -> None:
    agent = rig.agent()
    changed_key(rig, agent, not_before=0)
    event = agent.request("receipts", ASKED)
    body = rig.ask(event)
    assert body.status == 200

    early = agent.event(raw(event), id_="m9", path="/v1/receipts", at=agent.now + skew_s)

    assert rig.ask(early).status == status


def test_every_refusal_has_the_time_and_says_nothing(rig: Any) -> None:
    agent = rig.agent()
    late = agent.request("receipts", ASKED)
    rig.clock.wait(1000)
    stranger = Caller("agent-9", "k1", "relay-1", rig.clock).request("receipts", ASKED)
    forged = {**agent.request("receipts", ASKED), "body": "e30="}
    bare = {**late, "headers": {}}

    answers = [rig.ask(event) for event in (late, stranger, forged, bare)]

    assert len({str(answer) for answer in answers}) == 1
    assert (answers[0].status, answers[0].body) == (401, None)
    assert answers[0].headers["date"] == "Sun, 22 Nov 2026 09:16:40 GMT"
    assert [fields["reason"] for _, fields in rig.log.counted] == ["age", "key", "signature", "malformed"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"no json", b"\xff", b'{"kind":"receipts"}', b'{"version":1}', b"[" * 9999]
)
def test_signed_bytes_that_are_no_request_are_refused(rig: Any, body: bytes) -> None:
    agent = rig.agent()

    answer = rig.ask(agent.event(body, id_="m1", path="/v1/receipts"))

    assert (answer.status, answer.body) == (400, {"error": "not_json"})


def test_a_key_in_the_table_that_is_none_is_refused(rig: Any) -> None:
    agent = rig.agent()
    rig.table.put(key_row("agent-1", "k1"), {"public": "AAAA", "not_before": 0})

    assert not known(rig, agent)


def raw(event: dict[str, Any]) -> bytes:
    return base64.b64decode(event["body"])
