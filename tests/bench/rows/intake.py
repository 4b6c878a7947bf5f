"""Webhooks accepted durably, beside gidgethub on aiohttp, which stores nothing.

Every webhook is signed, remembered, brings its subject up to date and is routed to a channel; posting goes on
meanwhile, at Slack's pace. The peer checks the signature, reads the JSON and says 202.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import Figure, Peer, at_least, at_most, percentile
from tests.bench.load import Load, closed
from tests.bench.processes import Server, agent, peer, slack
from tests.bench.seeding import subscribe
from tests.bench.webhooks import request, templates

ROW = "intake"
IN_FLIGHT = (1, 16, 64)
REPOSITORIES = 40
EXAMPLES = (
    "issues.opened.with_everything",
    "issue_comment.created.on_an_issue",
    "pull_request.opened.with_reviewers",
    "pull_request.synchronize.one_commit",
    "pull_request_review.submitted.approved",
    "push.three_commits",
    "workflow_run.completed.success",
)
PEER = "gidgethub+aiohttp"


async def measured(*, quick: bool) -> list[Figure]:
    seconds = 1.5 if quick else 6.0
    ours, cpu_ms = await _ours(seconds)
    theirs = await _theirs(seconds)
    figures = [figure for in_flight in IN_FLIGHT for figure in _figures(in_flight, ours[in_flight], theirs[in_flight])]
    return [*figures, Figure(row=ROW, what="processor time of the agent for each", value=cpu_ms, unit="ms")]


def _figures(in_flight: int, ours: Load, theirs: Load) -> Iterator[Figure]:
    aimed = in_flight == 16
    yield Figure(
        row=ROW,
        what=f"accepted durably, {in_flight} in flight",
        value=ours.per_s,
        unit="/s",
        goal=at_least(1000) if aimed else None,
        peer=Peer(name=PEER, value=theirs.per_s),
    )
    for share in (0.5, 0.99):
        yield Figure(
            row=ROW,
            what=f"p{share * 100:.0f}, {in_flight} in flight",
            value=percentile(ours.delays_ms, share),
            unit="ms",
            goal=at_most(50) if aimed and share > 0.5 else None,
            peer=Peer(name=PEER, value=percentile(theirs.delays_ms, share)),
        )


async def _ours(seconds: float) -> tuple[dict[int, Load], float]:
    with TemporaryDirectory() as folder:
        async with slack(Path(folder), channels=20) as standin:
            await subscribe(Path(folder), standin.addresses, repositories=REPOSITORIES)
            async with agent(Path(folder), standin) as server:
                before_s = server.cpu_s()
                loads = await _loads(server, seconds)
                spent_s = server.cpu_s() - before_s
    return loads, 1000 * spent_s / sum(len(load.delays_s) for load in loads.values())


async def _theirs(seconds: float) -> dict[int, Load]:
    async with peer("gidgethub_server") as server:
        return await _loads(server, seconds)


async def _loads(server: Server, seconds: float) -> dict[int, Load]:
    made = templates(EXAMPLES, repositories=REPOSITORIES)
    requests = (request(each, host=server.host) for each in made)
    await closed(server.host, server.port, requests, in_flight=16, seconds=0.5)  # to warm up
    return {
        in_flight: await closed(server.host, server.port, requests, in_flight=in_flight, seconds=seconds)
        for in_flight in IN_FLIGHT
    }
