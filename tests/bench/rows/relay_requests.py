"""What each notification asks of AWS, counted where the functions call it, and what a million of them cost.

Counted with warm processes, six seconds apart, so that what is remembered for a shorter time is read anew; a process
opens a workspace's token once in five minutes, which no round here meets. Not in it: receipts that the agent fetches (a
query for hundreds), logs, traffic, and what is paid by the month.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from shared.address import Address
from tests.bench.figures import Figure, Peer
from tests.bench.relay.house import House
from tests.bench.relay.prices import DELIVER, FRONT, MILLION, PRICES

ROW = "relay: requests to AWS"
ROUNDS = 20
PAUSE_S = 6.0
NAMES = {
    "requests": "SQS requests, with Lambda's own",
    "writes": "DynamoDB writes, of 1 KB",
    "reads": "DynamoDB reads, of 4 KB",
    "keys": "KMS",
}
PLANNED = 3.46
"""Computed before there was any code, for dispatches of three: without receipts, counters and a request's end, with
several messages to an invocation, and with logs and traffic.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """`size`: of a dispatch. `together`: how many messages an invocation is given."""

    name: str
    size: int
    together: int
    one_channel: bool = False


CASES = (
    _Case(name="dispatch of 1, carried alone", size=1, together=1),
    _Case(name="dispatch of 3, carried singly", size=3, together=1),
    _Case(name="dispatch of 10, carried together", size=10, together=10),
    _Case(name="10 of one channel, merged", size=10, together=10, one_channel=True),
)


async def measured(*, quick: bool) -> list[Figure]:
    rounds = 3 if quick else ROUNDS
    return [figure for case in CASES for figure in _figures(case, rounds)]


def _figures(case: _Case, rounds: int) -> Iterator[Figure]:
    house, numbers = House(["T1"]), count(1)
    channels = [Address(team_id="T1", channel_id="C0" if case.one_channel else f"C{each}") for each in range(case.size)]
    _event(house, channels, numbers, case.together)  # to warm up
    house.aws.forget()
    invocations = 0
    for _ in range(rounds):
        house.clock.wait(PAUSE_S)
        invocations += _event(house, channels, numbers, case.together)
    said = rounds * case.size
    for unit, name in NAMES.items():
        yield Figure(row=ROW, what=f"{case.name}: {name}", value=house.aws.units[unit] / said, unit="")
    dollars = MILLION * _price(house.aws.units, rounds, invocations) / said
    planned = Peer(name="planned", value=PLANNED, elsewhere=True) if case.size == 3 else None
    yield Figure(row=ROW, what=f"{case.name}: a million", value=dollars, unit="$", peer=planned)


def _price(units: Counter[str], dispatches: int, invocations: int) -> float:
    asked = sum(PRICES[unit] * number for unit, number in units.items())
    return asked + dispatches * FRONT.price + invocations * DELIVER.price


def _event(house: House, channels: Sequence[Address], numbers: "count[int]", together: int) -> int:
    """One dispatch through all of it; how many invocations that took."""
    ids = [f"n{next(numbers)}" for _ in channels]
    house.take(house.dispatch(ids, channels))
    invocations = 0
    while house.aws.queue.next_in() == 0:
        records = house.aws.receive(together)
        if house.carry(records):
            raise RuntimeError("something was given back")
        house.aws.delete(records)
        invocations += 1
    return invocations
