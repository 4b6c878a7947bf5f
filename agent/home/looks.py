"""What GHES has said of somebody lately, so that opening Home again and again doesn't search again and again.

Known for a minute, in this process; what the person does from Slack, and *Refresh*, have it searched anew.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from agent.home.home import Things
from shared.clock import Clock

KNOWN_S = 60.0
MOST = 1000
"""Of so many people, those who looked last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Both lists, as they were then."""

    login: str
    reviews: Things
    assigned: Things
    at: datetime


class Looks:
    """Those of all people, by team and user id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[float, Look]] = OrderedDict()
        self._forgotten = 0

    def of(self, team_id: str, user_id: str, login: str) -> Look | None:
        """What is known still of this person, as long as they are called so."""
        kept_at, look = self._known.get((team_id, user_id), (float("-inf"), None))
        is_known = look is not None and look.login == login and self._clock.monotonic() - kept_at < KNOWN_S
        return look if is_known else None

    def begin(self) -> int:
        """To be called before GHES is asked, for `keep`."""
        return self._forgotten

    def keep(self, team_id: str, user_id: str, look: Look, begun: int) -> None:
        """Know it, unless somebody did something since `begin`: it may be from before that."""
        if begun != self._forgotten:
            return
        self._known[team_id, user_id] = self._clock.monotonic(), look
        self._known.move_to_end((team_id, user_id))
        while len(self._known) > MOST:
            self._known.popitem(last=False)

    def forget(self, team_id: str, user_id: str) -> None:
        """Something of this person's may be otherwise now."""
        self._forgotten += 1
        self._known.pop((team_id, user_id), None)
