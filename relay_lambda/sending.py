"""The sending half of the queue: all notifications of a dispatch, so that none overtakes another of its channel.

    channel A   1   2   3             round 1: A1 B1 C1     a batch has at most one message of a group, since a later
    channel B   1   2                 round 2: A2 B2        entry of the same group could be taken where an earlier
    channel C   1                     round 3: A3           one failed

A group with a failed entry gets no more; the dispatch comes again as a whole, and deduplication drops what is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from relay_lambda.unavailable import Unavailable

MOST_ENTRIES = 10
MOST_BYTES = 1024 * 1024
"""SQS's limit of one message, and of one batch in sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: ASCII, since SQS refuses some characters of Unicode."""

    group: str
    deduplication_id: str
    text: str

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.text)


class Sending:
    """The FIFO queue of `deliver`; `client` is boto3's for SQS."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def send(self, messages: Sequence[Message]) -> None:
        """Enqueue all of them. Raises `Unavailable` when one isn't; those of other groups are there then, maybe."""
        failed: set[str] = set()
        for turn in _rounds(messages):
            for batch in _batches([each for each in turn if each.group not in failed]):
                failed |= self._sent(batch)
        if failed:
            raise Unavailable("sqs send_message_batch: Failed")

    def _sent(self, batch: Sequence[Message]) -> set[str]:
        entries = [
            {
                "Id": str(number),
                "MessageBody": each.text,
                "MessageGroupId": each.group,
                "MessageDeduplicationId": each.deduplication_id,
            }
            for number, each in enumerate(batch)
        ]
        try:
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        except ClientError as failure:
            code = failure.response.get("Error", {}).get("Code", "")
            raise Unavailable(f"sqs send_message_batch: {code}") from failure
        except BotoCoreError as failure:
            raise Unavailable(f"sqs send_message_batch: {type(failure).__name__}") from failure
        taken = {each["Id"] for each in answer.get("Successful", ())}
        return {each.group for number, each in enumerate(batch) if str(number) not in taken}


def _rounds(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """The n-th of every group in the n-th round."""
    groups: dict[str, list[Message]] = {}
    for each in messages:
        groups.setdefault(each.group, []).append(each)
    for turn in count():
        found = [group[turn] for group in groups.values() if turn < len(group)]
        if not found:
            return
        yield found


def _batches(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    batch: list[Message] = []
    for each in messages:
        if batch and (len(batch) == MOST_ENTRIES or sum(one.size for one in batch) + each.size > MOST_BYTES):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch
