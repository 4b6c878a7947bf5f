"""Linked people and their tokens, which are sealed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update

from agent.audit import Entry
from agent.people.person import Person, Tokens
from agent.store.audit import note
from agent.store.people_tables import people
from agent.store.port import Store
from agent.store.secrets import Secrets, UnreadableSecretError
from agent.store.upsert import upsert
from shared.clock import Clock

TOKENS = ("access", "access_ends_at", "refresh", "refresh_ends_at")
"""The columns that hold tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A person with what GHES gave for them."""

    person: Person
    tokens: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked:
    """A person whose link was deleted just now; without `tokens` where no key opened them."""

    person: Person
    tokens: Tokens | None


class SqlPeople:
    """`agent.people.ports.People` on the store, and what linking and acting need beside."""

    def __init__(self, store: Store, secrets: Secrets, clock: Clock) -> None:
        self._store, self._secrets, self._clock = store, secrets, clock

    async def of(self, team_id: str, user_id: str) -> Person | None:
        """See the port."""
        row = await self._store.read(lambda connection: _one(connection, team_id, user_id))
        return _person(row) if row else None

    async def on_ghes(self, team_id: str, logins: Collection[str]) -> Mapping[str, str]:
        """See the port."""
        return await self._store.read(lambda connection: mentions(connection, team_id, logins))

    async def held(self, team_id: str, user_id: str) -> Held | None:
        """The person with the tokens. Raises `UnreadableSecretError`."""
        row = await self._store.read(lambda connection: _one(connection, team_id, user_id))
        return Held(person=_person(row), tokens=self._opened(row)) if row else None

    async def with_id(self, ghes_id: int) -> Sequence[Person]:
        """All Slack users who are this person on GHES."""
        found = select(people).where(people.c.ghes_id == ghes_id)
        return [_person(row) for row in await self._store.read(lambda connection: connection.execute(found).all())]

    async def claim_refresh(self, team_id: str, user_id: str, within_s: float) -> bool:
        """Whether the caller may refresh; nobody else may for `within_s`, in no process."""
        now = self._clock.now().timestamp()
        mine = and_(_is(team_id, user_id), people.c.refreshing_until < now)
        claimed = update(people).where(mine).values(refreshing_until=now + within_s)
        return bool(await self._store.write(lambda connection: connection.execute(claimed).rowcount))

    async def refreshed(self, person: Person, tokens: Tokens) -> bool:
        """Keep both new tokens, and end the claim; False when this link isn't there any more."""
        values = sealed(self._secrets, tokens) | {"refreshing_until": 0.0}
        same = and_(_is(person.team_id, person.user_id), people.c.linked_at == person.linked_at.timestamp())
        kept = update(people).where(same).values(values)
        return bool(await self._store.write(lambda connection: connection.execute(kept).rowcount))

    async def rename(self, person: Person, login: str) -> None:
        """They are called so by now; written down. A link that isn't this one any more stays as it is."""
        now = self._clock.now().timestamp()

        def work(connection: Connection) -> None:
            same = and_(_is(person.team_id, person.user_id), people.c.linked_at == person.linked_at.timestamp())
            if connection.execute(update(people).where(same).values(login=login)).rowcount:
                note(connection, now, _renamed(person, login))

        await self._store.write(work)

    async def unclaim(self, person: Person) -> None:
        """Let somebody else refresh: it didn't come to anything."""
        freed = update(people).where(_is(person.team_id, person.user_id)).values(refreshing_until=0.0)
        await self._store.write(lambda connection: connection.execute(freed))

    def unlink(self, connection: Connection, team_id: str, user_id: str, access: str = "") -> Unlinked | None:
        """Delete the link in somebody's transaction; what was there.

        With `access`, only a link that has this token still: somebody who has linked anew stays linked.
        """
        row = _one(connection, team_id, user_id)
        if row is None:
            return None
        try:
            tokens = self._opened(row)
        except UnreadableSecretError:
            tokens = None
        if access and tokens and tokens.access != access:
            return None
        connection.execute(delete(people).where(_is(team_id, user_id)))
        return Unlinked(person=_person(row), tokens=tokens)

    def opened(self, tokens: Mapping[str, Any]) -> Tokens:
        """What `sealed` sealed. Raises `UnreadableSecretError`."""
        return Tokens(
            access=self._secrets.open(tokens["access"]),
            access_ends_at=_instant(tokens["access_ends_at"]),
            refresh=self._secrets.open(tokens["refresh"]) if tokens["refresh"] else "",
            refresh_ends_at=_instant(tokens["refresh_ends_at"]),
        )

    def _opened(self, row: Row[Any]) -> Tokens:
        return self.opened({name: getattr(row, name) for name in TOKENS})


def sealed(secrets: Secrets, tokens: Tokens) -> dict[str, Any]:
    """The columns that hold tokens."""
    return {
        "access": secrets.seal(tokens.access),
        "access_ends_at": _stamp(tokens.access_ends_at),
        "refresh": secrets.seal(tokens.refresh) if tokens.refresh else None,
        "refresh_ends_at": _stamp(tokens.refresh_ends_at),
    }


def link(connection: Connection, person: Person, tokens: Mapping[str, Any]) -> None:
    """Link a person, or link them anew; `tokens` as `sealed` makes them."""
    row = {
        "team_id": person.team_id,
        "user_id": person.user_id,
        "ghes_id": person.ghes_id,
        "login": person.login,
        **tokens,
        "refreshing_until": 0.0,
        "linked_at": person.linked_at.timestamp(),
    }
    upsert(connection, people, [row])


def mentions(connection: Connection, team_id: str, logins: Collection[str]) -> dict[str, str]:
    """Slack user id by login in lower case; of several who are one person on GHES, the one who linked last."""
    if not logins:
        return {}
    login = func.lower(people.c.login)
    found = select(login, people.c.user_id).where(people.c.team_id == team_id, login.in_({it.lower() for it in logins}))
    return {row[0]: row[1] for row in connection.execute(found.order_by(people.c.linked_at))}


def _one(connection: Connection, team_id: str, user_id: str) -> Row[Any] | None:
    return connection.execute(select(people).where(_is(team_id, user_id))).first()


def _is(team_id: str, user_id: str) -> ColumnElement[bool]:
    return and_(people.c.team_id == team_id, people.c.user_id == user_id)


def _person(row: Row[Any]) -> Person:
    return Person(
        team_id=row.team_id,
        user_id=row.user_id,
        ghes_id=row.ghes_id,
        login=row.login,
        linked_at=datetime.fromtimestamp(row.linked_at, UTC),
    )


def _renamed(person: Person, login: str) -> Entry:
    return Entry(
        team_id=person.team_id,
        user_id="",
        login=login,
        action="rename",
        target=f"{person.team_id}/{person.user_id}",
        outcome=f"was {person.login}",
    )


def _stamp(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _instant(stamp: float | None) -> datetime | None:
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)
