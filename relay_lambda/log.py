"""Logs of the relay: one JSON object a line, a constant message, data in fields.

Never a token, a signature, a body or a card. A metric is such a line too, in CloudWatch's embedded format, so that
counting takes no call.
"""

import json
import sys
from typing import Any, Protocol

from relay_lambda.clock import Clock

NAMESPACE = "ghe-slack/relay"


class Log(Protocol):
    """Where lines go."""

    def info(self, message: str, **fields: Any) -> None:
        """Something that was to be expected."""

    def warning(self, message: str, **fields: Any) -> None:
        """Something that somebody may want to look at."""

    def count(self, metric: str, number: int = 1, **fields: Any) -> None:
        """Add to a metric."""


class JsonLog:
    """Lines on standard output, where Lambda's are collected."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def info(self, message: str, **fields: Any) -> None:
        """See the port."""
        self._line({"level": "info", "message": message} | fields)

    def warning(self, message: str, **fields: Any) -> None:
        """See the port."""
        self._line({"level": "warning", "message": message} | fields)

    def count(self, metric: str, number: int = 1, **fields: Any) -> None:
        """See the port: the metric has no dimension, the other fields are only read by people."""
        directive = {"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": [{"Name": metric, "Unit": "Count"}]}
        at_ms = int(self._clock.now().timestamp() * 1000)
        embedded = {"_aws": {"Timestamp": at_ms, "CloudWatchMetrics": [directive]}, metric: number}
        self._line({"level": "info", "message": "counted"} | fields | embedded)

    def _line(self, fields: dict[str, Any]) -> None:
        at = self._clock.now().isoformat(timespec="milliseconds")
        sys.stdout.write(json.dumps({"at": at} | fields, separators=(",", ":"), default=str) + "\n")
        sys.stdout.flush()
