"""That the local cloud's SQS keeps what SQS promises, before anything rests on it."""

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError

from agent.clock import SystemClock
from infra.sandbox.cloud.ministack import Aws

pytestmark = pytest.mark.cloud


class Fifo:
    """A FIFO queue of high throughput, whose messages come again after a second."""

    def __init__(self, client: Any, url: str) -> None:
        self.client, self.url = client, url

    def send(self, body: str, *, group: str = "g", id_: str = "") -> Any:
        return self.client.send_message(
            QueueUrl=self.url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=id_ or f"{group}-{body}"
        )

    def receive(self, *, wait_s: int = 0) -> list[Any]:
        answer = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_s)
        found: list[Any] = answer.get("Messages", [])
        return found

    def delete(self, message: Any) -> None:
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])


def bodies(messages: list[Any]) -> list[str]:
    return [each["Body"] for each in messages]


@pytest.fixture
async def queue(aws: Aws) -> Fifo:
    client = aws.client("sqs")
    dead = client.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    attributes = {
        "FifoQueue": "true",
        "DeduplicationScope": "messageGroup",
        "FifoThroughputLimit": "perMessageGroupId",
        "VisibilityTimeout": "1",
        "RedrivePolicy": f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 3}}',
    }
    return Fifo(client, client.create_queue(QueueName="queue.fifo", Attributes=attributes)["QueueUrl"])


async def received_again(queue: Fifo, number: int) -> list[Any]:
    """What comes once the time-out is over."""
    async with asyncio.timeout(30):
        while len(found := queue.receive()) < number:
            assert not found
            await SystemClock().sleep(0.1)
    return found


def test_a_batch_is_enqueued_in_the_order_of_its_entries(queue: Fifo) -> None:
    entries = [
        {"Id": str(n), "MessageBody": str(n), "MessageGroupId": "g", "MessageDeduplicationId": str(n)} for n in range(4)
    ]
    queue.client.send_message_batch(QueueUrl=queue.url, Entries=entries)

    assert bodies(queue.receive()) == ["0", "1", "2", "3"]


def test_a_group_waits_for_what_was_received_of_it_and_others_dont(queue: Fifo) -> None:
    queue.send("0")
    assert bodies(queue.receive()) == ["0"]
    queue.send("1")
    queue.send("0", group="other")

    assert bodies(queue.receive()) == ["0"]


async def test_what_timed_out_comes_again_in_order(queue: Fifo) -> None:
    for n in range(4):
        queue.send(str(n))
    assert bodies(queue.receive()) == ["0", "1", "2", "3"]

    assert bodies(await received_again(queue, 4)) == ["0", "1", "2", "3"]


async def test_what_is_given_back_together_comes_again_in_order(queue: Fifo) -> None:
    for n in range(5):
        queue.send(str(n))
    entries = [
        {"Id": str(n), "ReceiptHandle": each["ReceiptHandle"], "VisibilityTimeout": 0}
        for n, each in enumerate(queue.receive())
    ]
    queue.client.change_message_visibility_batch(QueueUrl=queue.url, Entries=entries)

    assert bodies(await received_again(queue, 5)) == ["0", "1", "2", "3", "4"]


def test_a_duplicate_is_dropped_while_the_first_is_queued(queue: Fifo) -> None:
    queue.send("first", id_="same")
    queue.send("second", id_="same")

    assert bodies(queue.receive()) == ["first"]
    assert queue.receive() == []


def test_a_duplicate_is_dropped_after_the_first_was_deleted_too(queue: Fifo) -> None:
    queue.send("first", id_="same")
    queue.delete(queue.receive()[0])
    queue.send("second", id_="same")

    assert queue.receive() == []


def test_the_same_id_in_another_group_is_no_duplicate(queue: Fifo) -> None:
    queue.send("first", id_="same")
    queue.send("second", id_="same", group="other")

    assert sorted(bodies(queue.receive())) == ["first", "second"]


def test_sequence_numbers_rise(queue: Fifo) -> None:
    numbers = [int(queue.send(str(n))["SequenceNumber"]) for n in range(5)]

    assert numbers == sorted(set(numbers))


def test_a_body_that_sqs_refuses_fails_alone(queue: Fifo) -> None:
    entries = [
        {"Id": str(n), "MessageBody": body, "MessageGroupId": "g", "MessageDeduplicationId": str(n)}
        for n, body in enumerate(["good", "bad \ufffe", "good too"])
    ]
    answer = queue.client.send_message_batch(QueueUrl=queue.url, Entries=entries)

    assert [each["Id"] for each in answer["Failed"]] == ["1"]
    assert bodies(queue.receive()) == ["good", "good too"]


async def test_nothing_is_deleted_by_a_handle_that_has_expired(queue: Fifo) -> None:
    queue.send("0")
    (first,) = queue.receive()
    (again,) = await received_again(queue, 1)

    with pytest.raises(ClientError):
        queue.delete(first)
    queue.delete(again)


async def test_what_is_received_too_often_goes_to_the_dead_letters_and_the_next_follows(queue: Fifo) -> None:
    queue.send("poison")
    for _ in range(3):
        await received_again(queue, 1)
    queue.send("next")

    assert bodies(await received_again(queue, 1)) == ["next"]
    dead = Fifo(queue.client, queue.url.replace("queue.fifo", "dead.fifo"))
    assert bodies(dead.receive()) == ["poison"]


def test_more_than_ten_entries_are_refused(queue: Fifo) -> None:
    entries = [
        {"Id": str(n), "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": str(n)} for n in range(11)
    ]

    with pytest.raises(ClientError, match="TooManyEntries"):
        queue.client.send_message_batch(QueueUrl=queue.url, Entries=entries)


async def test_a_long_poll_wakes_when_something_comes(queue: Fifo) -> None:
    waiting = asyncio.create_task(asyncio.to_thread(queue.receive, wait_s=20))
    await SystemClock().sleep(0.2)
    queue.send("0")

    async with asyncio.timeout(15):
        assert bodies(await waiting) == ["0"]
