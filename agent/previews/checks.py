"""The checks of a pull request that a link shows, read with the same rights as the pull request.

They are worth little without it and it much without them: where GHES refuses them, or takes its time, there are none.
"""

import asyncio
from dataclasses import replace

from agent.checks import of_run, of_status
from agent.ghes.answers import Refused, Unreachable
from agent.previews.ports import Reads
from agent.previews.things import Issue, Thing
from shared.clock import Clock
from shared.event import Payload, items, text

READ_S = 5.0
_COMMIT = "/repos/{owner}/{repo}/commits/{sha}"
_RUNS = _COMMIT + "/check-runs{?per_page}"
_STATUS = _COMMIT + "/status{?per_page}"
_MOST = "100"


async def with_checks(thing: Thing, reads: Reads, clock: Clock) -> Thing:
    """A pull request with its checks, by name; anything else as it is."""
    if not isinstance(thing, Issue) or not thing.is_pull or not (sha := text(thing.fields, "head", "sha")):
        return thing
    where = {"owner": thing.repository.owner, "repo": thing.repository.name, "sha": sha, "per_page": _MOST}
    try:
        async with clock.timeout(READ_S):
            runs, statuses = await asyncio.gather(
                _listed(reads, _RUNS, where, "check_runs"), _listed(reads, _STATUS, where, "statuses")
            )
    except TimeoutError:
        return thing
    found = [*map(of_run, runs), *map(of_status, statuses)]
    by_name = {each.name: each for each in found if each}
    return replace(thing, checks=tuple(by_name[name] for name in sorted(by_name)))


async def _listed(reads: Reads, path: str, names: dict[str, str], key: str) -> list[Payload]:
    answer = await reads.get(path, names)
    return [] if isinstance(answer, Refused | Unreachable) else items(answer, key)
