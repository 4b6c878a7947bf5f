"""What one process knows of Slack's limits: its own pace in each channel, and who was told to wait or to stop.

Nothing here is shared between processes. One that knows too little is told by Slack, at the price of a 429.
"""

from dataclasses import dataclass
from threading import Lock

from shared.pacing import Pace, free_at, spend

CHANNEL_PACE = Pace(rate=1.0, burst=3)
WORKSPACE_WIDE = 3
"""So many channels of a workspace that wait for Slack at the same time are taken for the whole of it."""
_MOST = 10_000
PARKED_S = 60.0
"""For so long what waited behind a refused channel is refused with it."""
Channel = str
"""A group of the queue: agent, team and channel."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """When Slack last refused a channel, and why."""

    at: float
    reason: str


class Limits:
    """For all threads of the process. Instants are seconds since 1970."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tats: dict[Channel, float] = {}
        self._waiting: dict[tuple[str, str], dict[Channel, float]] = {}
        self._stopped: dict[tuple[str, str], tuple[str, str]] = {}
        self._parked: dict[Channel, Refusal] = {}

    def post_in_s(self, channel: Channel, now: float) -> float:
        """How long until the channel's next post may go."""
        with self._lock:
            return max(0.0, free_at(self._tats.get(channel, 0.0), CHANNEL_PACE) - now)

    def posts(self, channel: Channel, now: float) -> None:
        """One goes now."""
        with self._lock:
            if len(self._tats) >= _MOST:
                self._tats = {name: tat for name, tat in self._tats.items() if tat > now}
            self._tats[channel] = spend(self._tats.get(channel, 0.0), now, CHANNEL_PACE)

    def limited(self, agent_id: str, team_id: str, channel: Channel, until: float, now: float) -> bool:
        """Slack wants nothing for this channel `until` then; whether that looks like the whole workspace."""
        with self._lock:
            found = self._waiting.get((agent_id, team_id), {})
            waiting = {name: end for name, end in found.items() if end > now} | {channel: until}
            self._waiting[agent_id, team_id] = waiting
            return len(waiting) >= WORKSPACE_WIDE

    def stop(self, agent_id: str, team_id: str, token: str, reason: str) -> None:
        """Slack has said, twice, that a token is dead."""
        with self._lock:
            self._stopped[agent_id, team_id] = (token, reason)

    def stopped(self, agent_id: str, team_id: str, token: str) -> str | None:
        """Why this token says nothing any more; another one of the same workspace does."""
        with self._lock:
            dead, reason = self._stopped.get((agent_id, team_id), ("", ""))
            return reason if dead == token else None

    def park(self, channel: Channel, now: float, reason: str) -> None:
        """Slack refuses whatever is said there."""
        with self._lock:
            if len(self._parked) >= _MOST:
                self._parked = {name: kept for name, kept in self._parked.items() if kept.at + PARKED_S > now}
            self._parked[channel] = Refusal(now, reason)

    def unpark(self, channel: Channel) -> None:
        """It takes something again."""
        with self._lock:
            self._parked.pop(channel, None)

    def parked(self, channel: Channel, now: float) -> Refusal | None:
        """What Slack last said so with; not for long."""
        with self._lock:
            found = self._parked.get(channel)
            return found if found and now < found.at + PARKED_S else None
