"""What the relay couldn't say: looked at and put back, with the operator's own AWS credentials."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agent.relay_agents import Operator
from shared.dispatch import deduplication_id, name_of, queue_of, statement_of

REASON_OF_QUEUE = "received too often"
"""SQS moved it by itself, and says no more."""
_UNREADABLE = "?"
_HELD_S = 30
_BATCH, _MOST = 10, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One of them. `name` of its notification, and when that was signed: empty when it isn't one of ours."""

    delivery_id: str
    name: str
    signed_at: int
    reason: str
    agent_id: str
    group: str
    body: str
    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Those that could be seen; of one channel only the first ones can. `total` is SQS's own, rough number."""

    letters: Sequence[DeadLetter]
    total: int


def looked_at(operator: Operator) -> Looked:
    """Look, and leave them there. Raises `Failure`."""
    letters = list(_received(operator))
    for letter in letters:
        _let_go(operator, letter)
    answer = operator.called(
        "sqs",
        "get_queue_attributes",
        QueueUrl=operator.dead_letters_url,
        AttributeNames=["ApproximateNumberOfMessages"],
    )
    total = int(answer["Attributes"]["ApproximateNumberOfMessages"])
    return Looked(letters=letters, total=max(total, len(letters)))


def as_text(looked: Looked) -> str:
    """A line for each."""
    if not looked.letters:
        return "There are no dead letters."
    lines = [f"{each.delivery_id or _UNREADABLE}  {each.reason}  {each.group}" for each in looked.letters]
    hidden = looked.total - len(looked.letters)
    return "\n".join([*lines, f"And {hidden} more behind these."] if hidden > 0 else lines)


def redrive(operator: Operator) -> str:
    """Put back what is ours, leave the rest; what was done, in a sentence. Raises `Failure`."""
    letters = list(_received(operator))
    moved = [letter for letter in letters if letter.name]
    strange = [letter for letter in letters if not letter.name]
    for letter in moved:
        _put_back(operator, letter)
    for letter in strange:
        _let_go(operator, letter)
    stay = f" {len(strange)} that no agent has signed stay there." if strange else ""
    return f"{len(moved)} dead letters are in the queue again.{stay}"


def _put_back(operator: Operator, letter: DeadLetter) -> None:
    """There first, then away from here: a crash between the two says nothing twice, since the ledger knows it."""
    operator.called(
        "sqs",
        "send_message",
        QueueUrl=operator.queue_url,
        MessageBody=letter.body,
        MessageGroupId=letter.group,
        MessageDeduplicationId=deduplication_id(letter.name, letter.signed_at, operator.now),
        MessageAttributes={"redriven": {"DataType": "Number", "StringValue": str(operator.now)}},
    )
    operator.called("sqs", "delete_message", QueueUrl=operator.dead_letters_url, ReceiptHandle=letter.handle)


def _let_go(operator: Operator, letter: DeadLetter) -> None:
    operator.called(
        "sqs",
        "change_message_visibility",
        QueueUrl=operator.dead_letters_url,
        ReceiptHandle=letter.handle,
        VisibilityTimeout=0,
    )


def _received(operator: Operator) -> Iterator[DeadLetter]:
    """Those that are free, hidden for a while from whoever else looks."""
    for _ in range(_MOST // _BATCH):
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
        yield from (_letter(each) for each in messages)


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
        delivery_id=said.get("delivery") or delivery_id,
        name=name,
        signed_at=signed_at,
        reason=said.get("reason") or REASON_OF_QUEUE,
        agent_id=said.get("agent", ""),
        group=message["Attributes"]["MessageGroupId"],
        body=message["Body"],
        handle=message["ReceiptHandle"],
    )
