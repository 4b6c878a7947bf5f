"""The repositories and owners that somebody names, for a subscription.

What a name is to whoever types it:

    open to all ─────────────────────────────────▶ anybody's
    private, or not there ─┬ GHES shows it them ─▶ theirs: they become its sponsor
                           ├ GHES doesn't ───────▶ refused in the same words, so that nobody learns what is hidden
                           └ nobody can sign in ─▶ refused, with who can help

Whoever isn't signed in where one can gets no further than `agent.slash.who.subscriber`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from agent.ghes.answers import Unreachable
from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Suspended
from agent.people.ports import Actor, NotLinked, NotSetUp
from agent.slash.asked import Asked
from agent.slash.guards import actor, missing_step, readable
from agent.slash.ports import Ports
from agent.slash.reply import Reply, to_person
from agent.sponsors.access import NotReadable, private_repositories
from agent.subscriptions.request import Named
from agent.subscriptions.subscription import Scope, Target
from agent.subscriptions.words import code

_Looked = Found | Owner | NotInstalled | Suspended | NotFound | Unreachable | NotSetUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A target that this person may subscribe to."""

    target: Target
    sponsored: bool = False
    """Whoever asks has just proved that they may read it; of an owner, what of its private repositories they may."""
    repositories: tuple[int, ...] = ()
    """Of an owner: its private repositories that they may read."""

    @property
    def is_private(self) -> bool:
        """A repository that not everybody on the server may read."""
        return self.sponsored and self.target.scope is Scope.REPO


async def wanted(named: Sequence[Named], asked: Asked, ports: Ports) -> list[Wanted] | Reply:
    """What these names mean, or why one of them can't be subscribed to by whoever asks."""
    found: list[Wanted] = []
    for each, looked in zip(named, await asyncio.gather(*(_looked(each, ports) for each in named)), strict=True):
        match looked:
            case Found(repository=repository) if repository.open_to_all:
                target = Target(scope=Scope.REPO, id=repository.id, name=repository.full_name)
                found.append(Wanted(target=target))
            case Owner():
                found.append(await _owned(looked, asked, ports))
            case Found() | NotFound():
                private = await _private(each, asked, ports)
                if isinstance(private, Reply):
                    return private
                found.append(private)
            case missing:
                return await missing_step(each, missing, asked, ports)
    return list({each.target: each for each in found}.values())


async def _looked(named: Named, ports: Ports) -> _Looked:
    if named.repo:
        return await ports.repositories.find(named.owner, named.repo)
    return await ports.repositories.find_owner(named.owner)


async def _private(named: Named, asked: Asked, ports: Ports) -> Wanted | Reply:
    person = await _reader(named, asked, ports)
    if isinstance(person, Reply):
        return person
    found = await readable(named, asked, person, ports)
    if isinstance(found, Reply):
        return found
    repository = found.repository
    target = Target(scope=Scope.REPO, id=repository.id, name=repository.full_name)
    return Wanted(target=target, sponsored=not repository.open_to_all)


async def _reader(named: Named, asked: Asked, ports: Ports) -> Actor | Reply:
    if isinstance(await ports.actors.of(asked.team_id, asked.user_id), NotSetUp):
        return to_person(
            f"There is no repository {code(str(named))} that everybody on this server may read. Check its name; a "
            "private one takes people who are connected, and nobody can sign in yet: ask whoever runs this app to set "
            "up the GitHub App's client id and secret."
        )
    return await actor(asked, ports)


async def _owned(owner: Owner, asked: Asked, ports: Ports) -> Wanted:
    """Whoever isn't signed in gets what is open to all, and is told so."""
    target = Target(scope=Scope.OWNER, id=owner.id, name=owner.login)
    person = await ports.actors.of(asked.team_id, asked.user_id)
    if isinstance(person, NotLinked | Unreachable | NotSetUp):
        return Wanted(target=target)
    readable_ones = await private_repositories(person, owner.id)
    if isinstance(readable_ones, NotReadable | Unreachable):
        return Wanted(target=target)
    return Wanted(target=target, sponsored=True, repositories=tuple(readable_ones))
