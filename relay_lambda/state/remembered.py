"""A small memory of the process: what was read, for so long. `deliver` asks it from several threads."""

from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

from relay_lambda.clock import Clock

MOST = 1000
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Values by name, each for `for_s` seconds after it was put; what doesn't fit pushes out the oldest."""

    def __init__(self, clock: Clock, *, for_s: float) -> None:
        self._clock, self._for_s = clock, for_s
        self._values: dict[K, tuple[float, V]] = {}
        self._lock = Lock()

    def get(self, name: K) -> V | None:
        """None when it isn't known, or was put too long ago."""
        put_at, value = self._values.get(name, (0.0, None))
        return value if value is not None and self._clock.monotonic() - put_at < self._for_s else None

    def put(self, name: K, value: V) -> V:
        """Remember it, and give it back."""
        with self._lock:
            self._values.pop(name, None)
            while len(self._values) >= MOST:
                self._values.pop(next(iter(self._values)))
            self._values[name] = (self._clock.monotonic(), value)
        return value

    def drop(self, name: K) -> None:
        """Forget it."""
        with self._lock:
            self._values.pop(name, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
