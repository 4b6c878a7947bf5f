"""Whether we know this version of GHES."""

import re

from agent.examining.findings import Finding, failure, not_looked_at, quoted, warning, well
from agent.examining.ghes import VERSION
from agent.examining.reach import Reached
from agent.examining.surroundings import Surroundings

GROUP = "GitHub Enterprise"
_LEAST, _OLDEST, _NEWEST = (3, 17), (3, 19), (3, 22)


async def check(given: Surroundings) -> list[Finding]:
    """3.19 to 3.22 are supported."""
    found = await given.ghes.reached()
    told = found.headers.get(VERSION, "") if isinstance(found, Reached) else ""
    if not told:
        return not_looked_at("GHES doesn't answer")
    numbers = re.match(r"(\d+)\.(\d+)", told)
    shown = quoted(told)
    if numbers is None:
        return [warning(f"GHES calls its version {shown}, which we can't place.", "Supported are 3.19 to 3.22.")]
    version = int(numbers[1]), int(numbers[2])
    if version < _LEAST:
        return [failure(f"GHES {shown} is too old for this agent.", "Have it upgraded to 3.19 or newer.")]
    if version < _OLDEST:
        says = f"GHES {shown} is older than 3.19, the oldest that this agent is tested with."
        return [warning(says, "Have it upgraded; GitHub maintains it no more.")]
    if version > _NEWEST:
        says = f"GHES {shown} is newer than 3.22, the newest that this version of the agent knows."
        return [warning(says, "Look for a newer ghe-slack, and at its changelog.")]
    return [well(f"GHES is {shown}.")]
