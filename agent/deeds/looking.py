"""Reading an issue or pull request as the person sees it."""

import asyncio
from dataclasses import dataclass

from agent.deeds.things import Numbered, repository_names
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from shared.event import Payload, mapping, text

_ISSUE = "/repos/{owner}/{repo}/issues/{number}"
_PULL = "/repos/{owner}/{repo}/pulls/{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An issue or pull request as it is now, under the repository's present name."""

    thing: Numbered
    fields: Payload
    """The issue, or the pull request."""
    repository: Payload

    @property
    def is_open(self) -> bool:
        """Whether it is."""
        return text(self.fields, "state") != "closed"

    @property
    def is_merged(self) -> bool:
        """Whether it is a pull request that was merged."""
        return self.fields.get("merged") is True or bool(self.fields.get("merged_at"))


async def look(actor: Actor, repository: str, number: int) -> Seen | Refused | Unreachable:
    """The issue or pull request of that number; `Refused` with 404 where there is none for this person."""
    names = repository_names(repository)
    place, issue = await asyncio.gather(
        actor.get("/repos/{owner}/{repo}", names), actor.get(_ISSUE, {**names, "number": str(number)})
    )
    if isinstance(place, Refused | Unreachable):
        return place
    if isinstance(issue, Refused | Unreachable):
        return issue
    thing = Numbered(
        repository=text(place, "full_name") or repository, number=number, is_pull=bool(mapping(issue, "pull_request"))
    )
    return await _seen(actor, thing, mapping(issue), mapping(place))


async def _seen(actor: Actor, thing: Numbered, issue: Payload, place: Payload) -> Seen | Refused | Unreachable:
    if not thing.is_pull:
        return Seen(thing=thing, fields=issue, repository=place)
    pull = await actor.get(_PULL, thing.names)
    if isinstance(pull, Refused | Unreachable):
        return pull
    return Seen(thing=thing, fields=mapping(pull), repository=place)
