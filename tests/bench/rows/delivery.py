"""From webhook to Slack: delivered a second, and how long after the webhook was due.

Every webhook is a new issue with a text of some 700 characters, so a message of its own; the stand-in doesn't limit,
and neither does the agent. The peers forward the bare webhook, they draw nothing; both are Node or Go programs, so
their figures are those that were measured on such a machine.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from tests.bench.figures import Figure, Peer, at_least, at_most, percentile
from tests.bench.load import clock, open_
from tests.bench.processes import Server, Slack, agent, slack
from tests.bench.seeding import subscribe
from tests.bench.webhooks import Template, request, templates

ROW = "webhook to Slack"
RATES = (100, 500, 1000)
CHANNELS = 100
EXAMPLES = ("issues.opened.with_everything",)
UNLIMITED = {"SLACK_CHANNEL_RATE": "10000", "SLACK_CHANNEL_BURST": "10000"}
GOSMEE_PER_S, GOSMEE_P99_MS, SMEE_PER_S = 642, 584, 1547
GOSMEE, SMEE = "gosmee+Redis", "smee, which loses"
PATIENCE_S = 40.0


async def measured(*, quick: bool) -> list[Figure]:
    seconds = 2.5 if quick else 10.0
    with TemporaryDirectory() as folder:
        async with slack(Path(folder), channels=CHANNELS) as standin:
            await subscribe(Path(folder), standin.addresses, repositories=CHANNELS)
            async with agent(Path(folder), standin, **UNLIMITED) as server:
                made = templates(EXAMPLES, repositories=CHANNELS)
                await _run(server, standin, made, per_s=100, total=100)  # to warm up
                figures: list[Figure] = []
                for per_s in RATES:
                    run = await _run(server, standin, made, per_s=per_s, total=int(per_s * seconds))
                    figures += _figures(per_s, run)
    return figures


class Run:
    """`delays_ms` of those that arrived; `per_s` from the first webhook to the last message."""

    def __init__(self, due: dict[str, float], arrivals: list[tuple[str, int, float]], cpu_s: float) -> None:
        self.delays_ms = [1000 * (at - due[delivery_id]) for delivery_id, _, at in arrivals if delivery_id in due]
        self.lost = len(due) - len(self.delays_ms)
        last = max((at for _, _, at in arrivals), default=float("inf"))
        self.per_s = len(self.delays_ms) / (last - min(due.values()))
        self.cpu_ms = 1000 * cpu_s / len(due)


async def _run(server: Server, standin: Slack, made: Iterator[Template], *, per_s: float, total: int) -> Run:
    await standin.ask("forget")
    ids = [str(uuid4()) for _ in range(total)]
    due: dict[str, float] = {}
    requests = (request(next(made), host=server.host, delivery_id=each) for each in ids)
    moments = iter(ids)
    before_s = server.cpu_s()
    await open_(
        server.host,
        server.port,
        requests,
        per_s=per_s,
        total=total,
        due=lambda at: due.__setitem__(next(moments), at),
    )
    until = clock.monotonic() + PATIENCE_S
    while await standin.ask("count") < total and clock.monotonic() < until:
        await clock.sleep(0.1)
    return Run(due, await standin.ask("arrivals"), server.cpu_s() - before_s)


def _figures(per_s: int, run: Run) -> Iterator[Figure]:
    most, aimed = per_s == max(RATES), per_s == 500
    gosmee = Peer(name=GOSMEE, value=GOSMEE_PER_S, elsewhere=True)
    yield Figure(
        row=ROW,
        what=f"delivered, {per_s:,}/s sent",
        value=run.per_s,
        unit="/s",
        goal=at_least(GOSMEE_PER_S) if most else None,
        peer=gosmee if most else None,
    )
    if most:
        yield Figure(
            row=ROW,
            what=f"delivered, {per_s:,}/s sent, beside smee",
            value=run.per_s,
            unit="/s",
            peer=Peer(name=SMEE, value=SMEE_PER_S, elsewhere=True),
        )
    yield Figure(row=ROW, what=f"p50, {per_s:,}/s sent", value=percentile(run.delays_ms, 0.5), unit="ms")
    yield Figure(
        row=ROW,
        what=f"p99, {per_s:,}/s sent",
        value=percentile(run.delays_ms, 0.99),
        unit="ms",
        goal=at_most(GOSMEE_P99_MS) if aimed else None,
        peer=Peer(name=GOSMEE, value=GOSMEE_P99_MS, elsewhere=True) if aimed else None,
    )
    yield Figure(row=ROW, what=f"lost, {per_s:,}/s sent", value=run.lost, unit="", goal=at_most(0))
    yield Figure(row=ROW, what=f"processor time of the agent for each, {per_s:,}/s sent", value=run.cpu_ms, unit="ms")
