"""Breaking things on demand: what goes wrong with Web API calls and handshakes. Sockets are broken in `breakage.py`.

A fault waits in `world.faults` for a call of its method (and workspace, and channel) and is spent by it, `times` times.
"""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """HTTP 429 with this `Retry-After`."""

    retry_after_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """An answer that is no Slack answer: this status with a page of HTML."""

    status: int = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """`ok: false` with this code; `after_the_deed`: what was asked for has happened all the same."""

    error: str
    after_the_deed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLost:
    """The call is carried out, then the connection is reset instead of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLost:
    """The connection is reset before anything happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """The call is carried out and answered after this time."""

    seconds: float


Fault = Limited | Down | Says | AnswerLost | RequestLost | Slow


@dataclass(slots=True, kw_only=True)
class _Waiting:
    fault: Fault
    method: str | None
    team_id: str | None
    channel_id: str | None
    times: int | None


@dataclass(slots=True, kw_only=True)
class Faults:
    """The faults that wait. `handshakes`: HTTP statuses for the next socket handshakes (409, 408, 429)."""

    handshakes: deque[int] = field(default_factory=deque)
    accept_delay_s: float = 0
    _waiting: list[_Waiting] = field(default_factory=list)

    def add(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        team_id: str | None = None,
        channel_id: str | None = None,
        times: int | None = 1,
    ) -> None:
        """Let the next `times` calls meet it; None: any method, workspace or channel, and as `times` until cleared."""
        waiting = _Waiting(fault=fault, method=method, team_id=team_id, channel_id=channel_id, times=times)
        self._waiting.append(waiting)

    def clear(self) -> None:
        """All is well again."""
        self._waiting.clear()
        self.handshakes.clear()
        self.accept_delay_s = 0

    def take(self, method: str, team_id: str | None, channel_id: str | None = None) -> Fault | None:
        """Return the oldest fault that fits this call, spending it."""
        for waiting in self._waiting:
            wanted = (waiting.method, waiting.team_id, waiting.channel_id)
            if all(want in {None, is_} for want, is_ in zip(wanted, (method, team_id, channel_id), strict=True)):
                if waiting.times is not None:
                    waiting.times -= 1
                    if waiting.times == 0:
                        self._waiting.remove(waiting)
                return waiting.fault
        return None
