"""Which sponsors are to be asked of GHES again, and which subscriptions look for one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, or_, select, tuple_, update

from agent.audit import Entry
from agent.store.audit import note
from agent.store.people_tables import people, sponsors
from agent.store.sponsors import Row, put
from agent.store.tables import addresses, repositories, subscriptions
from agent.subscriptions.subscription import Scope, Target
from shared.address import Address
from shared.event import OPEN_TO_ALL, Event, number

SLICE = 100
RECHECKED_S = 86400.0

_OWN = and_(
    subscriptions.c.address_id == sponsors.c.address_id,
    subscriptions.c.scope == sponsors.c.scope,
    subscriptions.c.target_id == sponsors.c.target_id,
)
_DUE = (
    select(
        sponsors,
        addresses.c.team_id,
        addresses.c.channel_id,
        subscriptions.c.target,
        repositories.c.owner,
        repositories.c.name,
    )
    .join(addresses, addresses.c.id == sponsors.c.address_id)
    .outerjoin(subscriptions, _OWN)
    .outerjoin(repositories, and_(repositories.c.id == sponsors.c.target_id, sponsors.c.scope == Scope.REPO))
)
_KEY = (sponsors.c.address_id, sponsors.c.scope, sponsors.c.target_id, sponsors.c.user_id)

_OF_REPOSITORY = frozenset({"member", "repository", "public", "team", "team_add"})
"""Events that may take a repository from somebody, or give one to somebody."""
_OF_PERSON = {"membership": ("member", "id"), "organization": ("membership", "user", "id")}
"""Where those that are about a person name them."""
_OPENED = frozenset({"public", "repository.publicized"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A sponsor to be asked about."""

    row: Row
    address: Address
    name: str
    """`owner/repo` or `owner`, as far as it is known."""
    subscribed: bool
    """Whether the channel is subscribed to exactly this."""
    owners: frozenset[int]
    """The owners that the channel is subscribed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsponsored:
    """A subscription to a private repository that nobody has vouched for yet, and that isn't paused."""

    row: Row
    """Of who subscribed first."""
    address: Address
    target: Target


def due(connection: Connection, before: float, after: Row | None = None) -> Sequence[Due]:
    """The next ones that were checked before `before`: an owner's ahead of its repositories', which they renew."""
    found = _DUE.where(sponsors.c.checked_at < before).order_by(*_KEY).limit(SLICE)
    if after:
        found = found.where(tuple_(*_KEY) > tuple_(after.address_id, after.scope, after.target_id, after.user_id))
    rows = connection.execute(found).all()
    owners = _owners(connection, {row.address_id for row in rows})
    return [
        Due(
            row=_row(row),
            address=Address(team_id=row.team_id, channel_id=row.channel_id),
            name=row.target or (f"{row.owner}/{row.name}" if row.owner else ""),
            subscribed=row.target is not None,
            owners=frozenset(owners[row.address_id]),
        )
        for row in rows
    ]


def is_due(connection: Connection, row: Row, before: float) -> bool:
    """Whether it is there and due still: what was done meanwhile may have renewed or ended it."""
    return connection.execute(_one(row).where(sponsors.c.checked_at < before)).first() is not None


def unsponsored(connection: Connection) -> Sequence[Unsponsored]:
    """Those that became private, or were brought back by *Undo*."""
    same = and_(
        sponsors.c.address_id == subscriptions.c.address_id,
        sponsors.c.scope == Scope.REPO,
        sponsors.c.target_id == subscriptions.c.target_id,
    )
    found = (
        select(subscriptions, addresses.c.team_id, addresses.c.channel_id)
        .join(addresses, addresses.c.id == subscriptions.c.address_id)
        .join(repositories, repositories.c.id == subscriptions.c.target_id)
        .where(subscriptions.c.scope == Scope.REPO, subscriptions.c.paused_at.is_(None))
        .where(repositories.c.visibility.not_in(sorted(OPEN_TO_ALL)), ~exists().where(same))
        .order_by(subscriptions.c.id)
    )
    return [
        Unsponsored(
            row=Row(address_id=row.address_id, scope=Scope.REPO, target_id=row.target_id, user_id=row.created_by),
            address=Address(team_id=row.team_id, channel_id=row.channel_id),
            target=Target(scope=Scope.REPO, id=row.target_id, name=row.target),
        )
        for row in connection.execute(found)
    ]


def linked_of(connection: Connection, team_id: str) -> set[str]:
    """The Slack users of a workspace who are linked."""
    return set(connection.execute(select(people.c.user_id).where(people.c.team_id == team_id)).scalars())


