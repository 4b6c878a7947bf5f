"""Sponsors: who vouches for which private repository in which channel, and what becomes of it when they don't.

A row of scope `repo` says that this person of the channel may read exactly this repository; one of scope `owner` that
they keep the rows of all that they may read of this owner. Rows outlive their subscription for a day, so that *Undo*
finds them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, select, update

from agent.audit import Entry
from agent.slash.asked import to_json
from agent.slash.click import Click
from agent.sponsors.notices import PAUSED, notice, value_of
from agent.sponsors.ports import Answer, Standing
from agent.store import allowances
from agent.store.audit import entry_of, note
from agent.store.envelopes import enqueue_calls
from agent.store.people_tables import sponsors
from agent.store.port import Store
from agent.store.subscriptions import address_id_of
from agent.store.tables import addresses, repositories, subscriptions
from agent.store.upsert import upsert
from agent.subscriptions.subscription import Scope, Target
from shared.address import Address
from shared.clock import Clock
from shared.event import OPEN_TO_ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A sponsor of a target in a channel."""

    address_id: int
    scope: Scope
    target_id: int
    user_id: str


class SqlSponsoring:
    """`agent.sponsors.ports.Sponsoring` on the store; `admins` are logins on GHES."""

    def __init__(self, store: Store, clock: Clock, admins: Collection[str]) -> None:
        self._store, self._clock, self._admins = store, clock, frozenset(admins)

    async def of(self, address: Address, target: Target) -> Sequence[str]:
        """See the port."""
        return await self._store.read(partial(_of, address=address, target=target))

    async def sponsor(
        self, address: Address, target: Target, user_id: str, repositories: Collection[int] = (), how: str = "done"
    ) -> Standing:
        """See the port."""
        work = partial(sponsor, address=address, target=target, user_id=user_id, repository_ids=repositories)
        return await self._store.write(partial(work, now=self._now(), how=how))

    async def answers(self, address: Address, repository_ids: Collection[int]) -> Mapping[int, Answer]:
        """See the port."""
        work = partial(allowances.answers, address=address, repository_ids=repository_ids, now=self._now())
        return await self._store.read(work)

    async def ask(self, address: Address, repository: Target, asker: str) -> int:
        """See the port."""
        work = partial(allowances.ask, address=address, repository=repository, asker=asker, admins=self._admins)
        return await self._store.write(partial(work, now=self._now()))

    async def may_answer(self, team_id: str, user_id: str) -> bool:
        """See the port."""
        work = partial(allowances.may_answer, team_id=team_id, user_id=user_id, admins=self._admins)
        return await self._store.read(work)

    async def answer(self, address: Address, repository: Target, answer: Answer, by: str) -> Answer:
        """See the port."""
        work = partial(allowances.answer, address=address, repository=repository, said=answer, by=by)
        return await self._store.write(partial(work, now=self._now()))

    async def take_back(self, address: Address, repository: Target, by: str, *, is_shared: bool) -> bool:
        """See the port."""
        work = partial(take_back, address=address, repository=repository, by=by, is_shared=is_shared)
        return await self._store.write(partial(work, now=self._now()))

    def _now(self) -> float:
        return self._clock.now().timestamp()


def sponsor(
    connection: Connection,
    address: Address,
    target: Target,
    user_id: str,
    repository_ids: Collection[int],
    now: float,
    how: str,
) -> Standing:
    """Make somebody a sponsor, who has just proved that they may read it."""
    address_id = address_id_of(connection, address)
    row = Row(address_id=address_id, scope=target.scope, target_id=target.id, user_id=user_id)
    was_one = connection.execute(select(sponsors.c.user_id).where(_is(row))).first()
    put(connection, row, repository_ids, now)
    resumed = update(subscriptions).where(*subscribed_to(row), subscriptions.c.paused_at.is_not(None))
    if connection.execute(resumed.values(paused_at=None)).rowcount:
        standing = Standing.TOOK_OVER
    else:
        standing = Standing.SAME if was_one else Standing.NEW
    if standing is not Standing.SAME:
        action = "take over" if standing is Standing.TOOK_OVER else "sponsor"
        note(connection, now, entry_of(connection, address, user_id, action=action, target=target.name, outcome=how))
    return standing


def put(connection: Connection, row: Row, repository_ids: Collection[int], now: float) -> None:
    """Keep that a sponsor was checked now; of an owner, with the private repositories that they may read."""
    repos = [(Scope.REPO, each) for each in repository_ids] if row.scope is Scope.OWNER else []
    rows = [
        {"address_id": row.address_id, "scope": scope, "target_id": id_, "user_id": row.user_id, "checked_at": now}
        for scope, id_ in ((row.scope, row.target_id), *repos)
    ]
    upsert(connection, sponsors, rows)


def end_sponsorships(
    connection: Connection, team_id: str, user_id: str, now: float, *, channel_id: str | None = None
) -> None:
    """Somebody has no linked account any more, or has left a channel: what they alone vouched for pauses."""
    mine = (addresses.c.team_id == team_id, sponsors.c.user_id == user_id)
    found = select(sponsors).join(addresses, addresses.c.id == sponsors.c.address_id).where(*mine)
    if channel_id is not None:
        found = found.where(addresses.c.channel_id == channel_id)
    end(connection, [_row(each) for each in connection.execute(found)], now)


