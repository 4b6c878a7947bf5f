"""`POST /v1/keys`: an agent changes its key by itself, and no other's."""

from typing import Any

import pytest

from infra.sandbox.relay.caller import Caller
from shared.relay_requests import KeyPut, key_put_fields
from shared.relay_table import AgentKey, key_of, key_row

DAY_S = 86400


def next_of(rig: Any, agent: Caller, key_id: str = "k2", *, seed: int = 2) -> Caller:
    return Caller(agent.agent_id, key_id, "relay-1", rig.clock, seed=seed)


def entered(rig: Any, agent: Caller, following: Caller, **times: int | None) -> Any:
    put = KeyPut(key_id=following.key_id, public=following.public, **times)
    return rig.ask(agent.request("key.put", key_put_fields(put)))


def status(rig: Any, agent: Caller) -> int:
    return int(rig.ask(agent.request("receipts", {"after": "", "limit": 1})).status)


def stored(rig: Any, agent: Caller) -> AgentKey:
    found = key_of(agent.agent_id, agent.key_id, rig.table.get(key_row(agent.agent_id, agent.key_id)) or {})
    assert found
    return found


def test_the_next_key_is_entered_by_the_present_one_and_both_are_good_for_a_day(rig: Any) -> None:
    present = rig.agent()
    following = next_of(rig, present)

    answer = entered(rig, present, following)

    assert answer.status == 200
    assert answer.body == {"key_id": "k2", "not_before": present.now, "retired_at": present.now + DAY_S}
    assert (status(rig, present), status(rig, following)) == (200, 200)
    rig.clock.wait(DAY_S + 1)
    assert (status(rig, present), status(rig, following)) == (401, 200)


def test_a_retired_key_proves_what_it_signed_before(rig: Any) -> None:
    present = rig.agent()
    entered(rig, present, next_of(rig, present))

    key = stored(rig, present)

    assert key.proves(present.now)
    assert key.proves(present.now + DAY_S)
    assert not key.proves(present.now + DAY_S + 1)


def test_a_key_holds_between_its_times(rig: Any) -> None:
    present = rig.agent()
    following = next_of(rig, present)
    entered(rig, present, following, not_before=present.now + 600, not_after=present.now + 1200)

    before = status(rig, following)
    rig.clock.wait(700)
    between = status(rig, following)
    rig.clock.wait(600)

    assert (before, between, status(rig, following)) == (401, 200, 401)
    assert stored(rig, following).put_by == "k1"


def test_a_key_that_counts_from_long_ago_does_not_end_the_present_one_at_once(rig: Any) -> None:
    present = rig.agent()

    answer = entered(rig, present, next_of(rig, present), not_before=0)

    assert answer.body["retired_at"] == present.now + DAY_S
    assert status(rig, present) == 200


def test_entering_a_key_again_changes_nothing(rig: Any) -> None:
    present = rig.agent()
    following = next_of(rig, present)
    event = present.request("key.put", key_put_fields(KeyPut(key_id="k2", public=following.public)))
    first = rig.ask(event)
    rig.clock.wait(100)

    again, anew = rig.ask(event), entered(rig, present, following)

    assert first.body == again.body
    assert anew.status == 200
    assert stored(rig, present).retired_at == present.now - 100 + DAY_S
    assert stored(rig, following).not_before == present.now - 100


def test_another_key_of_the_same_name_is_refused(rig: Any) -> None:
    present, other = rig.agent(), rig.agent("agent-1", "k2", seed=2)

    answer = entered(rig, present, next_of(rig, present, seed=3))

    assert (answer.status, answer.body) == (409, {"error": "other_key"})
    assert stored(rig, other).public == other.public
    assert stored(rig, present).retired_at is None


@pytest.mark.parametrize(
    "fields",
    [
        {"key_id": "k1"},
        {"key_id": "k/2"},
        {"key_id": None},
        {"public": "AAAA"},
        {"public": "!"},
        {"public": "é"},
        {"public": None},
        {"not_before": "1"},
        {"not_before": 100, "not_after": 100},
        {"not_before": 100, "not_after": 200},
        {"not_before": 100, "not_after": 1_795_338_000},
        {"not_after": -1},
        {"not_after": True},
    ],
)
def test_what_is_no_next_key_is_refused(rig: Any, fields: dict[str, Any]) -> None:
    present = rig.agent()
    good = key_put_fields(KeyPut(key_id="k2", public=next_of(rig, present).public))

    answer = rig.ask(present.request("key.put", {**good, **fields}))

    assert answer.status == 400
    assert stored(rig, present).retired_at is None


def test_a_removed_key_signs_nothing_more(rig: Any) -> None:
    present = rig.agent()
    following = next_of(rig, present)
    entered(rig, present, following)
    assert status(rig, present) == 200

    answer = rig.ask(following.request("key.remove", {"key_id": "k1"}))
    rig.clock.wait(60)

    assert (answer.status, answer.body) == (200, {"key_id": "k1"})
    assert (status(rig, present), status(rig, following)) == (401, 200)


def test_a_key_cannot_remove_itself_nor_one_that_is_not_there(rig: Any) -> None:
    agent = rig.agent()

    answers = [rig.ask(agent.request("key.remove", {"key_id": key_id})) for key_id in ("k1", "k9", "")]

    assert [answer.body for answer in answers] == [
        {"error": "key_in_use"},
        {"error": "unknown_key"},
        {"error": "no_key"},
    ]
    assert status(rig, agent) == 200
