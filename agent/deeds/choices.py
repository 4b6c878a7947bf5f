"""What a person may choose from in a form: repositories, labels, people, milestones.

Read page by page within a time that Slack leaves for it; what has arrived by then is shown. The page that is on its way
arrives all the same, so the next letter goes on from there, however slow the server is. An answer is known for a
minute, for each person.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import structlog

from agent.deeds.things import repository_names
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from shared.clock import Clock
from shared.event import Payload, items, number

log = structlog.get_logger()
KNOWN_S = 60.0
WITHIN_S = 1.5
"""Slack gives up after three seconds, our lane after two."""
MOST_PAGES = 50
MOST_SHELVES = 500
_PER_PAGE = 100
_PAGE = "{?per_page,page}"


@dataclass(slots=True)
class _Shelf:
    begun_at: float
    found: list[Payload] = field(default_factory=list)
    pages: int = 0
    complete: bool = False
    reading: asyncio.Task[None] | None = None
    """The next page, for everybody who waits for it."""


class Choices:
    """Those of all people; a refusal counts as nothing to choose from."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shelves: OrderedDict[Hashable, _Shelf] = OrderedDict()

    async def repositories(self, actor: Actor) -> list[Payload]:
        """Those with the App in which the person was given rights."""
        installations = await self._within(actor, "/user/installations", {}, "installations")
        ids = [str(number(each, "id")) for each in installations]
        path = "/user/installations/{installation_id}/repositories"
        found = await asyncio.gather(
            *(self._within(actor, path, {"installation_id": each}, "repositories") for each in ids)
        )
        return [each for repositories in found for each in repositories]

    async def labels(self, actor: Actor, repository: str) -> list[Payload]:
        """The repository's labels."""
        return await self._within(actor, "/repos/{owner}/{repo}/labels", repository_names(repository))

    async def assignees(self, actor: Actor, repository: str) -> list[Payload]:
        """Who can be assigned."""
        return await self._within(actor, "/repos/{owner}/{repo}/assignees", repository_names(repository))

    async def milestones(self, actor: Actor, repository: str) -> list[Payload]:
        """The open ones."""
        return await self._within(actor, "/repos/{owner}/{repo}/milestones", repository_names(repository))

    async def _within(self, actor: Actor, path: str, names: Mapping[str, str], key: str = "") -> list[Payload]:
        person = actor.person
        shelf = self._shelf((person.team_id, person.user_id, person.ghes_id, path, *names.values()))
        try:
            async with self._clock.timeout(WITHIN_S):
                while not shelf.complete:
                    if shelf.reading is None or shelf.reading.done():
                        shelf.reading = asyncio.create_task(self._read_on(shelf, actor, path, names, key))
                        shelf.reading.add_done_callback(_put_down)
                    await asyncio.shield(shelf.reading)
        except TimeoutError:
            pass
        return list(shelf.found)

    async def _read_on(self, shelf: _Shelf, actor: Actor, path: str, names: Mapping[str, str], key: str) -> None:
        page = {"per_page": str(_PER_PAGE), "page": str(shelf.pages + 1)}
        answer = await actor.get(path + _PAGE, {**names, **page})
        if isinstance(answer, Refused | Unreachable):
            shelf.complete, shelf.begun_at = True, float("-inf")  # asked again with the next letter
            return
        found = items(answer, key) if key else items({"items": answer}, "items")
        shelf.found += found
        shelf.pages += 1
        shelf.complete = len(found) < _PER_PAGE or shelf.pages >= MOST_PAGES

    def _shelf(self, key: Hashable) -> _Shelf:
        shelf = self._shelves.get(key)
        if shelf is None or self._clock.monotonic() - shelf.begun_at >= KNOWN_S:
            shelf = self._shelves[key] = _Shelf(begun_at=self._clock.monotonic())
        self._shelves.move_to_end(key)
        while len(self._shelves) > MOST_SHELVES:
            self._shelves.popitem(last=False)
        return shelf


def _put_down(reading: asyncio.Task[None]) -> None:
    if not reading.cancelled() and (failure := reading.exception()):  # it may be that nobody waits any more
        log.warning("choices couldn't be read", error=type(failure).__name__)