def end(connection: Connection, rows: Sequence[Row], now: float) -> None:
    """Take these sponsors away; a subscription that has none left pauses, once, and its channel is told."""
    for row in rows:
        connection.execute(delete(sponsors).where(_is(row)))
    by_address: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_address[row.address_id].append(row)
    for address_id, gone in by_address.items():
        for row in {(each.scope, each.target_id): each for each in gone}.values():
            if row.scope is Scope.REPO or _kept_something(connection, address_id, gone):
                pause(connection, row, now, "nobody of the channel may read it")


def pause(connection: Connection, row: Row, now: float, why: str, *, with_sponsors: bool = False) -> bool:
    """Pause a subscription to what isn't open to all; False when it has a sponsor (unless so), or is paused already."""
    same = (
        sponsors.c.address_id == row.address_id,
        sponsors.c.scope == row.scope,
        sponsors.c.target_id == row.target_id,
    )
    is_open = exists().where(repositories.c.id == row.target_id, repositories.c.visibility.in_(sorted(OPEN_TO_ALL)))
    where = [*subscribed_to(row), subscriptions.c.paused_at.is_(None)]
    where += [] if with_sponsors else [~exists().where(*same)]
    where += [~is_open] if row.scope is Scope.REPO else []
    if not connection.execute(update(subscriptions).where(*where).values(paused_at=now)).rowcount:
        return False
    told = select(subscriptions.c.target, addresses.c.team_id, addresses.c.channel_id)
    found = connection.execute(
        told.join(addresses, addresses.c.id == subscriptions.c.address_id).where(*subscribed_to(row))
    ).one()
    address = Address(team_id=found.team_id, channel_id=found.channel_id)
    target = Target(scope=row.scope, id=row.target_id, name=found.target)
    tell(connection, notice(PAUSED, address, value_of(target)), now)
    entry = Entry(
        team_id=found.team_id,
        user_id="",
        channel_id=found.channel_id,
        action="pause",
        target=found.target,
        outcome=why,
    )
    note(connection, now, entry)
    return True


def take_back(
    connection: Connection,
    address: Address,
    repository: Target,
    by: str,
    now: float,
    *,
    is_shared: bool,
    login: str = "",
) -> bool:
    """Sponsors of the repository's own subscription stay, so that another yes has it go on; see the port.

    `login`: for the audit log, where no Slack user says it.
    """
    if not allowances.take_back(connection, address, repository, by, now, login):
        return False
    address_id = address_id_of(connection, address)
    row = Row(address_id=address_id, scope=Scope.REPO, target_id=repository.id, user_id=by)
    if not is_shared:
        return True
    if connection.execute(select(subscriptions.c.id).where(*subscribed_to(row))).first():
        pause(connection, row, now, "an administrator took the permission back", with_sponsors=True)
    else:
        of_owner = (sponsors.c.address_id == address_id, sponsors.c.scope == Scope.REPO)
        connection.execute(delete(sponsors).where(*of_owner, sponsors.c.target_id == repository.id))
    return True


def tell(connection: Connection, said: Click, now: float) -> None:
    """Have a notice answered like a click."""
    enqueue_calls(connection, {said.id: to_json(said)}, now)


def subscribed_to(row: Row) -> tuple[ColumnElement[bool], ...]:
    """The subscription that a sponsor vouches for."""
    return (
        subscriptions.c.address_id == row.address_id,
        subscriptions.c.scope == row.scope,
        subscriptions.c.target_id == row.target_id,
    )


def _kept_something(connection: Connection, address_id: int, gone: Sequence[Row]) -> bool:
    """Whether one of the rows that are gone was there for an owner's subscription."""
    repos = [each.target_id for each in gone if each.scope is Scope.REPO]
    own = select(subscriptions.c.target_id).where(
        subscriptions.c.address_id == address_id,
        subscriptions.c.scope == Scope.REPO,
        subscriptions.c.target_id.in_(repos),
    )
    return bool(set(repos) - set(connection.execute(own).scalars()))


def _of(connection: Connection, address: Address, target: Target) -> list[str]:
    found = (
        select(sponsors.c.user_id)
        .join(addresses, addresses.c.id == sponsors.c.address_id)
        .where(addresses.c.team_id == address.team_id, addresses.c.channel_id == address.channel_id)
        .where(sponsors.c.scope == target.scope, sponsors.c.target_id == target.id)
    )
    return list(connection.execute(found.order_by(sponsors.c.user_id)).scalars())


def _is(row: Row) -> ColumnElement[bool]:
    return and_(
        sponsors.c.address_id == row.address_id,
        sponsors.c.scope == row.scope,
        sponsors.c.target_id == row.target_id,
        sponsors.c.user_id == row.user_id,
    )


def _row(found: object) -> Row:
    return Row(
        address_id=found.address_id,  # type: ignore[attr-defined]
        scope=Scope(found.scope),  # type: ignore[attr-defined]
        target_id=found.target_id,  # type: ignore[attr-defined]
        user_id=found.user_id,  # type: ignore[attr-defined]
    )
