"""What came of handing a post to a transport: five answers, and nothing else.

Delivered   Slack has it, and this is its `ts`
Accepted    the relay has it; a receipt will settle it
Retry       not now: the far side said when, or backoff decides
Refused     no, and asking again changes nothing; the reason is one of `shared.slack_errors`
Unknown     nobody can tell whether Slack has it: reconcile before anything is posted again
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """`ts` is the message's timestamp and name in its channel; `reconciled` when a look found it, not an answer."""

    ts: str
    reconciled: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """Handed over: never posted directly any more, unless the relay says that it doesn't have it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """`after_s` is the far side's word, None leaves it to backoff; `rate_limited` binds the method and workspace."""

    after_s: float | None
    reason: str
    rate_limited: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """`reason` is Slack's error code."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """`reason` is what was seen last: a lost connection, `internal_error`…"""

    reason: str


Outcome = Delivered | Accepted | Retry | Refused | Unknown
