"""What the relay couldn't say: looked at and put back, with the operator's own AWS credentials.

Of a FIFO queue nothing comes behind what somebody holds of its group, ten messages at most: so what is put back goes
batch by batch, and what stays is held until all the rest that can be seen was.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import ceil
from typing import Any

from agent.relay_agents import Operator
from shared.dispatch import deduplication_id, name_of, queue_of, statement_of

REASON_OF_QUEUE = "received too often"
"""SQS moved it by itself, and says no more."""
MOST = 1000
"""As many are looked at, or put back, at a time."""
_UNREADABLE = "?"
_HELD_S = 120
_BATCH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One of them. `name` of its notification, and when that was signed: empty when it isn't one of ours."""

    id: str
    """SQS's, of the message."""
    delivery_id: str
    name: str
    signed_at: int
    reason: str
    agent_id: str
    group: str
    body: str
    handle: str
    sent_at: int
    """When it became one, in seconds since 1970 by the clock of AWS, rounded up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Those that could be seen; of one channel only the first ones can. `total` is SQS's own, rough number."""

    letters: Sequence[DeadLetter]
    total: int

    @property
    def hidden(self) -> int:
        """How many stand behind these, roughly."""
        return max(0, self.total - len(self.letters))


def looked_at(operator: Operator) -> Looked:
    """Look, and leave them there. Raises `Failure`."""
    seen: dict[str, DeadLetter] = {}
    for letters in _batches(operator):
        if not (fresh := [each for each in letters if each.id not in seen]):
            break  # they come again, since they were held for too long
        seen |= {each.id: each for each in fresh}
        if len(seen) >= MOST:
            break
    _let_go(operator, seen.values())
    return Looked(letters=list(seen.values()), total=_total(operator))


def facts(looked: Looked) -> Mapping[str, Any]:
    """For programs."""
    shown = [{"delivery_id": each.delivery_id, "reason": each.reason, "group": each.group} for each in looked.letters]
    return {"dead_letters": shown, "dead_letters_behind": looked.hidden}


def as_text(looked: Looked) -> str:
    """A line for each."""
    if not looked.letters:
        return "There are no dead letters."
    lines = [f"{each.delivery_id or _UNREADABLE}  {each.reason}  {each.group}" for each in looked.letters]
    return "\n".join([*lines, f"And {looked.hidden} more behind these."] if looked.hidden else lines)


@dataclass(slots=True, kw_only=True)
class _Redriven:
    """What was put back by now, and what stays there: nobody's, or said in vain once more meanwhile."""

    moved: set[tuple[str, int]] = field(default_factory=set)
    strange: set[str] = field(default_factory=set)
    back: set[str] = field(default_factory=set)
    groups: Counter[str] = field(default_factory=Counter)
    """How many stay in each channel."""

    @property
    def is_cut(self) -> bool:
        """Whether there may be others that couldn't be seen."""
        return (
            len(self.moved) >= MOST or not (self.moved or self.groups) or max(self.groups.values(), default=0) >= _BATCH
        )

    def stays(self, letter: DeadLetter) -> None:
        """Note one that isn't put back."""
        if letter.id not in self.strange | self.back:
            (self.back if letter.name else self.strange).add(letter.id)
            self.groups[letter.group] += 1


def redrive(operator: Operator) -> str:
    """Put back what is ours, leave the rest; what was done, in a sentence. Raises `Failure`."""
    done = _Redriven()
    while _moved_once(operator, done) and done.groups and len(done.moved) < MOST:
        pass  # behind what stays there may stand others
    left = max(0, _total(operator) - done.groups.total()) if done.is_cut else 0
    if not (done.moved or done.groups or left):
        return "There are no dead letters."
    says = [f"{len(done.moved)} dead letters are in the queue again."]
    if done.strange:
        says.append(f"{len(done.strange)} that are no message of an agent stay there.")
    if done.back:
        says.append(f"{len(done.back)} have come back already.")
    if left:
        says.append(f"And {left} more behind these: run it again.")
    return " ".join(says)


def _moved_once(operator: Operator, done: _Redriven) -> bool:
    """Go through what can be seen; whether anything of it was put back."""
    before, held = len(done.moved), dict[str, DeadLetter]()
    for letters in _batches(operator):
        if all(each.id in held for each in letters):
            break  # they come again, since they were held for too long
        for letter in letters:
            statement = letter.name, letter.signed_at
            if letter.name and statement not in done.moved:
                _put_back(operator, letter)
                done.moved.add(statement)
            else:
                held[letter.id] = letter
                done.stays(letter)
        if len(done.moved) >= MOST:
            break
    _let_go(operator, held.values())
    return len(done.moved) > before


def _put_back(operator: Operator, letter: DeadLetter) -> None:
    """There first, then away from here: a crash between the two says nothing twice, since the ledger knows it.

    It counts as put back after it died, by AWS's clock if ours is behind.
    """
    at = max(operator.now, letter.sent_at)
    operator.called(
        "sqs",
        "send_message",
        QueueUrl=operator.queue_url,
        MessageBody=letter.body,
        MessageGroupId=letter.group,
        MessageDeduplicationId=deduplication_id(letter.name, letter.signed_at, at),
        MessageAttributes={"redriven": {"DataType": "Number", "StringValue": str(at)}},
    )
    operator.called("sqs", "delete_message", QueueUrl=operator.dead_letters_url, ReceiptHandle=letter.handle)


def _let_go(operator: Operator, letters: Iterable[DeadLetter]) -> None:
    """What isn't held any more by then is free already."""
    left = iter(letters)
    while some := list(islice(left, _BATCH)):
        entries = [
            {"Id": str(number), "ReceiptHandle": each.handle, "VisibilityTimeout": 0}
            for number, each in enumerate(some)
        ]
        operator.called("sqs", "change_message_visibility_batch", QueueUrl=operator.dead_letters_url, Entries=entries)


def _total(operator: Operator) -> int:
    answer = operator.called(
        "sqs",
        "get_queue_attributes",
        QueueUrl=operator.dead_letters_url,
        AttributeNames=["ApproximateNumberOfMessages"],
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def _batches(operator: Operator) -> Iterator[Sequence[DeadLetter]]:
    """Those that are free, hidden for a while from whoever else looks; until there are none."""
    while True:
        answer = operator.called(
            "sqs",
            "receive_message",
            QueueUrl=operator.dead_letters_url,
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=_HELD_S,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        if not (messages := answer.get("Messages")):
            return
        yield [_letter(each) for each in messages]


def _letter(message: dict[str, Any]) -> DeadLetter:
    said = {name: each.get("StringValue", "") for name, each in message.get("MessageAttributes", {}).items()}
    name, delivery_id, signed_at = "", "", 0
    try:
        statement, _ = queue_of(message["Body"])
        _, notification = statement_of(statement.text)
        name, delivery_id, signed_at = name_of(notification.id), notification.delivery_id, statement.timestamp
    except (ValueError, TypeError):
        pass  # it is not one of ours
    return DeadLetter(
        id=message["MessageId"],
        delivery_id=said.get("delivery") or delivery_id,
        name=name,
        signed_at=signed_at,
        reason=said.get("reason") or REASON_OF_QUEUE,
        agent_id=said.get("agent", ""),
        group=message["Attributes"]["MessageGroupId"],
        body=message["Body"],
        handle=message["ReceiptHandle"],
        sent_at=ceil(int(message["Attributes"]["SentTimestamp"]) / 1000),
    )
