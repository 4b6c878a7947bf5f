"""What the server tells about itself in passing, with every answer."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from shared.clock import Clock


class Server:
    """The newest `X-GitHub-Enterprise-Version` and `Date`; for `/status`, `doctor` and the App's signature."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.version: str | None = None
        self.skew_s = 0.0
        """How far the server's clock is ahead of ours; negative when it is behind."""
        self.answered_at: datetime | None = None

    def note(self, headers: Mapping[str, str], status: int = HTTPStatus.OK) -> None:
        """Remember what this answer tells; a 5xx, which may be a proxy's, tells nothing of the server."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return
        self.answered_at = self._clock.now()
        self.version = headers.get("X-GitHub-Enterprise-Version", self.version)
        told_at = sent_at(headers)
        if told_at is not None:
            self.skew_s = (told_at - self.answered_at).total_seconds()


def sent_at(headers: Mapping[str, str]) -> datetime | None:
    """The `Date` of an answer, in whole seconds; None when there is none or it can't be read."""
    try:
        found = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return found if found.tzinfo else None
