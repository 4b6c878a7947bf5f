"""Ways back for what `deliver` has received: given back to its queue, or put into the dead letters.

A dead letter is the message as it came, in its group, with the attributes `reason`, and as far as they are proved
`agent`, `id` and `delivery`. Put back into the queue with the attribute `redriven` (seconds since 1970), it is tried
once more.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from relay_lambda.carrying.ports import DeadLetter
from relay_lambda.unavailable import Unavailable

MOST_S = 11 * 3600
"""SQS hides a message for twelve hours at most, counted from when it was received."""
_MOST_ENTRIES = 10


class SqsReturning:
    """`relay_lambda.carrying.ports.Returning`; `client` is boto3's for SQS."""

    def __init__(self, client: Any, *, queue_url: str, dead_letter_url: str) -> None:
        self._client, self._queue_url, self._dead_letter_url = client, queue_url, dead_letter_url

    def give_back(self, handles: Sequence[str], seconds: int) -> None:
        """See the port."""
        for start in range(0, len(handles), _MOST_ENTRIES):
            entries = [
                {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": min(seconds, MOST_S)}
                for number, handle in enumerate(handles[start : start + _MOST_ENTRIES])
            ]
            answer = self._called("change_message_visibility_batch", QueueUrl=self._queue_url, Entries=entries)
            if answer.get("Failed"):
                raise Unavailable("sqs change_message_visibility_batch: Failed")

    def bury(self, letter: DeadLetter) -> None:
        """See the port."""
        named = {
            "reason": letter.reason,
            "agent": letter.agent_id,
            "id": letter.id,
            "delivery": letter.delivery_id,
        }
        same = hashlib.sha256(f"{letter.message_id} {letter.reason}".encode()).hexdigest()
        self._called(
            "send_message",
            QueueUrl=self._dead_letter_url,
            MessageBody=letter.body,
            MessageGroupId=letter.group,
            MessageDeduplicationId=same,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": text} for name, text in named.items() if text
            },
        )

    def _called(self, method: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, method)(**arguments)
        except ClientError as failure:
            code = failure.response.get("Error", {}).get("Code", "")
            raise Unavailable(f"sqs {method}: {code}") from failure
        except BotoCoreError as failure:
            raise Unavailable(f"sqs {method}: {type(failure).__name__}") from failure