def renew(connection: Connection, row: Row, readable: Collection[int], now: float) -> None:
    """GHES says that they may; of an owner, those `readable`, and all other rows of theirs are asked about next."""
    if connection.execute(_one(row)).first() is None:
        return
    if row.scope is Scope.OWNER:
        others = and_(
            sponsors.c.address_id == row.address_id,
            sponsors.c.user_id == row.user_id,
            sponsors.c.scope == Scope.REPO,
            sponsors.c.target_id.not_in(list(readable)),
        )
        connection.execute(update(sponsors).where(others).values(checked_at=0.0))
    put(connection, row, readable, now)


def drop(connection: Connection, row: Row) -> None:
    """Its subscription is gone: nobody is told."""
    connection.execute(delete(sponsors).where(tuple_(*_KEY) == tuple_(*_key(row))))


def heed(connection: Connection, event: Event) -> None:
    """Have asked again now, at the next turn, whom an event may have taken something from."""
    if not concerns_sponsors(event):
        return
    if event.name in _OF_PERSON:
        ghes_id = number(event.payload, *_OF_PERSON[event.name])
        _make_due(connection, _is_person(ghes_id or 0))
    elif event.repository:
        owner_id = event.repository.owner_id
        _make_due(connection, _of(Scope.REPO, event.repository.id))
        _make_due(connection, _of(Scope.OWNER, owner_id))
    else:
        organisation = number(event.payload, "organization", "id") or 0
        theirs = select(repositories.c.id).where(repositories.c.owner_id == organisation)
        everything = and_(sponsors.c.scope == Scope.REPO, sponsors.c.target_id.in_(theirs))
        _make_due(connection, or_(_of(Scope.OWNER, organisation), everything))
    if event.key in _OPENED and event.repository:
        _open(connection, event.repository.id, event.received_at.timestamp())


def check_again(connection: Connection, address: Address) -> None:
    """Have all sponsors of a channel asked about again, at the next turn."""
    here = (addresses.c.team_id == address.team_id, addresses.c.channel_id == address.channel_id)
    _make_due(connection, sponsors.c.address_id.in_(select(addresses.c.id).where(*here)))


def concerns_sponsors(event: Event) -> bool:
    """Whether somebody's access may have changed."""
    if event.name == "organization":
        return event.action == "member_removed"
    if event.name == "repository":
        return event.action in {"created", "transferred", "privatized", "publicized"}
    return event.name in _OF_REPOSITORY or event.name in _OF_PERSON


def _open(connection: Connection, repository_id: int, now: float) -> None:
    """Everybody may read it now: nothing of it is paused."""
    paused = and_(
        subscriptions.c.scope == Scope.REPO,
        subscriptions.c.target_id == repository_id,
        subscriptions.c.paused_at.is_not(None),
    )
    columns = (addresses.c.team_id, addresses.c.channel_id, subscriptions.c.target)
    found = connection.execute(
        select(*columns).join(subscriptions, subscriptions.c.address_id == addresses.c.id).where(paused)
    ).all()
    connection.execute(update(subscriptions).where(paused).values(paused_at=None))
    note(
        connection,
        now,
        *(
            Entry(
                team_id=row.team_id,
                user_id="",
                channel_id=row.channel_id,
                action="resume",
                target=row.target,
                outcome="everybody may read it now",
            )
            for row in found
        ),
    )


def _make_due(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(update(sponsors).where(which).values(checked_at=0.0))


def _of(scope: Scope, target_id: int) -> ColumnElement[bool]:
    return and_(sponsors.c.scope == scope, sponsors.c.target_id == target_id)


def _is_person(ghes_id: int) -> ColumnElement[bool]:
    theirs = (
        select(addresses.c.id, people.c.user_id)
        .join(people, people.c.team_id == addresses.c.team_id)
        .where(people.c.ghes_id == ghes_id)
    )
    return tuple_(sponsors.c.address_id, sponsors.c.user_id).in_(theirs)


def _owners(connection: Connection, address_ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    if address_ids:
        whole = select(subscriptions.c.address_id, subscriptions.c.target_id).where(
            subscriptions.c.address_id.in_(list(address_ids)), subscriptions.c.scope == Scope.OWNER
        )
        for row in connection.execute(whole):
            found[row.address_id].add(row.target_id)
    return found


def _one(row: Row) -> Select[tuple[float]]:
    return select(sponsors.c.checked_at).where(tuple_(*_KEY) == tuple_(*_key(row)))


def _key(row: Row) -> tuple[int, str, int, str]:
    return row.address_id, row.scope.value, row.target_id, row.user_id


def _row(found: object) -> Row:
    return Row(
        address_id=found.address_id,  # type: ignore[attr-defined]
        scope=Scope(found.scope),  # type: ignore[attr-defined]
        target_id=found.target_id,  # type: ignore[attr-defined]
        user_id=found.user_id,  # type: ignore[attr-defined]
    )
