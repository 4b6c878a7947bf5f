"""What happens when the process dies, is slow, runs beside another one, or breaks."""

from typing import Any

import pytest

from infra.sandbox.relay.memory import MemoryLedger
from infra.sandbox.relay.plain_slack import Killed
from relay_lambda.carrying import forming, posting
from relay_lambda.carrying.ports import Unreadable
from relay_lambda.unavailable import Unavailable
from shared.ledger import FAILURES
from shared.outcome import Delivered, Refused
from shared.post import Role

POST, HISTORY = "chat.postMessage", "conversations.history"


def test_deliver_killed_between_post_and_ledger(house: Any) -> None:
    house.say("n1")
    house.say("n2")
    house.slack.faults.append("killed after")

    house.run()

    assert [(at, method) for at, method, _ in house.slack.calls] == [(0.0, POST), (180.0, HISTORY)]
    assert house.slack.texts("C1") == ["n1", "n2"]
    (message,) = house.slack.messages
    assert house.outcomes == {id_: [Delivered(message.ts, reconciled=True)] for id_ in ("n1", "n2")}


def test_killed_before_the_post_it_is_looked_for_twice_and_said(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("killed before")

    house.run()

    assert [method for _, method, _ in house.slack.calls] == [POST, HISTORY, HISTORY, POST]
    assert house.slack.texts("C1") == ["n1"]


def test_killed_between_the_ledger_and_the_receipt_the_receipt_comes_from_the_ledger(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.say("n1")
    put = type(house.given.receipts).put

    def dies(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(type(house.given.receipts), "put", dies)
        house.carry_once()
    assert put is type(house.given.receipts).put

    house.run()

    assert [method for _, method, _ in house.slack.calls] == [POST]
    assert house.outcomes["n1"] == [Delivered(house.slack.messages[0].ts)]


def test_what_another_invocation_is_at_is_left_alone_until_that_one_must_be_over(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("killed before")
    records = house.queue.receive()
    with pytest.raises(Killed):
        house.carry_again(records)
    house.pass_(5)

    failed = house.carry_again(records)

    assert failed == ["m1"]
    assert house.returning.given_back[-1][1] == 25
    assert [method for _, method, _ in house.slack.calls] == [POST]


def test_part_of_a_set_that_comes_back_without_the_rest_is_answered_by_its_head(house: Any) -> None:
    for number in range(4):
        house.say(f"n{number}")
    house.slack.faults.append("killed after")
    house.carry_once()
    house.pass_(180)

    while records := house.queue.receive(most=1):
        failed = house.carry_again(records)
        house.queue.delete([each["receiptHandle"] for each in records if each["messageId"] not in failed])

    (message,) = house.slack.messages
    assert house.outcomes == {f"n{number}": [Delivered(message.ts, reconciled=True)] for number in range(4)}


def test_no_post_begins_that_could_outlast_the_function(house: Any) -> None:
    house.say("n1")
    records = house.queue.receive()

    failed = house.carry_in(records, seconds=11.0)

    assert failed == ["m1"]
    assert house.returning.given_back == [((records[0]["receiptHandle"],), 0)]
    assert house.slack.calls == []


def test_a_burst_of_cards_that_stay_alone_keeps_the_pace_and_waits_a_second_at_most(house: Any) -> None:
    for number in range(12):
        house.say(f"p{number}", Role.PARENT, thread_key=f"k{number}")

    house.run()

    times = house.slack.times(POST, "C1")
    assert house.clock.waits
    assert max(house.clock.waits) <= 1.0
    assert house.slack.texts("C1") == [f"p{number}" for number in range(12)]
    assert times[:3] == [0.0] * 3
    assert all(times[at + 3] - times[at] >= 1.0 for at in range(len(times) - 3))
    assert house.counts.get("slack_429", 0) == 0


def test_a_message_that_breaks_every_time_is_dead_in_the_end_and_its_neighbours_are_said(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = forming.drawn

    def breaks(items: Any, thread_ts: str | None) -> Any:
        if any(each.name == "n1" for each in items):
            raise ZeroDivisionError
        return real(items, thread_ts)

    monkeypatch.setattr(posting, "drawn", breaks)
    for number in range(3):
        house.say(f"n{number}")
    house.say("other", channel="C2")

    house.run()

    assert house.slack.texts("C1") == ["n0", "n2"]
    assert house.slack.texts("C2") == ["other"]
    assert house.letters == [("n1", "internal_error_of_the_relay")]
    assert house.outcomes["n1"] == [Refused("internal_error_of_the_relay")]


def test_a_message_of_which_the_ledger_cannot_be_read_is_dead_in_the_end_and_its_channel_goes_on(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a roll-back, when a row has a state that only the newer version knew."""
    real = MemoryLedger.get

    def breaks(self: MemoryLedger, agent_id: str, name: str) -> Any:
        if name == "n1":
            raise Unreadable("ValueError")
        return real(self, agent_id, name)

    monkeypatch.setattr(MemoryLedger, "get", breaks)
    for number in range(3):
        house.say(f"n{number}")
    house.say("other", channel="C2")

    house.run(for_s=60)

    assert (house.slack.texts("C1"), house.slack.texts("C2")) == (["n0", "n2"], ["other"])
    assert [each.reason for each in house.returning.buried] == ["internal_error_of_the_relay"]
    assert "n1" not in house.outcomes


def test_a_fault_that_passes_kills_nothing_however_often_the_channel_has_waited(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQS counts what is given back as well."""
    ids = [f"n{number}" for number in range(3)]
    for id_ in ids:
        house.say(id_)
    house.slack.faults.extend([1] * FAILURES)
    house.run(for_s=FAILURES - 0.5)
    assert (len(house.slack.calls), house.slack.messages) == (FAILURES, [])

    def breaks(*_: Any) -> None:
        raise ZeroDivisionError

    house.pass_(1)
    with monkeypatch.context() as patch:
        patch.setattr(MemoryLedger, "get", breaks)
        house.carry_once()
    house.run()

    assert house.slack.texts("C1") == ids
    assert house.returning.buried == []


def test_while_the_table_is_away_nothing_is_said_and_nothing_is_dead(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise Unavailable("dynamodb get_item: InternalServerError")

    house.say("n1")
    with monkeypatch.context() as patch:
        patch.setattr(type(house.given.ledger), "get", away)
        house.run(for_s=3600)
        assert (house.slack.calls, house.letters, house.queue.dead) == ([], [], [])

    house.run()

    assert house.slack.texts("C1") == ["n1"]


def test_when_the_queue_cannot_take_them_back_they_come_by_themselves(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise Unavailable("sqs change_message_visibility_batch: Failed")

    house.say("n1")
    house.slack.faults.append(7)
    with monkeypatch.context() as patch:
        patch.setattr(type(house.returning), "give_back", away)
        house.carry_once()

    house.run()

    assert house.slack.times(POST, "C1") == [0.0, 180.0]
