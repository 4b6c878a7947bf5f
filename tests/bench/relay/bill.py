"""The bill for a million notifications, line by line: what both functions ask of AWS is counted where they ask it.

Counted with warm processes, six seconds apart, so that what is remembered for a shorter time is read anew; a process
opens a workspace's token once in five minutes, which no round here meets. Not in it: receipts that the agent fetches (a
query for hundreds), and what is paid by the month.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from shared.address import Address
from tests.bench.relay.house import House
from tests.bench.relay.prices import (
    DELIVER,
    FRONT,
    LOGS_AND_TRAFFIC,
    MILLION,
    PRICES,
    READ,
    REQUEST_OF_FIFO,
    WRITE,
)

PAUSE_S = 6.0
FRONTS, DELIVERS = "`front`", "`deliver`"
SQS, IDS, NUMBERS, LEDGER, RECEIPTS, READS = "SQS", "requests' ids", "their numbers", "ledger", "receipts", "reads"
WRITTEN: Mapping[str, str] = {"replay": IDS, "counter": NUMBERS, "ledger": LEDGER, "receipts": RECEIPTS}
"""Lines by what a partition holds."""
LOGS = "logs and traffic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`size`: of a dispatch. `together`: how many messages an invocation is given."""

    name: str
    size: int
    together: int
    one_channel: bool = False


@dataclass(slots=True, kw_only=True)
class Counted:
    """For `notifications`: what AWS bills, by unit, and the writes by line; the functions' invocations and seconds."""

    notifications: int
    dispatches: int
    units: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    front_s: float = 0.0
    invocations: int = 0
    deliver_s: float = 0.0

    def each(self, unit: str) -> float:
        """Units for each notification."""
        return self.units[unit] / self.notifications

    def lines(self) -> dict[str, float]:
        """Dollars for a million notifications."""
        written = {line: WRITE * self.written[kind] for kind, line in WRITTEN.items()}
        if sum(self.written.values()) != sum(self.written[kind] for kind in WRITTEN):
            raise ValueError(f"a line is missing: {set(self.written) - set(WRITTEN)}")
        dollars = {
            FRONTS: self.dispatches * FRONT.price(self.front_s / self.dispatches),
            DELIVERS: self.invocations * DELIVER.price(self.deliver_s / self.invocations),
            SQS: REQUEST_OF_FIFO * self.units["requests"],
            **written,
            READS: READ * self.units["reads"] + PRICES["keys"] * self.units["keys"],
        }
        return {line: MILLION * value / self.notifications for line, value in dollars.items()}

    @property
    def million(self) -> float:
        """Dollars, without logs and traffic."""
        return sum(self.lines().values())

    @property
    def whole(self) -> float:
        """Dollars with logs and traffic."""
        return self.million + LOGS_AND_TRAFFIC


def counted(case: Case, rounds: int) -> Counted:
    """Count so many dispatches."""
    house, numbers = House(["T1"]), count(1)
    channels = [Address(team_id="T1", channel_id="C0" if case.one_channel else f"C{each}") for each in range(case.size)]
    found = Counted(notifications=rounds * case.size, dispatches=rounds)
    _dispatch(house, channels, numbers, case, Counted(notifications=1, dispatches=1))  # to warm up
    house.aws.forget()
    for _ in range(rounds):
        house.clock.wait(PAUSE_S)
        _dispatch(house, channels, numbers, case, found)
    found.units, found.written = house.aws.units, house.aws.written
    return found


def _dispatch(house: House, channels: list[Address], numbers: "count[int]", case: Case, found: Counted) -> None:
    """One dispatch through all of it."""
    ids = [f"n{next(numbers)}" for _ in channels]
    event = house.dispatch(ids, channels)
    before = house.aws.calls.total()
    house.take(event)
    found.front_s += FRONT.seconds(case.size, requests=house.aws.calls.total() - before)
    while house.aws.queue.next_in() == 0:
        records = house.aws.receive(case.together)
        before = house.aws.calls.total()
        if house.carry(records):
            raise RuntimeError("something was given back")
        side_by_side = 1 if case.one_channel else len(records)
        requests = (house.aws.calls.total() - before) / side_by_side
        found.deliver_s += DELIVER.seconds(len(records), requests=requests, posts=1)
        found.invocations += 1
        house.aws.delete(records)
