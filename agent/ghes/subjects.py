"""Asking GHES for what no payload has: the present state of an issue, a pull request, a commit's checks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from agent.ghes.answers import Refused, Unreachable, ask
from agent.ghes.installations import Installations
from agent.ghes.single_flight import SingleFlight
from shared.event import Payload, items, mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """GHES's own fields, as its REST reference names them. Shared between callers: read, never change."""

    fields: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Deleted, or no longer for the App to see."""


class Subjects:
    """One request at a time for each subject, conditional on its ETag. Renamed repositories are followed."""

    def __init__(self, *, installations: Installations) -> None:
        self._installations = installations
        self._flights: SingleFlight[Fetched | Gone | Unreachable] = SingleFlight()

    async def pull(self, installation_id: int, full_name: str, number: int) -> Fetched | Gone | Unreachable:
        """The pull request `full_name#number`."""
        return await self._get(installation_id, f"/repos/{full_name}/pulls/{number}")

    async def issue(self, installation_id: int, full_name: str, number: int) -> Fetched | Gone | Unreachable:
        """The issue `full_name#number`; of a pull request its issue side, with the field `pull_request`."""
        return await self._get(installation_id, f"/repos/{full_name}/issues/{number}")

    async def checks(self, installation_id: int, full_name: str, sha: str) -> Fetched | Gone | Unreachable:
        """`{"check_runs": [...], "statuses": [...]}` of a commit: the newest of each name and context."""
        commit = f"/repos/{full_name}/commits/{sha}"

        async def both() -> Payload:
            runs = await self._installations.listing(
                installation_id, f"{commit}/check-runs?per_page=100", key="check_runs"
            )
            status = await self._installations.get(installation_id, f"{commit}/status?per_page=100")
            return {"check_runs": runs, "statuses": items(status, "statuses")}

        return await self._flights.answer((installation_id, commit), lambda: _fetched(both))

    async def _get(self, installation_id: int, path: str) -> Fetched | Gone | Unreachable:
        async def one() -> Any:
            return await self._installations.get(installation_id, path)

        return await self._flights.answer((installation_id, path), lambda: _fetched(one))


async def _fetched(request: Callable[[], Awaitable[Any]]) -> Fetched | Gone | Unreachable:
    match await ask(request()):
        case Refused(is_missing=True):
            return Gone()
        case Refused() as refused:
            return refused.as_unreachable
        case Unreachable() as unreachable:
            return unreachable
        case fields:
            return Fetched(fields=mapping(fields))
