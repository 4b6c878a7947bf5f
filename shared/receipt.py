"""The report of what came of something that was accepted: `shared.outcome.Accepted` promises one.

There is one receipt for each notification, and one for each rewrite. Receipts may come late, twice and out of order,
and some never come, so whoever settles by them is idempotent and knows how to go on without.

    {"id": …, "outcome": "delivered", "ts": …, "reconciled": false}
    {"id": …, "outcome": "accepted"}
    {"id": …, "outcome": "retry", "after_s": 0, "reason": …, "rate_limited": false}
    {"id": …, "outcome": "refused", "reason": …}
    {"id": …, "outcome": "unknown", "reason": …}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from shared.outcome import Accepted, Delivered, Outcome, Refused, Retry, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of one notification, or of one rewrite."""

    id: str
    """Of the notification; of a rewrite the name that its post had."""
    outcome: Outcome
    """`Accepted` says that it is on its way still; `Retry`, that the far side doesn't have it any more."""


def receipt_to_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt as plain JSON values."""
    return {"id": receipt.id} | _outcome_to_json(receipt.outcome)


def receipt_of(found: Mapping[str, Any]) -> Receipt:
    """The inverse. Raises `ValueError` on anything else."""
    try:
        return Receipt(id=_text(found["id"]), outcome=_outcome_of(found))
    except (KeyError, TypeError) as failure:
        raise ValueError("that is no receipt") from failure


def _outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Delivered(ts, reconciled):
            return {"outcome": "delivered", "ts": ts, "reconciled": reconciled}
        case Accepted():
            return {"outcome": "accepted"}
        case Retry(after_s, reason, rate_limited):
            return {"outcome": "retry", "after_s": after_s, "reason": reason, "rate_limited": rate_limited}
        case Refused(reason):
            return {"outcome": "refused", "reason": reason}
        case Unknown(reason):
            return {"outcome": "unknown", "reason": reason}
        case never:
            assert_never(never)


def _outcome_of(found: Mapping[str, Any]) -> Outcome:
    match found["outcome"]:
        case "delivered":
            return Delivered(_text(found["ts"]), _flag(found.get("reconciled", False)))
        case "accepted":
            return Accepted()
        case "retry":
            limited = _flag(found.get("rate_limited", False))
            return Retry(_seconds(found.get("after_s")), _text(found["reason"]), limited)
        case "refused":
            return Refused(_text(found["reason"]))
        case "unknown":
            return Unknown(_text(found["reason"]))
        case _:
            raise ValueError("that is no outcome")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise TypeError
    return float(value)
