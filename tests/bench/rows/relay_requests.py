"""What each notification asks of AWS, and what a million of them cost (`tests.bench.relay.bill`)."""

from collections.abc import Iterator

from tests.bench.figures import Figure, Peer
from tests.bench.relay.bill import DELIVERS, FRONTS, Case, Counted, counted

ROW = "relay: requests to AWS"
ROUNDS = 20
NAMES = {
    "requests": "SQS requests, with Lambda's own",
    "writes": "DynamoDB writes, of 1 KB",
    "reads": "DynamoDB reads, of 4 KB",
    "keys": "KMS",
}
PLANNED = 3.46
"""Computed before there was any code, for dispatches of three: without receipts, counters and a request's end, with
two messages to an invocation, and with logs and traffic.
"""
OF_ONE = Case(name="dispatch of 1, carried alone", size=1, together=1)
SINGLY = Case(name="dispatch of 3, carried singly", size=3, together=1)
OF_THREE = Case(name="dispatch of 3, carried together", size=3, together=3)
OF_TEN = Case(name="dispatch of 10, carried together", size=10, together=10)
MERGED = Case(name="10 of one channel, merged", size=10, together=10, one_channel=True)
CASES = (OF_ONE, SINGLY, OF_THREE, OF_TEN, MERGED)


async def measured(*, quick: bool) -> list[Figure]:
    rounds = ROUNDS // 2 if quick else ROUNDS
    return [figure for case in CASES for figure in _figures(case, counted(case, rounds))]


def _figures(case: Case, found: Counted) -> Iterator[Figure]:
    for unit, name in NAMES.items():
        yield Figure(row=ROW, what=f"{case.name}: {name}", value=found.each(unit), unit="")
    lines = found.lines()
    for line in (FRONTS, DELIVERS):
        yield Figure(row=ROW, what=f"{case.name}: a million, {line}", value=lines[line], unit="$")
    planned = Peer(name="planned", value=PLANNED, elsewhere=True) if case.size == 3 else None
    yield Figure(row=ROW, what=f"{case.name}: a million", value=found.million, unit="$")
    yield Figure(row=ROW, what=f"{case.name}: with logs and traffic", value=found.whole, unit="$", peer=planned)
