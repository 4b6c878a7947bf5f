"""What has no receipt for a quarter of an hour comes once more, and may stand in the queue beside the first."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.sandbox.relay.plain_slack import PlainSlack
from shared.dispatch import deduplication_id
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


def test_a_withdrawal_that_stands_behind_its_card_comes_in_time(house: Any) -> None:
    for id_ in ("a", "b", "c"):
        house.say(id_)
    house.pass_(AGAIN_S)
    house.say("b", withdrawn=True)

    house.run(for_s=60)

    assert house.queue.kept == []
    assert house.slack.texts("C1") == ["a", "c"]
    assert house.outcomes["b"] == [Refused("withdrawn")] * 2
    assert house.letters == []


def test_a_card_that_was_signed_later_is_said_in_the_place_of_the_first(house: Any) -> None:
    house.say("a", Role.PARENT, text="as it was")
    house.say("b")
    house.pass_(AGAIN_S)
    house.say("a", Role.PARENT, text="as it is")
    house.say("b", withdrawn=True, signed_at=int(house.given.now()) - 2 * AGAIN_S)

    house.run(for_s=60)

    assert house.queue.kept == []
    assert house.slack.texts("C1") == ["as it is", "b"]
    assert {id_: [type(each) for each in said] for id_, said in house.outcomes.items()} == {
        "a": [Delivered, Delivered],
        "b": [Delivered, Delivered],
    }


def test_a_good_signature_behind_a_revoked_one_is_said_in_its_place(house: Any) -> None:
    house.add_key("k2")
    house.say("p", Role.PARENT)
    house.say("b", key="k2")
    house.say("r", Role.REPLY, key="k2")
    house.revoke()
    house.say("p", Role.PARENT, key="k2", signed_at=int(house.given.now()) + 1)

    house.run(for_s=60)

    parent = house.slack.messages[0]
    assert house.queue.kept == []
    assert (house.slack.texts("C1"), house.slack.texts("C1", parent.ts)) == (["p", "b"], ["r"])
    assert house.outcomes["p"] == [Delivered(parent.ts)] * 2


def test_what_an_operator_has_put_back_keeps_its_place_before_a_double_that_is_answered_already(house: Any) -> None:
    signed_at = int(house.given.now())
    for _ in range(2):
        house.say("a")
        house.slack.faults.append("is_archived")
        house.run()
        house.pass_(AGAIN_S)
    at, letter = int(house.given.now()), house.returning.buried[0]
    again = deduplication_id("a", signed_at, redriven_at=at)
    house.queue.send(letter.body, group=letter.group, deduplication_id=again, attributes={"redriven": str(at)})
    house.say("b", Role.PARENT)
    house.say("a", signed_at=signed_at + AGAIN_S)

    house.run(for_s=60)

    assert house.queue.kept == []
    assert house.slack.texts("C1") == ["a", "b"]


def test_a_set_that_may_be_there_already_stays_what_it_was(house: Any) -> None:
    house.say("a")
    house.say("b")
    house.slack.faults.append("request lost")
    house.carry_once()
    house.say("a", withdrawn=True, signed_at=int(house.given.now()) + 1)

    house.run(for_s=60)

    (message,) = house.slack.messages
    assert message.text == "a\nb"
    assert house.outcomes == {"a": [Delivered(message.ts)] * 2, "b": [Delivered(message.ts)]}


def test_what_may_be_there_alone_is_withdrawn_once_it_was_looked_for_in_vain(house: Any) -> None:
    house.say("a")
    house.slack.faults.append("request lost")
    house.carry_once()
    house.say("a", withdrawn=True, signed_at=int(house.given.now()) + 1)
    house.say("b")

    house.run(for_s=60)

    assert house.queue.kept == []
    assert house.slack.texts("C1") == ["b"]
    assert house.outcomes["a"] == [Refused("withdrawn")] * 2


@pytest.mark.parametrize(("withdrawn", "other"), [("a", "b"), ("b", "a")])
def test_of_a_set_that_may_be_there_only_what_is_withdrawn_is_not_said_again(
    house: Any, withdrawn: str, other: str
) -> None:
    house.say("a")
    house.say("b")
    house.slack.faults.append("request lost")
    house.carry_once()
    house.revoke()
    house.add_key("k2")
    for id_ in ("a", "b"):
        house.say(id_, key="k2", withdrawn=id_ == withdrawn, signed_at=int(house.given.now()) + 1)

    house.run(for_s=300)

    assert house.queue.kept == []
    assert house.slack.texts("C1") == [other]
    assert house.outcomes[withdrawn][-1] == Refused("withdrawn")


@given(
    roles=st.lists(ROLES, min_size=1, max_size=8),
    faults=st.lists(FAULTS, max_size=10),
    carried=st.lists(st.integers(0, 3), min_size=2, max_size=2),
    most=st.integers(1, 10),
    withdrawn=st.sets(st.integers(0, 7), max_size=3),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_dispatched_again_in_the_midst_of_faults_is_said_once_and_in_order(
    build: Any, clocks: Any, roles: list[Role], faults: list[Any], carried: list[int], most: int, withdrawn: set[int]
) -> None:
    """What is withdrawn meanwhile may have been said already."""
    clock = clocks()
    house = build(clock, PlainSlack(clock=clock))
    house.slack.faults.extend(faults)
    said = [("p", Role.PARENT), *((f"n{number}", role) for number, role in enumerate(roles))]
    gone = {f"n{number}" for number in withdrawn}
    for turn, times in enumerate([0, *carried]):
        for _ in range(times):
            house.carry_once(most)
        house.pass_(AGAIN_S)
        for id_, role in said:
            key = None if role is Role.PLAIN else f"7/pull/{id_}" if role is Role.PARENT and id_ != "p" else "7/issue/1"
            house.say(id_, role, thread_key=key, withdrawn=turn > 0 and id_ in gone)

    house.run(for_s=7200, most=most)

    assert house.queue.kept == []
    assert house.letters == []
    parent = next(each for each in house.slack.messages if each.text == "p")
    last = {id_: outcomes[-1] for id_, outcomes in house.outcomes.items()}
    stays = [(id_, role) for id_, role in said if id_ not in gone or last[id_] != Refused("withdrawn")]
    assert {type(last[id_]) for id_, _ in stays} == {Delivered}
    assert house.slack.texts("C1") == [id_ for id_, role in stays if role is not Role.REPLY]
    replies = [id_ for id_, role in stays if role in {Role.REPLY, Role.BROADCAST}]
    assert house.slack.texts("C1", parent.ts) == replies
