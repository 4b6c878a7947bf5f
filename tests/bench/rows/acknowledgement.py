"""How soon `/ghe` is acknowledged, beside slack_bolt on the same stand-in.

We acknowledge what is stored, bolt what it has read. Both then answer by `response_url`, while more commands come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.figures import Figure, Peer, at_most, percentile
from tests.bench.load import clock
from tests.bench.processes import Slack, agent, peer, slack

ROW = "acknowledgement"
PER_S = 100
BURST = 5000
PEER = "slack_bolt"
OPEN_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    steady_ms: list[float]
    burst_ms: list[float]
    burst_late: int
    auth_tests: int


async def measured(*, quick: bool) -> list[Figure]:
    total = 300 if quick else 1000
    with TemporaryDirectory() as folder:
        async with slack(Path(folder)) as standin, agent(Path(folder), standin):
            ours = await _run(standin, sockets=2, total=total)
    with TemporaryDirectory() as folder:
        async with slack(Path(folder)) as standin, peer("bolt", **_tokens(standin)):
            theirs = await _run(standin, sockets=1, total=total)
    return [
        _figure("p50 at 100/s", "ms", percentile(ours.steady_ms, 0.5), percentile(theirs.steady_ms, 0.5), 3),
        _figure("p99 at 100/s", "ms", percentile(ours.steady_ms, 0.99), percentile(theirs.steady_ms, 0.99)),
        _figure(f"p50 in a burst of {BURST:,}", "ms", percentile(ours.burst_ms, 0.5), percentile(theirs.burst_ms, 0.5)),
        _figure(f"the last in a burst of {BURST:,}", "ms", max(ours.burst_ms), max(theirs.burst_ms)),
        _figure("past 3 s in the burst", "", ours.burst_late, theirs.burst_late, 0),
        _figure("calls of `auth.test`", "", ours.auth_tests, theirs.auth_tests, 1),
    ]


def _figure(what: str, unit: str, ours: float, theirs: float, goal: float | None = None) -> Figure:
    bound = None if goal is None else at_most(goal)
    return Figure(row=ROW, what=what, value=ours, unit=unit, goal=bound, peer=Peer(name=PEER, value=theirs))


async def _run(standin: Slack, *, sockets: int, total: int) -> _Run:
    async with clock.timeout(OPEN_S):
        while await standin.ask("sockets") < sockets:
            await clock.sleep(0.05)
    await standin.ask("commands", total=50, per_s=PER_S)  # to warm up
    steady = await standin.ask("commands", total=total, per_s=PER_S)
    burst = await standin.ask("commands", total=BURST, per_s=None)
    return _Run(
        steady_ms=_ms(steady),
        burst_ms=_ms(burst),
        burst_late=burst["late"],
        auth_tests=await standin.ask("calls", method="auth.test"),
    )


def _ms(answer: Mapping[str, Any]) -> list[float]:
    return [1000 * each for each in answer["delays_s"]]


def _tokens(standin: Slack) -> dict[str, str]:
    return {
        "BOT_TOKEN": standin.variables["SLACK_BOT_TOKEN"],
        "APP_TOKEN": standin.app_token,
        "API_URL": standin.variables["SLACK_API_URL"],
    }
