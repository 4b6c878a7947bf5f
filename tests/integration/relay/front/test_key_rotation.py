"""What a key that is retired or revoked may still do to the agent's keys: nothing."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from infra.sandbox.relay.caller import Caller
from shared.relay_requests import KeyPut, key_put_fields
from shared.relay_table import key_columns, key_of, key_row

DAY_S = 86400
KNOWN = (409, {"error": "known_key"})


def key(rig: Any, key_id: str, *, seed: int) -> Caller:
    return Caller("agent-1", key_id, "relay-1", rig.clock, seed=seed)


def entered(rig: Any, present: Caller, following: Caller) -> Any:
    put = KeyPut(key_id=following.key_id, public=following.public)
    return rig.ask(present.request("key.put", key_put_fields(put)))


def removed(rig: Any, present: Caller, other: Caller) -> Any:
    return rig.ask(present.request("key.remove", {"key_id": other.key_id}))


def status(rig: Any, agent: Caller) -> int:
    return int(rig.ask(agent.request("receipts", {"after": "", "limit": 1})).status)


def revoked(rig: Any, agent: Caller) -> None:
    """As the operator does it, in another process."""
    now = Caller("operator", "", "", rig.clock).now
    rig.dynamodb.update_item(
        TableName="relay-table",
        Key={"pk": {"S": "key#agent-1"}, "sk": {"S": f"key#{agent.key_id}"}},
        UpdateExpression="SET revoked_at = :now",
        ExpressionAttributeValues={":now": {"N": str(now)}},
    )


def stored(rig: Any) -> Mapping[str, tuple[int | None, str | None]]:
    """Of each key, when it is retired, and its successor."""
    rows = (rig.table.get(key_row("agent-1", f"k{number}")) for number in range(1, 10))
    found = (key_of("agent-1", row["sk"].removeprefix("key#"), row) for row in rows if row)
    return {each.key_id: (each.retired_at, each.successor) for each in found if each}


def test_a_key_has_one_successor_and_a_second_one_is_refused(rig: Any) -> None:
    present, following, another = rig.agent(), key(rig, "k2", seed=2), key(rig, "k3", seed=3)
    entered(rig, present, following)
    retired_at = present.now + DAY_S

    answer = entered(rig, present, another)

    assert answer.status == 403
    assert answer.body == {"error": "key_retired", "successor": "k2", "retired_at": retired_at}
    assert stored(rig) == {"k1": (retired_at, "k2"), "k2": (None, None)}
    assert (status(rig, following), status(rig, another)) == (200, 401)


def test_after_many_rotations_one_key_is_good_for_ever(rig: Any) -> None:
    keys = [rig.agent(), *(key(rig, f"k{number}", seed=number) for number in range(2, 6))]

    answers = [entered(rig, *pair).status for pair in pairwise(keys)]

    assert answers == [200] * 4
    assert [name for name, (retired_at, _) in stored(rig).items() if retired_at is None] == ["k5"]


def test_a_key_that_is_retired_removes_none(rig: Any) -> None:
    present, following = rig.agent(), key(rig, "k2", seed=2)
    entered(rig, present, following)
    rig.clock.wait(3600)

    answer = removed(rig, present, following)

    assert (answer.status, answer.body["error"]) == (403, "key_retired")
    assert status(rig, following) == 200


def test_what_is_retired_by_another_process_is_retired_here_at_once(rig: Any) -> None:
    present, following = rig.agent(), key(rig, "k2", seed=2)
    entered(rig, present, following)
    rig.fresh()
    assert status(rig, present) == 200  # remembered as good
    row = {**key_columns(present.key), "retired_at": present.now + DAY_S}
    rig.table.put(key_row("agent-1", "k1"), row)

    answers = [entered(rig, present, key(rig, "k3", seed=3)), removed(rig, present, following)]

    assert [answer.status for answer in answers] == [403, 403]


def test_a_key_that_was_revoked_a_moment_ago_changes_no_key(rig: Any) -> None:
    present, other = rig.agent(), rig.agent("agent-1", "k2", seed=2)
    assert status(rig, present) == 200  # remembered as good
    revoked(rig, present)

    answers = [entered(rig, present, key(rig, "k3", seed=3)), removed(rig, present, other)]

    assert [answer.status for answer in answers] == [401, 401]
    assert stored(rig) == {"k1": (None, None), "k2": (None, None)}
    assert ("signature_reject", {"reason": "key", "agent": "agent-1", "key": "k1"}) in rig.log.counted


def test_a_key_that_is_revoked_between_reading_and_writing_enters_none(
    rig: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    present, together = rig.agent(), rig.table.together

    def late(*given: Any) -> Any:
        revoked(rig, present)
        return together(*given)

    monkeypatch.setattr(rig.table, "together", late)

    assert entered(rig, present, key(rig, "k9", seed=9)).status == 401
    assert set(stored(rig)) == {"k1"}


def test_a_successor_that_was_revoked_is_not_entered_again_nor_another(rig: Any) -> None:
    present, following = rig.agent(), key(rig, "k2", seed=2)
    entered(rig, present, following)
    revoked(rig, following)

    answers = [entered(rig, present, each) for each in (following, key(rig, "k3", seed=3))]

    assert [answer.status for answer in answers] == [403, 403]
    assert set(stored(rig)) == {"k1", "k2"}


def test_the_key_before_is_not_entered_again_and_nobody_is_locked_out(rig: Any) -> None:
    present, following = rig.agent(), key(rig, "k2", seed=2)
    entered(rig, present, following)

    answer = entered(rig, following, present)
    rig.clock.wait(DAY_S + 1)

    assert (answer.status, answer.body) == (409, {"error": "other_key"})
    assert (status(rig, present), status(rig, following)) == (401, 200)


@pytest.mark.parametrize("state", [{}, {"revoked_at": 1}, {"retired_at": 1}])
def test_a_public_key_has_one_id_for_ever(rig: Any, state: dict[str, int]) -> None:
    present, former = rig.agent(), rig.agent("agent-1", "k2", seed=2)
    rig.table.put(key_row("agent-1", "k2"), {**key_columns(former.key), **state})

    answers = [entered(rig, present, key(rig, "k8", seed=seed)) for seed in (2, 1)]

    assert [(answer.status, answer.body) for answer in answers] == [KNOWN, KNOWN]
    assert set(stored(rig)) == {"k1", "k2"}
    assert stored(rig)["k1"] == (None, None)


def test_two_agents_may_have_the_same_public_key(rig: Any) -> None:
    present = rig.agent()
    rig.agent("agent-2", seed=2)

    assert entered(rig, present, key(rig, "k2", seed=2)).status == 200


def test_what_could_not_be_written_may_be_asked_again(rig: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    present, following = rig.agent(), key(rig, "k2", seed=2)
    event = present.request("key.put", key_put_fields(KeyPut(key_id="k2", public=following.public)))
    with monkeypatch.context() as patched:
        patched.setattr(rig.table, "_client", rig.sqs)
        down = rig.ask(event).status

    assert (down, rig.ask(event).status, status(rig, following)) == (503, 200, 200)
