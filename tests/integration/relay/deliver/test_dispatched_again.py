"""What has no receipt for a quarter of an hour comes once more, and may stand in the queue beside the first."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.sandbox.relay.plain_slack import PlainSlack
from shared.outcome import Delivered, Refused, Retry
from shared.post import Role

AGAIN_S = 900
FAULTS = st.sampled_from(
    ["", "", "answer lost", "request lost", "http_503", "internal_error", "killed before", "killed after", 3]
)
ROLES = st.sampled_from([Role.PLAIN, Role.PLAIN, Role.PARENT, Role.REPLY, Role.REPLY, Role.BROADCAST])


def say_thrice(house: Any, ids: Sequence[str], role: Role) -> None:
    """As an agent does that has heard nothing for half an hour."""
    for turn in range(3):
        if turn:
            house.pass_(AGAIN_S)
        for id_ in ids:
            assert house.say(id_, role, thread_key=f"7/issue/{id_}" if role is Role.PARENT else "7/issue/1")


@pytest.mark.parametrize("role", [Role.PLAIN, Role.REPLY, Role.PARENT])
def test_a_backlog_that_stands_in_the_queue_three_times_is_said_once(house: Any, role: Role) -> None:
    house.say("p", Role.PARENT)
    house.run()
    say_thrice(house, ["a", "b"], role)

    house.run(for_s=300)

    assert house.queue.kept == []
    assert sorted(line for each in house.slack.messages for line in each.text.split("\n")) == ["a", "b", "p"]
    assert {id_: len(said) for id_, said in house.outcomes.items()} == {"p": 1, "a": 3, "b": 3}
    assert {type(each) for said in house.outcomes.values() for each in said} == {Delivered}
    assert house.letters == []


@pytest.mark.parametrize("fault", ["killed after", "answer lost", "request lost", "killed before"])
def test_doubles_of_a_post_that_may_have_arrived_are_said_once(house: Any, fault: str) -> None:
    say_thrice(house, ["a", "b"], Role.PLAIN)
    house.slack.faults.append(fault)

    house.run(for_s=600)

    assert house.queue.kept == []
    assert house.slack.texts("C1") == ["a", "b"]
    assert {type(each) for said in house.outcomes.values() for each in said} == {Delivered}


def test_doubles_of_a_revoked_key_each_have_a_receipt(house: Any) -> None:
    say_thrice(house, ["a", "b"], Role.PLAIN)
    house.revoke()

    house.run(for_s=60)

    assert house.queue.kept == []
    assert house.outcomes == {"a": [Retry(0.0, "key_revoked")] * 3, "b": [Retry(0.0, "key_revoked")] * 3}
    assert house.slack.messages == []


def test_a_signed_card_that_cannot_be_read_has_a_receipt_and_stops_nobody(house: Any) -> None:
    unreadable = '{"color":"#1f883d","headline":[["no label","?"]],"parts":"none"}'
    house.say("a")
    house.say("b", words=unreadable)
    house.say("c")

    house.run(for_s=60)

    assert house.queue.kept == []
    assert house.slack.texts("C1") == ["a", "c"]
    assert house.outcomes["b"] == [Refused("malformed")]
    assert house.letters == [("b", "malformed")]


@given(
    roles=st.lists(ROLES, min_size=1, max_size=8),
    faults=st.lists(FAULTS, max_size=10),
    carried=st.lists(st.integers(0, 3), min_size=2, max_size=2),
    most=st.integers(1, 10),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_dispatched_again_in_the_midst_of_faults_is_said_once_and_in_order(
    build: Any, clocks: Any, roles: list[Role], faults: list[Any], carried: list[int], most: int
) -> None:
    clock = clocks()
    house = build(clock, PlainSlack(clock=clock))
    house.slack.faults.extend(faults)
    said = [("p", Role.PARENT), *((f"n{number}", role) for number, role in enumerate(roles))]
    for times in [0, *carried]:
        for _ in range(times):
            house.carry_once(most)
        house.pass_(AGAIN_S)
        for id_, role in said:
            key = None if role is Role.PLAIN else f"7/pull/{id_}" if role is Role.PARENT and id_ != "p" else "7/issue/1"
            house.say(id_, role, thread_key=key)

    house.run(for_s=7200, most=most)

    assert house.queue.kept == []
    assert house.letters == []
    parent = next(each for each in house.slack.messages if each.text == "p")
    assert house.slack.texts("C1") == [id_ for id_, role in said if role is not Role.REPLY]
    replies = [id_ for id_, role in said if role in {Role.REPLY, Role.BROADCAST}]
    assert house.slack.texts("C1", parent.ts) == replies
