"""The relay through Lambda's own runtime client: the shipped zip on the local cloud, before a Slack in HTTP.

AWS is a stand-in, a single process, and all of it shares this machine with both functions, the event source and whoever
asks: rates are those of the whole. Beside them stands what the stand-in takes for the same requests alone, and what a
function that does nothing takes in this harness. How long the functions take is measured with one at a time; their
processor time is where the reckoning of what a million costs begins (`tests.bench.relay.prices`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import Figure, Peer, at_most, percentile
from tests.bench.load import ACCEPTED, Line, Load, line, open_
from tests.bench.processes import Slack, slack
from tests.bench.relay.cloud import DELIVERS, FRONTS, Relay, place, relay
from tests.bench.relay.watched import Invocation, WatchedPool

ROW = "relay: runtime client"
WORKSPACES, CHANNELS = 4, 60
SIZES, IN_FLIGHT = (1, 10), (1, FRONTS)
CARRIED = (1, 3, 10)
OFFERED_PER_S = 5
SLACK_S = 0.18
"""What a post takes in life, in the median (assumed)."""
PEER = "its 4 requests alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """Of a run: seconds for each rate, dispatches for each duration, seconds of the way to Slack."""

    seconds: float
    dispatches: int
    way_s: float


WHOLE = _Size(seconds=6.0, dispatches=60, way_s=30.0)
QUICK = _Size(seconds=1.0, dispatches=5, way_s=3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ran:
    """Warm invocations, one at a time, and the processor time of one."""

    invocations: Sequence[Invocation]
    cpu_s: float

    @property
    def took_s(self) -> float:
        return percentile([each.took_s for each in self.invocations], 0.5)

    @property
    def mean_s(self) -> float:
        return sum(each.took_s for each in self.invocations) / len(self.invocations)


async def measured(*, quick: bool) -> list[Figure]:
    size = QUICK if quick else WHOLE
    with TemporaryDirectory() as folder:
        (Path(folder) / "slack").mkdir()
        (Path(folder) / "cloud").mkdir()
        async with (
            slack(Path(folder) / "slack", workspaces=WORKSPACES, channels=CHANNELS) as standin,
            relay(Path(folder) / "cloud", standin) as found,
        ):
            await _warmed(found)
            return [
                *await _taken(found, size),
                *await _durations(found, size),
                *await _way(found, standin, size),
            ]


async def _warmed(found: Relay) -> None:
    """Every process has begun, and those of `front` know the key and the workspaces."""
    await found.nothing.warm(repeat({}))
    await found.deliver.warm(repeat({"Records": []}))
    await found.front.warm(found.events(WORKSPACES))
    await found.purge()


async def _taken(found: Relay, size: _Size) -> list[Figure]:
    """Dispatches that `front` has enqueued, with nothing else going on."""
    figures: list[Figure] = []
    refused = 0
    for in_flight in IN_FLIGHT:
        for number in SIZES:
            load = await found.asked(found.dispatches(number), in_flight=in_flight, seconds=size.seconds)
            alone = await found.alone(number, seconds=size.seconds / 2) if in_flight == 1 else None
            await found.purge()
            refused += load.refused
            figures += _rate(f"dispatches of {number}, {in_flight} in flight", load, alone)
        nothing = await found.asked(found.dispatches(1), in_flight=in_flight, seconds=size.seconds / 2, empty=True)
        figures += _rate(f"an empty function, {in_flight} in flight", nothing)
    return [*figures, Figure(row=ROW, what="dispatches refused", value=refused, unit="", goal=at_most(0))]


def _rate(what: str, load: Load, alone: Load | None = None) -> Iterator[Figure]:
    yield Figure(row=ROW, what=what, value=load.per_s, unit="/s", peer=_peer(alone.per_s if alone else None))
    for share in (0.5, 0.99):
        value, theirs = percentile(load.delays_ms, share), percentile(alone.delays_ms, share) if alone else None
        yield Figure(row=ROW, what=f"{what}: p{share * 100:.0f}", value=value, unit="ms", peer=_peer(theirs))


def _peer(value: float | None) -> Peer | None:
    return None if value is None else Peer(name=PEER, value=value)


async def _durations(found: Relay, size: _Size) -> list[Figure]:
    """Of both functions, one dispatch at a time: the next goes when `deliver` has carried the one before.

    The first ones have the process that carries all open the token of every workspace.
    """
    figures: list[Figure] = []
    async with found.cloud.polling(concurrency=1), line(*place(found.cloud.url)) as via:
        for number in CARRIED:
            await _carried(found, via, number, max(1, WORKSPACES // number))
            front, deliver = await _carried(found, via, number, size.dispatches)
            figures += _duration(f"`front`, a dispatch of {number}", front)
            figures += _duration(f"`deliver`, {number} together", deliver)
        await found.settled()
    return figures


async def _carried(found: Relay, via: Line, number: int, dispatches: int) -> tuple[_Ran, _Ran]:
    """Both functions, for so many dispatches."""
    front, deliver = _Meter(found.front), _Meter(found.deliver)
    for request in islice(found.dispatches(number), dispatches):
        if await via.ask(request) == ACCEPTED:
            deliver.heard += await found.carried(number)
    return front.ran(), deliver.ran()


class _Meter:
    """Of a function, from now on."""

    def __init__(self, pool: WatchedPool) -> None:
        pool.heard()
        self._pool, self._before_s = pool, pool.cpu_s()
        self.heard: list[Invocation] = []

    def ran(self) -> _Ran:
        self.heard += self._pool.heard()
        return _Ran(invocations=self.heard, cpu_s=(self._pool.cpu_s() - self._before_s) / len(self.heard))


def _duration(what: str, ran: _Ran) -> Iterator[Figure]:
    yield Figure(row=ROW, what=f"{what}: median", value=1000 * ran.took_s, unit="ms")
    yield Figure(row=ROW, what=f"{what}: mean", value=1000 * ran.mean_s, unit="ms")
    yield Figure(row=ROW, what=f"{what}: processor time", value=1000 * ran.cpu_s, unit="ms")


async def _way(found: Relay, standin: Slack, size: _Size) -> list[Figure]:
    """From a signed request that is due until its message stands in Slack, which takes its time to answer."""
    await standin.ask("forget")
    await standin.ask("slow", seconds=SLACK_S)
    total, due = int(OFFERED_PER_S * size.way_s), list[float]()
    ids = [f"w{number}" for number in range(total)]
    async with found.cloud.polling(concurrency=DELIVERS):
        meter = _Meter(found.deliver)
        requests = (found.dispatch([id_]) for id_ in ids)
        load = await open_(*place(found.cloud.url), requests, per_s=OFFERED_PER_S, total=total, due=due.append)
        meter.heard += await found.carried(len(load.delays_s))
        await found.settled()
        ran = meter.ran()
    said = {delivery: at for delivery, _, at in await standin.ask("arrivals")}
    delays_s = [said.get(f"delivery-{id_}", float("inf")) - at for id_, at in zip(ids, due, strict=True)]
    what = f"dispatch to Slack, {OFFERED_PER_S}/s"
    together = sum(each.notifications for each in ran.invocations) / len(ran.invocations)
    lost = sum(f"delivery-{id_}" not in said for id_ in ids)
    return [
        *(
            Figure(row=ROW, what=f"{what}: p{share * 100:.0f}", value=1000 * percentile(delays_s, share), unit="ms")
            for share in (0.5, 0.99)
        ),
        Figure(row=ROW, what=f"{what}: lost", value=lost, unit="", goal=at_most(0)),
        Figure(row=ROW, what=f"{what}: notifications of an invocation", value=together, unit=""),
        *_duration(f"`deliver`, Slack takes {SLACK_S} s", ran),
    ]
