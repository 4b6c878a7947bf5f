"""Putting dead letters back, from a queue that is as strict as SQS: of a channel ten come, and the rest behind them."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from agent import relay_dead_letters
from agent.relay_agents import Operator
from agent.relay_dead_letters import looked_at, redrive
from infra.sandbox.fifo_queue import FifoQueue
from infra.sandbox.relay.caller import Caller, card
from infra.sandbox.relay.stepped_clock import SteppedClock
from shared.dispatch import Statement, card_text, name_of, queue_text

WORDS = card("said in vain")
CALL_S = 1.0


@dataclass(kw_only=True)
class Sqs:
    """boto3's client over two such queues, each call of which takes a while."""

    clock: SteppedClock
    queues: dict[str, FifoQueue]
    on_send: Any = None

    def receive_message(self, *, QueueUrl: str, MaxNumberOfMessages: int, VisibilityTimeout: int, **_: Any) -> Any:  # noqa: N803
        self.clock.wait(CALL_S)
        queue = self.queues[QueueUrl]
        queue.visibility_s = VisibilityTimeout
        return {"Messages": [_message(each) for each in queue.receive(MaxNumberOfMessages)]}

    def send_message(self, **given: Any) -> Any:
        self.clock.wait(CALL_S)
        attributes = {name: each["StringValue"] for name, each in given["MessageAttributes"].items()}
        self.queues[given["QueueUrl"]].send(
            given["MessageBody"],
            group=given["MessageGroupId"],
            deduplication_id=given["MessageDeduplicationId"],
            attributes=attributes,
        )
        if self.on_send:
            self.on_send(given)

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> Any:  # noqa: N803
        self.clock.wait(CALL_S)
        self.queues[QueueUrl].delete([ReceiptHandle])

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: Any) -> Any:  # noqa: N803
        self.clock.wait(CALL_S)
        assert len(Entries) <= 10
        for each in Entries:
            self.queues[QueueUrl].change_visibility([each["ReceiptHandle"]], each["VisibilityTimeout"])
        return {}

    def get_queue_attributes(self, *, QueueUrl: str, **_: Any) -> Any:  # noqa: N803
        queue = self.queues[QueueUrl]
        free = [each for each in queue.kept if each.visible_at <= self.clock.monotonic()]
        return {"Attributes": {"ApproximateNumberOfMessages": str(len(free))}}


def _message(record: Any) -> Any:
    return {
        "MessageId": record["messageId"],
        "ReceiptHandle": record["receiptHandle"],
        "Body": record["body"],
        "Attributes": record["attributes"],
        "MessageAttributes": {
            name: {"StringValue": each["stringValue"]} for name, each in record["messageAttributes"].items()
        },
    }


@dataclass(kw_only=True)
class Rig:
    """The operator, and both queues of the relay."""

    clock: SteppedClock
    sqs: Sqs
    operator: Operator
    caller: Caller
    numbers: list[int] = field(default_factory=list)

    @property
    def dead(self) -> FifoQueue:
        return self.sqs.queues["dead"]

    @property
    def back(self) -> list[str]:
        """The groups of what is in the queue again."""
        return [each.group for each in self.sqs.queues["queue"].kept]

    def bury(self, number: int, channel: str = "C1") -> None:
        """Dead letters of ours."""
        for _ in range(number):
            self.numbers.append(len(self.numbers))
            said = self.caller.notification(f"n{len(self.numbers)}", "T1", channel, card=WORDS)
            statement: Statement = self.caller.statement(said)
            self.put(queue_text(statement, card_text(WORDS)), channel, name_of(said.id))

    def bury_strange(self, number: int, channel: str = "C1") -> None:
        for _ in range(number):
            self.numbers.append(len(self.numbers))
            self.put("not ours", channel, f"s{len(self.numbers)}")

    def put(self, body: str, channel: str, name: str) -> None:
        group = f"acme#T1#{channel}"
        self.dead.send(body, group=group, deduplication_id=name, attributes={"reason": "is_archived"})


