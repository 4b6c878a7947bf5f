"""Asking GHES again about sponsors, each with their own token: once a day, and when something happened.

GHES that can't be asked changes nothing. A channel that Slack doesn't describe changes nothing either.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never

import structlog

from agent.ghes.answers import Unreachable
from agent.ghes.repositories import Found, NotFound
from agent.people.ports import Actor, Member, MemberKind, NotLinked, NotSetUp
from agent.slash.ports import Channel, Ports
from agent.sponsors.access import NotReadable, Readable, access, private_repositories
from agent.sponsors.ports import Answer
from agent.store import sponsor_checks as stored
from agent.store.port import Store, StoreUnavailableError
from agent.store.sponsor_checks import RECHECKED_S, Due, Unsponsored
from agent.store.sponsors import Row, end, pause
from agent.subscriptions.subscription import Scope, Target
from shared.address import Address
from shared.clock import Clock

log = structlog.get_logger()
IDLE_S = 60.0
ENOUGH = 3
"""So many sponsors are looked for, so that one may leave."""
MOST_ASKED = 50
FOUND = "found among the channel's people"
SHARED = "the channel is shared with another organisation"


@dataclass(slots=True)
class Surveyed:
    """What is known of the channels in one round."""

    channels: dict[Address, Channel | None] = field(default_factory=dict)
    members: dict[Address, frozenset[str] | None] = field(default_factory=dict)


class Checking:
    """`run` goes on until it is cancelled."""

    def __init__(self, ports: Ports, store: Store, clock: Clock) -> None:
        self._ports, self._store, self._clock = ports, store, clock
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Somebody's access may have changed."""
        self._wake.set()

    async def run(self) -> None:
        """Ask, again and again."""
        while True:
            self._wake.clear()
            try:
                await self.round()
            except StoreUnavailableError as failure:
                log.warning("sponsors wait for the store", reason=str(failure))
            with suppress(TimeoutError):
                async with self._clock.timeout(IDLE_S):
                    await self._wake.wait()

    async def round(self) -> None:
        """Ask about all who are due, then look for sponsors where there are none. Raises `StoreUnavailableError`."""
        surveyed, before = Surveyed(), self._now() - RECHECKED_S
        after: Row | None = None
        while found := await self._store.read(partial(stored.due, before=before, after=after)):
            for each in found:
                if await self._store.read(partial(stored.is_due, row=each.row, before=before)):
                    await self._check(each, surveyed)
            after = found[-1].row
        for bare in await self._store.read(stored.unsponsored):
            await self._seek(bare, surveyed)

    async def _check(self, due: Due, surveyed: Surveyed) -> None:
        row = due.row
        if not due.subscribed and (row.scope is Scope.OWNER or not due.owners):
            await self._store.write(partial(stored.drop, row=row))
            return
        if await self._is_gone(due.address, row.user_id, surveyed):
            await self._end(row)
            return
        actor = await self._ports.actors.of(due.address.team_id, row.user_id)
        match actor:
            case NotLinked():
                await self._end(row)
            case Unreachable() | NotSetUp():
                pass
            case _ if row.scope is Scope.OWNER:
                await self._check_owner(due, actor, surveyed)
            case _:
                await self._check_repository(due, actor, surveyed)

    async def _check_repository(self, due: Due, actor: Actor, surveyed: Surveyed) -> None:
        row = due.row
        match await access(actor, row.target_id):
            case Readable(repository) if not due.subscribed and repository.owner_id not in due.owners:
                await self._store.write(partial(stored.drop, row=row))
            case Readable(repository):
                allowed = await self._is_allowed(due.address, row.target_id, surveyed)
                if not allowed and not due.subscribed and not repository.open_to_all:
                    await self._store.write(partial(stored.drop, row=row))
                    return
                await self._renew(row)
                if not allowed and not repository.open_to_all:
                    target = Target(scope=Scope.REPO, id=row.target_id, name=repository.full_name)
                    await self._hold(row, due.address, target)
            case NotReadable():
                if await self._app_sees(due.name):
                    await self._end(row)
            case Unreachable():
                pass
            case never:
                assert_never(never)

    async def _check_owner(self, due: Due, actor: Actor, surveyed: Surveyed) -> None:
        found = await private_repositories(actor, due.row.target_id)
        if isinstance(found, Unreachable):
            return
        readable = () if isinstance(found, NotReadable) else found
        await self._renew(due.row, [each for each in readable if await self._is_allowed(due.address, each, surveyed)])

    async def _seek(self, bare: Unsponsored, surveyed: Surveyed) -> None:
        """Ask those of the channel who are linked, the one who subscribed first; nobody of them is told."""
        members = await self._members(bare.address, surveyed)
        if members is None:
            return
        linked = await self._store.read(partial(stored.linked_of, team_id=bare.address.team_id))
        first = bare.row.user_id
        found, unclear = 0, False
        for user_id in sorted(members & linked, key=lambda each: (each != first, each))[:MOST_ASKED]:
            said = await self._reads(bare, user_id)
            unclear = unclear or said is None
            if said:
                await self._ports.sponsoring.sponsor(bare.address, bare.target, user_id, how=FOUND)
                found += 1
            if found == ENOUGH:
                break
        if found:
            if not await self._is_allowed(bare.address, bare.target.id, surveyed):
                await self._hold(bare.row, bare.address, bare.target)
        elif not unclear and await self._app_sees(bare.target.name):
            await self._pause(bare.row, "nobody of the channel may read it")

    async def _reads(self, bare: Unsponsored, user_id: str) -> bool | None:
        """None: nobody knows."""
        member = await self._ports.members.of(bare.address.team_id, user_id)
        if not isinstance(member, Member):
            return None
        if member.kind is not MemberKind.FULL:
            return False
        match await self._ports.actors.of(bare.address.team_id, user_id):
            case NotLinked():
                return False
            case Unreachable() | NotSetUp():
                return None
            case actor:
                said = await access(actor, bare.target.id)
                return None if isinstance(said, Unreachable) else isinstance(said, Readable)

    async def _is_gone(self, address: Address, user_id: str, surveyed: Surveyed) -> bool:
        members = await self._members(address, surveyed)
        if members is not None and user_id not in members:
            return True
        member = await self._ports.members.of(address.team_id, user_id)
        return isinstance(member, Member) and member.kind is not MemberKind.FULL

    async def _is_allowed(self, address: Address, repository_id: int, surveyed: Surveyed) -> bool:
        if address not in surveyed.channels:
            described = await self._ports.channels.describe(address)
            surveyed.channels[address] = described if isinstance(described, Channel) else None
        channel = surveyed.channels[address]
        if channel is None or not channel.is_ext_shared:
            return True
        answers = await self._ports.sponsoring.answers(address, (repository_id,))
        return answers.get(repository_id) is Answer.YES

    async def _members(self, address: Address, surveyed: Surveyed) -> frozenset[str] | None:
        if address not in surveyed.members:
            found = await self._ports.channels.members(address)
            surveyed.members[address] = found if isinstance(found, frozenset) else None
        return surveyed.members[address]

    async def _app_sees(self, name: str) -> bool:
        """Whether it can be the person's fault: without the App nobody's token shows anything, and nothing arrives."""
        owner, _, repo = name.partition("/")
        if not repo:
            return True
        return isinstance(await self._ports.repositories.find(owner, repo), Found | NotFound)

    async def _hold(self, row: Row, address: Address, target: Target) -> None:
        """The channel is shared by now: an administrator has to allow it first."""
        await self._ports.sponsoring.ask(address, target, "")
        await self._pause(row, SHARED, with_sponsors=True)

    async def _pause(self, row: Row, why: str, *, with_sponsors: bool = False) -> None:
        work = partial(pause, row=row, now=self._now(), why=why, with_sponsors=with_sponsors)
        if await self._store.write(work):
            log.info("a subscription is paused", repository_id=row.target_id, why=why)

    async def _renew(self, row: Row, readable: list[int] | tuple[()] = ()) -> None:
        await self._store.write(partial(stored.renew, row=row, readable=readable, now=self._now()))

    async def _end(self, row: Row) -> None:
        await self._store.write(partial(end, rows=[row], now=self._now()))

    def _now(self) -> float:
        return self._clock.now().timestamp()
