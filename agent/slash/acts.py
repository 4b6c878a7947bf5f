"""Writing to GHES once: what was begun is known, whatever happens to us meanwhile.

    begin ──▶ New ──▶ the first write … the last write ──▶ end
              └─ killed, or no answer ─▶ begin ──▶ Begun ──▶ looked up: found ──▶ end
                                                             └─ not found ─▶ the person is asked

A gesture that comes twice finds `Ended` and what it came to.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class New:
    """Nobody has begun it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """It was begun, and nobody knows what came of it."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """It was done, or refused; `result` is what `end` was told."""

    result: str


class Acts(Protocol):
    """What was begun; kept for a day or longer."""

    async def begin(self, act_id: str) -> New | Begun | Ended:
        """Mark it as begun, durably, before the first write; `New` for one caller only.

        `act_id` is the gesture's id: a trigger for a button, the view for a form.
        """

    async def end(self, act_id: str, result: str) -> None:
        """It is over; `result` is a text of the caller's."""

    async def again(self, act_id: str) -> None:
        """Forget it, since the person wants it tried once more."""
