"""A clock for functions that aren't asynchronous: it stands still, and whoever waits moves it on."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class SteppedClock:
    """`relay_lambda.clock.Clock` for tests."""

    def __init__(self, start: datetime = START) -> None:
        self._start, self._elapsed_s = start, 0.0

    def now(self) -> datetime:
        """The start plus all that has passed."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        """Seconds that have passed."""
        return self._elapsed_s

    def wait(self, seconds: float) -> None:
        """Let them pass."""
        self._elapsed_s += seconds
