"""The channels of a batch go side by side, each in its order; and the queue that these tests stand on is strict."""

from threading import Barrier
from typing import Any

import pytest

from infra.sandbox.fifo_queue import FifoQueue
from infra.sandbox.relay.plain_slack import PlainSlack
from infra.sandbox.relay.stepped_clock import SteppedClock
from relay_lambda.carrying.batch import side_by_side
from shared.post import Role

WAIT_S = 30


def test_a_slow_channel_holds_up_no_other(build: Any) -> None:
    meeting = Barrier(3, timeout=WAIT_S)

    class Meeting(PlainSlack):
        __slots__ = ()

        def call(self, *arguments: Any) -> Any:
            meeting.wait()
            return super().call(*arguments)

    clock = SteppedClock()
    house = build(clock, Meeting(clock=clock), side_by_side=side_by_side)
    for number in range(3):
        house.say(f"p{number}", Role.PARENT, channel=f"C{number}")

    house.carry_once()

    assert [house.slack.texts(f"C{number}") for number in range(3)] == [["p0"], ["p1"], ["p2"]]


def queue_of(*groups: str) -> tuple[SteppedClock, FifoQueue]:
    clock = SteppedClock()
    queue = FifoQueue(clock=clock, max_receives=3)
    for number, group in enumerate(groups):
        queue.send(f"{group}{number}", group=group, deduplication_id=str(number))
    return clock, queue


def bodies(records: list[dict[str, Any]]) -> list[str]:
    return [each["body"] for each in records]


def test_a_group_in_flight_is_blocked_and_comes_again_in_its_order() -> None:
    clock, queue = queue_of("a", "b", "a", "a")
    assert bodies(queue.receive(2)) == ["a0", "a2"]
    assert bodies(queue.receive()) == ["b1"]

    clock.wait(180)

    assert bodies(queue.receive()) == ["a0", "a2", "a3", "b1"]


def test_of_a_group_only_what_stands_before_the_first_in_flight_is_given_out() -> None:
    _, queue = queue_of("a", "a", "a")
    handles = [each["receiptHandle"] for each in queue.receive()]

    queue.change_visibility([handles[0], handles[2]], 0)

    assert bodies(queue.receive()) == ["a0"]


def test_a_duplicate_is_dropped_for_five_minutes_also_after_the_first_is_gone() -> None:
    clock, queue = queue_of("a")
    queue.delete([each["receiptHandle"] for each in queue.receive()])
    clock.wait(299)
    assert not queue.send("again", group="a", deduplication_id="0")
    assert queue.send("elsewhere", group="b", deduplication_id="0")
    clock.wait(1)

    assert queue.send("again", group="a", deduplication_id="0")


def test_a_handle_is_good_until_its_message_is_given_out_again() -> None:
    clock, queue = queue_of("a")
    (first,) = queue.receive()
    clock.wait(180)
    queue.receive()

    with pytest.raises(LookupError):
        queue.delete([first["receiptHandle"]])


def test_what_was_given_out_too_often_is_a_dead_letter_and_the_next_of_its_group_comes() -> None:
    clock, queue = queue_of("a", "a")
    for _ in range(3):
        queue.receive(1)
        clock.wait(180)

    assert bodies(queue.receive(1)) == ["a1"]
    assert [each.body for each in queue.dead] == ["a0"]


def test_the_next_message_is_as_far_off_as_the_first_head() -> None:
    clock, queue = queue_of("a", "b")
    handles = [each["receiptHandle"] for each in queue.receive()]
    queue.change_visibility(handles[:1], 9)
    queue.change_visibility(handles[1:], 7)
    assert queue.next_in() == 7

    clock.wait(20)

    assert queue.next_in() == 0
    queue.delete(handles)
    assert queue.next_in() is None
