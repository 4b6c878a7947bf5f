"""The sending half of the queue: rounds, batches, and what a failed entry stops."""

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from relay_lambda.sending import MOST_BYTES, MOST_ENTRIES, Message, Sending
from relay_lambda.unavailable import Unavailable


class Queue:
    """SQS: `fails` are the deduplication ids that it doesn't take."""

    def __init__(self, fails: Sequence[str] = ()) -> None:
        self.fails = set(fails)
        self.batches: list[list[dict[str, str]]] = []

    @property
    def taken(self) -> list[str]:
        entries = [entry for batch in self.batches for entry in batch]
        return [
            entry["MessageDeduplicationId"] for entry in entries if entry["MessageDeduplicationId"] not in self.fails
        ]

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl == "url"
        assert 1 <= len(Entries) <= MOST_ENTRIES
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        assert sum(len(entry["MessageBody"].encode()) for entry in Entries) <= MOST_BYTES
        self.batches.append(Entries)
        failed = [entry for entry in Entries if entry["MessageDeduplicationId"] in self.fails]
        return {
            "Successful": [{"Id": entry["Id"]} for entry in Entries if entry not in failed],
            **({"Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in failed]} if failed else {}),
        }


def messages(*groups: str, size: int = 10) -> list[Message]:
    """`messages("a", "b", "a")`: a0, b1, a2."""
    return [
        Message(group=group, deduplication_id=f"{group}{number}", text="x" * size)
        for number, group in enumerate(groups)
    ]


def test_the_nth_of_every_channel_goes_in_the_nth_round() -> None:
    queue = Queue()

    Sending(queue, "url").send(messages("a", "a", "a", "b", "c", "b"))

    assert [[entry["MessageDeduplicationId"] for entry in batch] for batch in queue.batches] == [
        ["a0", "b3", "c4"],
        ["a1", "b5"],
        ["a2"],
    ]


def test_a_group_with_a_failed_entry_gets_no_more_and_the_others_do() -> None:
    queue = Queue(fails=["a1"])

    with pytest.raises(Unavailable, match="Failed"):
        Sending(queue, "url").send(messages("a", "a", "a", "b", "b", "b"))

    assert queue.taken == ["a0", "b3", "b4", "b5"]


def test_an_entry_that_the_answer_does_not_name_counts_as_failed() -> None:
    class Silent(Queue):
        def send_message_batch(self, **given: Any) -> dict[str, Any]:
            super().send_message_batch(**given)
            return {}

    queue = Silent()

    with pytest.raises(Unavailable):
        Sending(queue, "url").send(messages("a", "a"))

    assert queue.taken == ["a0"]


@pytest.mark.parametrize(
    ("failure", "what"),
    [
        (ClientError({"Error": {"Code": "AccessDenied"}}, "SendMessageBatch"), "AccessDenied"),
        (EndpointConnectionError(endpoint_url="https://sqs.example"), "EndpointConnectionError"),
    ],
)
def test_a_call_that_fails_stops_everything(failure: Exception, what: str) -> None:
    class Broken(Queue):
        def send_message_batch(self, **given: Any) -> dict[str, Any]:
            super().send_message_batch(**given)
            raise failure

    queue = Broken()

    with pytest.raises(Unavailable, match=what):
        Sending(queue, "url").send(messages("a", "a", "b"))

    assert len(queue.batches) == 1


@given(st.lists(st.tuples(st.sampled_from("abcdefghijklmnop"), st.integers(1, MOST_BYTES // 3)), max_size=40))
def test_everything_is_sent_once_in_batches_that_sqs_takes_and_in_order(wanted: list[tuple[str, int]]) -> None:
    given_messages = [
        Message(group=group, deduplication_id=f"{group}{number:03}", text="x" * size)
        for number, (group, size) in enumerate(wanted)
    ]
    queue = Queue()

    Sending(queue, "url").send(given_messages)

    for group in {group for group, _ in wanted}:
        of_group = [each.deduplication_id for each in given_messages if each.group == group]
        assert [id_ for id_ in queue.taken if id_.startswith(group)] == of_group
    assert all(len({entry["MessageGroupId"] for entry in batch}) == len(batch) for batch in queue.batches)


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.sets(st.integers(0, 29)))
def test_what_is_taken_of_a_group_is_its_beginning(groups: list[str], failing: set[int]) -> None:
    given_messages = messages(*groups)
    queue = Queue(fails=[each.deduplication_id for n, each in enumerate(given_messages) if n in failing])

    try:
        Sending(queue, "url").send(given_messages)
        is_whole = True
    except Unavailable:
        is_whole = False

    for group in set(groups):
        of_group = [each.deduplication_id for each in given_messages if each.group == group]
        taken = [id_ for id_ in queue.taken if id_.startswith(group)]
        assert taken == of_group[: len(taken)]
        assert not is_whole or taken == of_group
