"""What the GitHub App may lack of what the code needs, and what that costs."""

from collections.abc import Collection, Iterator, Mapping

from agent.examining.findings import Finding, failure, quoted, warning
from agent.setup import app_needs

PERMISSIONS: Mapping[str, str] = {name: need.level for name, need in app_needs.PERMISSIONS.items()}
COSTS: Mapping[str, str] = {name: need.cost for name, need in app_needs.PERMISSIONS.items()}
"""What is lost without the permission; the end of a sentence."""


def lacks(permissions: Mapping[str, object], events: Collection[object], page: str) -> Iterator[Finding]:
    """Findings for what the App itself lacks; `page`: where its owner grants it."""
    for row in app_needs.permission_rows(permissions):
        if not row.lacking:
            continue
        has = f"only {quoted(row.given)}" if row.given else "no"
        says = f"The App has {has} permission for {row.name}, not {row.needed}: {row.cost}."
        does = f"Grant it at {page}, then have each installation accept it."
        yield failure(says, does) if row.indispensable else warning(says, does)
    missing = [row.name for row in app_needs.event_rows(events) if row.lacking]
    if missing:
        yield warning(
            f"The App doesn't subscribe to {', '.join(missing)}, so nobody is told of what these events bring.",
            f"Tick them at {page}, under Subscribe to events; an event can be ticked once its permission is granted.",
        )
