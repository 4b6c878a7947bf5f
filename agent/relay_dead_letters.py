"""What the relay couldn't say: looked at and put back, with the operator's own AWS credentials."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agent.relay_agents import Operator
from shared.dispatch import name_of, queue_of, statement_of

REASON_OF_QUEUE = "received too often"
"""SQS moved it by itself, and says no more."""
_UNREADABLE = "?"
DEDUPLICATION_S = 300
"""For so long SQS drops, and says nothing, what comes again under the same id."""
_HELD_S = 30
_BATCH, _MOST = 10, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One of them. `name`: what the queue knows it by; empty when it isn't one of ours."""

    delivery_id: str
    name: str
    reason: str
    agent_id: str
    group: str
    body: str
    handle: str
    sent_at: float


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
    """Put back what is ours and old enough, leave the rest; what was done, in a sentence. Raises `Failure`."""
    letters = list(_received(operator))
    moved = [letter for letter in letters if letter.name and operator.now - letter.sent_at > DEDUPLICATION_S]
    for letter in moved:
        _put_back(operator, letter)
    stay = [letter for letter in letters if letter not in moved]
    for letter in stay:
        _let_go(operator, letter)
    strange = sum(not letter.name for letter in stay)
    young = len(stay) - strange
    return " ".join(
        [
            f"{len(moved)} dead letters are in the queue again.",
            *([f"{young} are younger than five minutes, and SQS would drop them: try again later."] if young else []),
            *([f"{strange} that no agent has signed stay there."] if strange else []),
        ]
    )


def _put_back(operator: Operator, letter: DeadLetter) -> None:
    """There first, then away from here: a crash between the two says nothing twice, since the ledger knows it."""
    operator.called(
        "sqs",
        "send_message",
        QueueUrl=operator.queue_url,
        MessageBody=letter.body,
        MessageGroupId=letter.group,
        MessageDeduplicationId=letter.name,
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
    name = delivery_id = ""
    try:
        _, notification = statement_of(queue_of(message["Body"])[0].text)
        name, delivery_id = name_of(notification.id), notification.delivery_id
    except (ValueError, TypeError):
        pass  # it is not one of ours
    return DeadLetter(
        delivery_id=said.get("delivery") or delivery_id,
        name=name,
        reason=said.get("reason") or REASON_OF_QUEUE,
        agent_id=said.get("agent", ""),
        group=message["Attributes"]["MessageGroupId"],
        body=message["Body"],
        handle=message["ReceiptHandle"],
        sent_at=int(message["Attributes"]["SentTimestamp"]) / 1000,
    )
