"""When a request may be repeated: rate limits and a server in trouble.

Rate limits are off by default on GHES; without them there are no `X-RateLimit-*` headers, and their absence means
unlimited. A limited request was not carried out, so any method may be repeated; after a 5xx only what is idempotent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from agent.ghes.server import sent_at

MOST_RETRIES = 4
PATIENCE_S = 120.0
"""A longer wait isn't waited: the caller hears of the limit instead."""

_SECONDARY_WAIT_S = 60.0
_FIRST_BACKOFF_S = 0.25
_REPEATABLE = frozenset({"GET", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer as it came; the names of `headers` are compared without case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def wait_s(
    answer: Answer, *, method: str, attempt: int, now: datetime, is_graphql: bool = False, jitter: float = 0.0
) -> float | None:
    """Seconds to wait before the request is repeated; None when this answer stands.

    `attempt` counts the repetitions so far. `jitter` (0 to 1) stretches the back-off.
    """
    if attempt >= MOST_RETRIES:
        return None
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _FIRST_BACKOFF_S * 2**attempt * (1 + jitter) if method in _REPEATABLE else None
    wait = _limited_s(answer, now, is_graphql=is_graphql)
    return wait if wait is not None and wait <= PATIENCE_S else None


def _limited_s(answer: Answer, now: datetime, *, is_graphql: bool) -> float | None:
    refused = answer.status in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
    if not refused and not (is_graphql and b"RATE_LIMITED" in answer.body):
        return None
    retry_after = answer.headers.get("Retry-After", "")
    if retry_after.isdecimal():
        return max(1.0, float(retry_after))
    if answer.headers.get("X-RateLimit-Remaining") == "0":
        return _until_reset_s(answer, now)
    if answer.status != HTTPStatus.FORBIDDEN or b"secondary rate limit" in answer.body.lower():
        return _SECONDARY_WAIT_S
    return None


def _until_reset_s(answer: Answer, now: datetime) -> float:
    """The reset is an instant of the server's clock, so the server's `Date` goes before our clock."""
    reset = answer.headers.get("X-RateLimit-Reset", "")
    if not reset.isdecimal():
        return _SECONDARY_WAIT_S
    since = (sent_at(answer.headers) or now) - datetime.fromtimestamp(0, UTC)
    return max(1.0, float(reset) - since.total_seconds())