@pytest.fixture
def rig() -> Rig:
    clock = SteppedClock()
    sqs = Sqs(clock=clock, queues={name: FifoQueue(clock=clock) for name in ("queue", "dead")})
    operator = Operator(
        client=lambda _service: sqs,
        table="table",
        queue_url="queue",
        dead_letters_url="dead",
        clock=clock,  # type: ignore[arg-type]
    )
    return Rig(clock=clock, sqs=sqs, operator=operator, caller=Caller("acme", "k1", "relay", clock))


def test_all_of_a_channel_is_put_back_in_its_order_however_much_it_is(rig: Rig) -> None:
    rig.bury(25)
    rig.bury(3, "C2")
    before = [each.body for each in rig.dead.kept if each.group == "acme#T1#C1"]

    assert redrive(rig.operator) == "28 dead letters are in the queue again."

    kept = rig.sqs.queues["queue"].kept
    assert [each.body for each in kept if each.group == "acme#T1#C1"] == before
    assert rig.back.count("acme#T1#C2") == 3
    assert rig.dead.kept == []


def test_without_any_it_says_so(rig: Rig) -> None:
    assert redrive(rig.operator) == "There are no dead letters."


def test_what_nobody_has_signed_stays_and_holds_up_nothing_that_stands_behind_it(rig: Rig) -> None:
    rig.bury_strange(3)
    rig.bury(12)
    rig.bury_strange(1)
    rig.bury(4)

    said = redrive(rig.operator)

    assert said == "16 dead letters are in the queue again. 4 that are no message of an agent stay there."
    assert [each.body for each in rig.dead.kept] == ["not ours"] * 4
    assert len(looked_at(rig.operator).letters) == 4


def test_what_stands_behind_ten_that_nobody_has_signed_is_named(rig: Rig) -> None:
    rig.bury_strange(10)
    rig.bury(21)

    said = redrive(rig.operator)

    assert said == (
        "0 dead letters are in the queue again. 10 that are no message of an agent stay there. "
        "And 21 more behind these: run it again."
    )
    assert relay_dead_letters.as_text(looked_at(rig.operator)).splitlines()[-1] == "And 21 more behind these."


def test_what_is_said_in_vain_once_more_meanwhile_is_not_put_back_for_ever(rig: Rig) -> None:
    rig.bury(15)

    def dies_again(given: Any) -> None:
        name = f"again {given['MessageDeduplicationId']}"
        rig.put(given["MessageBody"], given["MessageGroupId"].rpartition("#")[2], name)

    rig.sqs.on_send = dies_again
    said = redrive(rig.operator)

    assert said.startswith("15 dead letters are in the queue again. ")
    assert " have come back already." in said
    assert len(rig.dead.kept) == len(rig.back) == 15


def test_so_many_at_a_time_and_the_rest_is_named(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_dead_letters, "MOST", 20)
    rig.bury(33)

    assert redrive(rig.operator) == "20 dead letters are in the queue again. And 13 more behind these: run it again."
    assert redrive(rig.operator) == "13 dead letters are in the queue again."


def test_looking_at_many_leaves_all_of_them_free_again(rig: Rig) -> None:
    for number in range(60):
        rig.bury(1, f"C{number}")

    first = looked_at(rig.operator)
    again = looked_at(rig.operator)

    assert (len(first.letters), first.hidden) == (60, 0)
    assert [each.id for each in again.letters] == [each.id for each in first.letters]
    assert relay_dead_letters.facts(again)["dead_letters"][0] == {
        "delivery_id": "delivery-n1",
        "reason": "is_archived",
        "group": "acme#T1#C0",
    }


def test_an_operator_whose_clock_is_slow_puts_back_after_the_letter_died_all_the_same(rig: Rig) -> None:
    slow = replace(rig.operator, clock=SteppedClock())  # type: ignore[arg-type]
    rig.clock.wait(60)
    rig.bury(1)
    (died,) = (each.sent_at for each in rig.dead.kept)

    redrive(slow)

    (back,) = rig.sqs.queues["queue"].kept
    assert int(back.attributes["redriven"]) >= died > slow.now
