"""What links show to whoever shared them: read as that person, or as anybody, never with more rights."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from agent.ghes.answers import Refused, Unreachable
from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Suspended
from agent.people.ports import NotLinked, NotSetUp
from agent.previews.checks import with_checks
from agent.previews.deciding import Size, size_of
from agent.previews.links import AccountLink, OrganizationLink, PreviewLink
from agent.previews.ports import Previews, Reads, Shared
from agent.previews.reading import read
from agent.previews.things import Thing
from agent.slash.ports import Ports

READ_S = 15.0
"""A preview that comes later surprises more than it helps."""


@dataclass(frozen=True, slots=True)
class SignInFirst:
    """The sharer isn't signed in, and it isn't for everybody on the server: it is private, or isn't there at all."""


Looked = Thing | SignInFirst | None
"""None: there is nothing to show, and nothing to say about it."""


async def looked(links: Sequence[PreviewLink], shared: Shared, ports: Ports, previews: Previews) -> list[Looked]:
    """What each of `links` shows, in order; all are read at once, within `READ_S`.

    Only what is shown as a full card has its checks.
    """
    is_full = size_of(len(links)) is Size.FULL
    looking = (_in_time(link, shared, ports, previews, is_full=is_full) for link in links)
    return list(await asyncio.gather(*looking))


async def _in_time(link: PreviewLink, shared: Shared, ports: Ports, previews: Previews, *, is_full: bool) -> Looked:
    try:
        async with previews.clock.timeout(READ_S):
            return await _looked(link, shared, ports, previews, is_full=is_full)
    except TimeoutError:
        return None


async def _looked(link: PreviewLink, shared: Shared, ports: Ports, previews: Previews, *, is_full: bool) -> Looked:
    match await ports.actors.of(shared.team_id, shared.user_id):
        case NotLinked():
            return await _for_anybody(link, ports, previews, is_full=is_full)
        case NotSetUp():  # nobody can sign in
            found = await _for_anybody(link, ports, previews, is_full=is_full)
            return None if isinstance(found, SignInFirst) else found
        case Unreachable():
            return None
        case actor:
            thing = await read(link, actor, ports.ghes_url)
    if isinstance(thing, Refused) and thing.status == HTTPStatus.UNAUTHORIZED:
        return await _for_anybody(link, ports, previews, is_full=is_full)
    if isinstance(thing, Refused | Unreachable):
        return None
    return await with_checks(thing, actor, previews.clock) if is_full else thing


async def _for_anybody(link: PreviewLink, ports: Ports, previews: Previews, *, is_full: bool) -> Looked:
    """What everybody on the server may read, as the App reads it."""
    reads = await _reads(link, ports, previews)
    if reads is None or isinstance(reads, SignInFirst):
        return reads
    thing = await read(link, reads, ports.ghes_url)
    if isinstance(thing, Refused | Unreachable):
        return None
    if thing.repository is not None and not thing.repository.open_to_all:
        return SignInFirst()
    return await with_checks(thing, reads, previews.clock) if is_full else thing


async def _reads(link: PreviewLink, ports: Ports, previews: Previews) -> Reads | SignInFirst | None:
    match await _found(link, ports):
        case Unreachable() | NotSetUp():
            return None
        case Found(repository=repository, installation_id=id_) if repository.open_to_all:
            return previews.installed.reads(id_)
        case Owner(installation_id=id_):
            return previews.installed.reads(id_)
        case _:
            return SignInFirst()


async def _found(
    link: PreviewLink, ports: Ports
) -> Found | Owner | NotInstalled | Suspended | NotFound | Unreachable | NotSetUp:
    if isinstance(link, OrganizationLink | AccountLink):
        return await ports.repositories.find_owner(link.login)
    return await ports.repositories.find(link.owner, link.repo)
