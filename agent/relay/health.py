"""How the relay is, as far as we have seen: for `/status`, the log, and for not asking one that is down."""

from dataclasses import dataclass, field
from datetime import datetime

import structlog

from shared.clock import Clock

log = structlog.get_logger()
SKEW_S = 60.0
"""How far our clock may be from the relay's; it refuses us at 300 s."""
_REST_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


@dataclass(slots=True, kw_only=True)
class Health:
    """What the client has seen. Instants are None for what hasn't happened."""

    clock: Clock
    answered_at: datetime | None = None
    down_since: datetime | None = None
    reason: str = ""
    """Why it is down, in one word; empty while it isn't."""
    skew_s: float = 0.0
    """How far our clock is behind the relay's."""
    refused: str = ""
    """Why it doesn't take our word although it answers, as a sentence; empty while it does."""
    unregistered: dict[str, str] = field(default_factory=dict)
    """Why it hasn't taken a workspace's token, by the id of the workspace or organisation."""
    _failures: int = 0
    _rest_until: float = 0.0

    def answered(self, told_at: datetime | None) -> None:
        """It answered, whatever it said; `told_at` is what time it is there."""
        now = self.clock.now()
        if self.down_since:
            log.info("the relay answers again", down_s=round((now - self.down_since).total_seconds()))
        self.answered_at, self.down_since, self.reason = now, None, ""
        self._failures, self._rest_until = 0, 0.0
        if told_at is not None:
            skew_s = (told_at - now.replace(microsecond=0)).total_seconds()  # it is told in whole seconds
            if abs(skew_s) > SKEW_S >= abs(self.skew_s):
                log.warning("our clock and the relay's differ", behind_s=round(skew_s))
            self.skew_s = skew_s

    def silent(self, reason: str) -> None:
        """It didn't answer, or only that it can't."""
        if self.down_since is None:
            self.down_since = self.clock.now()
            log.warning("the relay can't be reached", reason=reason)
        self.reason = reason
        self._rest_until = self.clock.monotonic() + _REST_S[min(self._failures, len(_REST_S) - 1)]
        self._failures += 1

    def rest_s(self) -> float:
        """How long it is to be left alone; 0 when it may be asked."""
        return max(0.0, self._rest_until - self.clock.monotonic())

    @property
    def clock_says(self) -> str:
        """A sentence about our clock; empty when it agrees."""
        if abs(self.skew_s) <= SKEW_S:
            return ""
        side = "behind" if self.skew_s > 0 else "ahead of"
        return f"Your clock is {abs(self.skew_s):.0f} s {side} the relay's: set it by NTP."
