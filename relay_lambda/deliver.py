"""The relay's other half: what waits in the queue is said in Slack, in the order of each channel.

The answer names the messages that are to come again (`ReportBatchItemFailures`). What broke as a whole is raised, and
then all of it comes again.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from relay_lambda import wiring
from relay_lambda.carrying.batch import carry


class Context(Protocol):
    """What Lambda tells of an invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """Until the function's time-out."""


class _Deadline:
    def __init__(self, context: Context) -> None:
        self._context = context

    def remaining_s(self) -> float:
        return self._context.get_remaining_time_in_millis() / 1000


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """What Lambda calls."""
    failed = carry(wiring.deliver_parts(), event["Records"], _Deadline(context))
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}
