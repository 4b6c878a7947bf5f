"""What `front` answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from math import ceil
from typing import Any

AFTER_S = 5.0
"""How long an agent is asked to wait when nothing behind `front` says so itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`body` is JSON; None is an empty one."""

    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


UNAUTHENTICATED = Answer(status=401)
"""One and the same for every reason, so that nobody learns which key there is."""


def refused(status: int, error: str, **more: Any) -> Answer:
    """A refusal that says why, for those who have proved who they are."""
    return Answer(status=status, body={"error": error} | more)


def later(after_s: float | None = None) -> Answer:
    """Something behind `front` doesn't work."""
    seconds = max(1, ceil(AFTER_S if after_s is None else after_s))
    return Answer(status=503, headers={"retry-after": str(seconds)})


def response(answer: Answer, now: datetime) -> dict[str, Any]:
    """The answer as a function URL takes it (payload format 2.0); each has the time."""
    headers = {"date": format_datetime(now, usegmt=True), "cache-control": "no-store"} | dict(answer.headers)
    body = ""
    if answer.body is not None:
        headers["content-type"] = "application/json"
        body = json.dumps(answer.body, separators=(",", ":"))
    return {"statusCode": answer.status, "headers": headers, "body": body, "isBase64Encoded": False}
