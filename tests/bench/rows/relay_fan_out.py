"""One event to many channels through the relay: processor time for each notification, by what spends it.

The agent signs, `front` proves and enqueues, the queue is a strict one in memory, `deliver` proves again and posts.
AWS and Slack are in memory as well, so this is our own work: without HTTP, TLS and boto3's serialisation.
"""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from shared.address import Address
from shared.dispatch import MOST
from tests.bench.figures import Figure, at_most
from tests.bench.relay.house import BATCH, House

ROW = "relay: fan-out"
WORKSPACES = 10
SIZES = (1, 10, 100, 1000)
TURNS = 6
MOST_EVENTS = 300
PAUSE_S = 10.0
GROWTH = 1.2
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class _Spent:
    """Seconds by who spent them."""

    by: dict[str, float] = field(default_factory=dict)
    notifications: int = 0

    def on(self, who: str, work: Callable[[], T]) -> T:
        before_ns = time.thread_time_ns()
        found = work()
        self.by[who] = self.by.get(who, 0.0) + (time.thread_time_ns() - before_ns) / 1e9
        return found

    def us(self, who: str = "") -> float:
        """For each notification; without a name, all of it."""
        seconds = self.by[who] if who else sum(self.by.values())
        return 1e6 * seconds / self.notifications


async def measured(*, quick: bool) -> list[Figure]:
    runs = {size: _Run(size) for size in SIZES}
    for _ in range(TURNS // 3 if quick else TURNS):  # by turns, since the machine isn't as fast all the time
        for run in runs.values():
            run.turn()
    spent = {size: run.spent for size, run in runs.items()}
    most = spent[SIZES[-1]]
    return [
        *(Figure(row=ROW, what=f"to {size:,} channels", value=spent[size].us(), unit="µs") for size in SIZES),
        *(Figure(row=ROW, what=f"to {SIZES[-1]:,}: {who}", value=most.us(who), unit="µs") for who in most.by),
        *(
            Figure(
                row=ROW,
                what=f"to {SIZES[-1]:,} ÷ to {size:,}",
                value=most.us() / spent[size].us(),
                unit="×",
                goal=at_most(GROWTH),
            )
            for size in SIZES[:-1]
        ),
    ]


class _Run:
    """One size, on a house of its own."""

    def __init__(self, size: int) -> None:
        teams = [f"T{number}" for number in range(WORKSPACES)]
        self._channels = [Address(team_id=teams[each % WORKSPACES], channel_id=f"C{each}") for each in range(size)]
        self._house, self._numbers, self.spent = House(teams), count(1), _Spent()
        _event(self._house, self._channels, self._numbers, _Spent())  # to warm up

    def turn(self) -> None:
        """As many events as a thousand notifications take, but for the smallest."""
        gc.collect()
        for _ in range(min(MOST_EVENTS, SIZES[-1] // len(self._channels))):
            self._house.clock.wait(PAUSE_S)
            _event(self._house, self._channels, self._numbers, self.spent)


def _event(house: House, channels: Sequence[Address], numbers: "count[int]", spent: _Spent) -> None:
    """One event: as many dispatches as it takes, then as many invocations."""
    for start in range(0, len(channels), MOST):
        where = channels[start : start + MOST]
        ids = [f"n{next(numbers)}" for _ in where]
        event = spent.on("the agent signs", lambda ids=ids, where=where: house.dispatch(ids, where))  # type: ignore[misc]
        spent.on("`front`", lambda event=event: house.take(event))  # type: ignore[misc]
    said = len(house.slack.messages)
    while records := spent.on("the queue, in memory", lambda: house.aws.receive(BATCH)):
        failed = spent.on("`deliver`", lambda records=records: house.carry(records))  # type: ignore[misc]
        spent.on("the queue, in memory", lambda records=records: house.aws.delete(records))  # type: ignore[misc]
        if failed:
            raise RuntimeError("something was given back")
    if len(house.slack.messages) - said != len(channels):
        raise RuntimeError("not all of it was said once")
    spent.notifications += len(channels)
