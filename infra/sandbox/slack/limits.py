"""Slack's rate limits: calls a minute for a method in a workspace, one post a second for a channel (slack.md §9).

Slack publishes no burst sizes. A window here slides, and `CHANNEL_BURST` posts may go at once after a pause.
"""

import math
from collections import defaultdict, deque

from shared.clock import Clock

WINDOW_S = 60
CHANNEL_BURST = 4
TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100
SPECIAL = 600
WORKSPACE_POSTS = 300


class Limiter:
    """Counts calls. What is refused doesn't count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._channels: dict[tuple[str, str], tuple[float, float]] = {}

    def method_wait_s(self, method: str, team_id: str, per_minute: int) -> int | None:
        """Return the `Retry-After` of this call, or None when it may go, and count it."""
        now = self._clock.monotonic()
        calls = self._calls[method, team_id]
        while calls and calls[0] <= now - WINDOW_S:
            calls.popleft()
        if len(calls) >= per_minute:
            return max(1, math.ceil(calls[0] + WINDOW_S - now))
        calls.append(now)
        return None

    def channel_wait_s(self, team_id: str, channel_id: str) -> int | None:
        """Return the `Retry-After` of a post to this channel, or None when it may go, and count it."""
        now = self._clock.monotonic()
        tokens, filled_at = self._channels.get((team_id, channel_id), (float(CHANNEL_BURST), now))
        tokens = min(CHANNEL_BURST, tokens + now - filled_at)
        if tokens < 1:
            self._channels[team_id, channel_id] = (tokens, now)
            return max(1, math.ceil(1 - tokens))
        self._channels[team_id, channel_id] = (tokens - 1, now)
        return None
