"""The report of what came of something that was accepted: `shared.outcome.Accepted` promises one.

There is one receipt for each notification, and one for each rewrite. Receipts may come late, twice and out of order,
and some never come, so whoever settles by them is idempotent and knows how to go on without.
"""

from dataclasses import dataclass

from shared.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of one notification, or of one rewrite."""

    id: str
    """Of the notification; of a rewrite the name that its post had."""
    outcome: Outcome
    """`Accepted` says that it is on its way still; `Retry`, that the far side doesn't have it any more."""
