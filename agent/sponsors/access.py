"""Whether a person may read a private repository, as GHES tells that person."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from shared.event import Repository, mapping, number, repository

MOST_PAGES = 20


@dataclass(frozen=True, slots=True)
class Readable:
    """They may."""

    repository: Repository


@dataclass(frozen=True, slots=True)
class NotReadable:
    """They may not, or it isn't there: GHES doesn't say which."""


async def access(actor: Actor, repository_id: int) -> Readable | NotReadable | Unreachable:
    """Whether they may read one repository, whatever it is called now."""
    match await actor.get("/repositories/{id}", {"id": str(repository_id)}):
        case Refused() as refused:
            return _refused(refused)
        case Unreachable() as unreachable:
            return unreachable
        case fields:
            found = repository(mapping(fields))
            return Readable(found) if found else Unreachable(reason="The repository is described in an unknown way.")


async def private_repositories(actor: Actor, owner_id: int) -> Sequence[int] | NotReadable | Unreachable:
    """The ids of an owner's private repositories that they may read, as far as the GitHub App sees them."""
    installations = await actor.listing("/user/installations", key="installations")
    if isinstance(installations, Unreachable):
        return installations
    if isinstance(installations, Refused):
        return _refused(installations)
    ids = [number(each, "id") for each in installations if number(each, "account", "id") == owner_id]
    if not ids:
        return ()
    path, names = "/user/installations/{id}/repositories", {"id": str(ids[0])}
    found = await actor.listing(path, names, key="repositories", most_pages=MOST_PAGES)
    if isinstance(found, Unreachable):
        return found
    if isinstance(found, Refused):
        return _refused(found)
    known = (repository(mapping(each)) for each in found)
    return [each.id for each in known if each and each.owner_id == owner_id and not each.open_to_all]


def _refused(refused: Refused) -> NotReadable | Unreachable:
    """A limit is no verdict about the person."""
    limited = refused.status == HTTPStatus.TOO_MANY_REQUESTS or "rate limit" in refused.message.lower()
    return refused.as_unreachable if limited else NotReadable()
