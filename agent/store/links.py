"""Links that people were offered, from the offer until the accounts are linked. What opens one is kept only as a hash.

offer ──▶ look … look ──▶ spend (Continue) ──▶ come_back (GHES) ──▶ show_code ──▶ enter ──▶ end_all
          15 min          15 min                                    10 min, 5 wrong codes

Tokens of a code that nobody entered stay until GHES has revoked them (`unentered`, `drop`).
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, true, update

from agent.people.dead_ends import DeadEnd
from agent.people.ports import Account, NoCode, WrongCode
from agent.store.people_tables import links

LINK_S = 900.0
"""How long a link waits for *Continue*, and then for GHES to send the browser back."""
CODE_S = 600.0
TRIES = 5
LATE_S = 60.0
"""By so much the clocks of two replicas may differ: only then is it sure that a code can't be entered any more."""
_TOKENS = ("access", "access_ends_at", "refresh", "refresh_ends_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The Slack user whom a link is for."""

    team_id: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """GHES has sent the right browser back, for the first time."""

    token_hash: str
    owner: Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """The right code was entered."""

    account: Account
    tokens: Mapping[str, Any] = field(repr=False)
    """As `agent.store.people.sealed` makes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unentered:
    """What GHES gave for a code that can't be entered any more."""

    token_hash: str
    account: Account
    tokens: Mapping[str, Any] = field(repr=False)
    """As `agent.store.people.sealed` makes them."""


def hashed(secret: str) -> str:
    """What is kept of a link's token, a state, a browser's cookie, or a code."""
    return sha256(secret.encode()).hexdigest()


def offer(connection: Connection, token_hash: str, owner: Owner, now: float) -> None:
    """Keep a fresh link."""
    connection.execute(
        insert(links).values(
            token_hash=token_hash, team_id=owner.team_id, user_id=owner.user_id, ends_at=now + LINK_S, wrong=0
        )
    )


def look(connection: Connection, token_hash: str, now: float) -> Owner | DeadEnd:
    """Whom a link is for, as long as *Continue* may be pressed; looking changes nothing."""
    row = connection.execute(select(links).where(links.c.token_hash == token_hash)).first()
    if row is None:
        return DeadEnd.UNKNOWN
    if row.state_hash is not None:
        return DeadEnd.USED
    return DeadEnd.TOO_OLD if row.ends_at <= now else _owner(row)


def spend(connection: Connection, token_hash: str, state_hash: str, browser_hash: str, now: float) -> Owner | DeadEnd:
    """Press *Continue*, once, in one browser."""
    unspent = and_(links.c.token_hash == token_hash, links.c.state_hash.is_(None), links.c.ends_at > now)
    spent = update(links).where(unspent).values(state_hash=state_hash, browser_hash=browser_hash, ends_at=now + LINK_S)
    row = connection.execute(spent.returning(links.c.team_id, links.c.user_id)).first()
    if row:
        return _owner(row)
    why = look(connection, token_hash, now)
    return why if isinstance(why, DeadEnd) else DeadEnd.USED


def come_back(connection: Connection, state_hash: str, browser_hash: str, now: float) -> Returned | DeadEnd:
    """The browser is back from GHES; another browser than the one that left spends nothing."""
    row = connection.execute(select(links).where(links.c.state_hash == state_hash).with_for_update()).first()
    if row is None:
        return DeadEnd.UNKNOWN
    if not hmac.compare_digest(row.browser_hash, browser_hash):
        return DeadEnd.OTHER_BROWSER
    if row.returned_at is not None:
        return DeadEnd.USED
    if row.ends_at <= now:
        return DeadEnd.TOO_OLD
    connection.execute(update(links).where(links.c.token_hash == row.token_hash).values(returned_at=now))
    return Returned(token_hash=row.token_hash, owner=_owner(row))


def show_code(
    connection: Connection,
    token_hash: str,
    code_hash: str,
    account: Account,
    tokens: Mapping[str, Any],
    now: float,
) -> bool:
    """Keep the code that the page shows, and what it links; `tokens` as `agent.store.people.sealed` makes them.

    False when the link is gone: its person was linked, or ended it, meanwhile.
    """
    kept = {"code_hash": code_hash, "ghes_id": account.id, "login": account.login, "ends_at": now + CODE_S, **tokens}
    return bool(connection.execute(update(links).where(links.c.token_hash == token_hash).values(kept)).rowcount)


def enter(connection: Connection, owner: Owner, code_hash: str, now: float) -> Right | WrongCode | NoCode:
    """Enter a code. A wrong one counts for all pages that the person has open, and the last wrong one ends them all."""
    is_open = and_(_is(owner), links.c.code_hash.is_not(None), links.c.ends_at > now)
    pages = connection.execute(select(links).where(is_open).with_for_update()).all()
    if not pages:
        return NoCode()
    right = [page for page in pages if hmac.compare_digest(page.code_hash, code_hash)]
    if right:
        account = Account(id=right[0].ghes_id, login=right[0].login)
        connection.execute(delete(links).where(links.c.token_hash == right[0].token_hash))
        return Right(account=account, tokens=_tokens(right[0]))
    wrong = max(page.wrong for page in pages) + 1
    if wrong < TRIES:
        connection.execute(update(links).where(is_open).values(wrong=wrong))
    else:
        connection.execute(update(links).where(is_open).values(code_hash=None))
    return WrongCode(tries_left=TRIES - wrong)


def end_all(connection: Connection, owner: Owner) -> None:
    """End all that was offered to somebody."""
    connection.execute(update(links).where(_is(owner)).values(code_hash=None))
    connection.execute(delete(links).where(_is(owner), links.c.access.is_(None)))


def unentered(connection: Connection, now: float, limit: int, owner: Owner | None = None) -> Sequence[Unentered]:
    """Tokens that GHES is still to revoke: of everybody, or of one person."""
    is_over = or_(links.c.code_hash.is_(None), links.c.ends_at < now - LATE_S)
    whose = _is(owner) if owner else true()
    found = select(links).where(links.c.access.is_not(None), is_over, whose).order_by(links.c.ends_at).limit(limit)
    return [
        Unentered(token_hash=row.token_hash, account=Account(id=row.ghes_id, login=row.login), tokens=_tokens(row))
        for row in connection.execute(found)
    ]


def drop(connection: Connection, token_hash: str) -> None:
    """Forget a link with its tokens."""
    connection.execute(delete(links).where(links.c.token_hash == token_hash))


def drop_all(connection: Connection, owner: Owner) -> None:
    """Forget all of somebody's."""
    connection.execute(delete(links).where(_is(owner)))


def is_awaited(connection: Connection, ghes_id: int, now: float) -> bool:
    """Whether somebody may still enter a code for this person on GHES."""
    is_open = and_(links.c.ghes_id == ghes_id, links.c.code_hash.is_not(None), links.c.ends_at >= now - LATE_S)
    return connection.execute(select(links.c.token_hash).where(is_open)).first() is not None


def _is(owner: Owner) -> ColumnElement[bool]:
    return and_(links.c.team_id == owner.team_id, links.c.user_id == owner.user_id)


def _tokens(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _TOKENS}


def _owner(row: Row[Any]) -> Owner:
    return Owner(team_id=row.team_id, user_id=row.user_id)
