"""How fast something may go: the generic cell rate algorithm, as pure functions.

A bucket is one number, the *theoretical arrival time* (`tat`, seconds): when it would be empty again. A burst may run
ahead of it by `burst - 1` intervals. One number is easily stored, so pacing survives a restart and replicas share it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate` a second on the long run, `burst` at once after a pause."""

    rate: float
    burst: int

    @property
    def interval_s(self) -> float:
        """Seconds between two, on the long run."""
        return 1 / self.rate


def free_at(tat: float, pace: Pace) -> float:
    """When the next one may go."""
    return tat - (pace.burst - 1) * pace.interval_s


def spend(tat: float, now: float, pace: Pace) -> float:
    """The bucket after one has gone at `now`."""
    return max(tat, now) + pace.interval_s
