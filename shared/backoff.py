"""How long to wait before trying again."""

from random import Random

_DOUBLINGS = 40
"""Beyond this the cap has long decided; it keeps the power of two within a float."""


def backoff_s(attempt: int, *, base_s: float, cap_s: float, random: Random) -> float:
    """Full jitter: a random share of `base_s` doubled with each attempt, of `cap_s` at most.

    `attempt` counts from 1, the first failure. The whole range is used, so that many callers who failed together
    don't come back together.
    """
    return random.uniform(0, min(cap_s, base_s * 2 ** min(attempt - 1, _DOUBLINGS)))
