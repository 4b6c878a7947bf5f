"""The one place where a link ends, whoever ends it.

    the person signs out ─────────────┐                         ┌─▶ revoked on GHES
    an administrator forgets them ────┴▶ deleted, and written ──┘
    GHES says that it is revoked ─────┐  down in the audit log
    GHES refuses to renew the sign-in ┼▶ (one transaction) ──────▶ nothing more: GHES knows
    GHES doesn't know the token ──────┘

What is deleted first can't be used any more, whatever GHES says afterwards. A process that is killed between the two
leaves tokens on GHES that nobody has.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial

import structlog
from sqlalchemy import Connection

from agent.audit import Entry
from agent.people.person import Person, Tokens
from agent.people.ports import Account, Denied, Granted, NotLinked, OAuth, SignedOut
from agent.store.audit import note
from agent.store.homes import changed
from agent.store.links import is_awaited
from agent.store.people import SqlPeople, Unlinked
from agent.store.port import Store
from agent.store.secrets import UnreadableSecretError
from agent.store.sponsors import end_sponsorships
from shared.clock import Clock

log = structlog.get_logger()


class Why(StrEnum):
    """Why a link ended, as the audit log says it."""

    SIGNED_OUT = "signed out"
    FORGOTTEN = "forgotten by an administrator"
    REVOKED = "revoked on GitHub Enterprise"
    NOT_RENEWED = "GitHub Enterprise didn't renew the sign-in"
    EXPIRED = "the sign-in ran out"
    NOT_ACCEPTED = "GitHub Enterprise no longer accepted the token"


class Unlinking:
    """Ends links."""

    def __init__(self, people: SqlPeople, oauth: OAuth, store: Store, clock: Clock) -> None:
        self._people, self._oauth, self._store, self._clock = people, oauth, store, clock

    async def sign_out(self, team_id: str, user_id: str) -> SignedOut | NotLinked:
        """Forget the person, then have GHES do so."""
        return await self._ended_here(team_id, user_id, Why.SIGNED_OUT)

    async def forget(
        self, team_id: str, user_id: str, beside: Callable[[Connection], None] | None = None
    ) -> SignedOut | NotLinked:
        """The same for an administrator; what is `beside` it goes in the same transaction."""
        return await self._ended_here(team_id, user_id, Why.FORGOTTEN, beside)

    async def ended(self, person: Person, access: str, why: Why) -> bool:
        """GHES takes this token no more; False when the person has another one by now, and stays linked."""
        return await self._delete(person.team_id, person.user_id, why, access=access) is not None

    async def revoked(self, ghes_id: int) -> int:
        """GHES tells that somebody has revoked the App's authorization; how many links ended, in all workspaces.

        A webhook may be late, and the person may have linked anew since: a token that works stays.
        """
        ended = 0
        for person in await self._people.with_id(ghes_id):
            access = await self._access(person)
            if access and isinstance(await self._oauth.account(access), Account):
                log.info("a revoked sign-in works: the person has linked anew", team_id=person.team_id)
            elif await self._delete(person.team_id, person.user_id, Why.REVOKED, access=access):
                ended += 1
        return ended

    async def discard(self, ghes_id: int, tokens: Tokens) -> bool:
        """Have GHES forget tokens that we don't keep; those of the person's other workspaces and open pages stay."""
        access = tokens.access
        if tokens.refresh and tokens.access_ends_at and tokens.access_ends_at <= self._clock.now():
            match await self._oauth.refresh(tokens.refresh):  # to revoke takes a token that hasn't run out
                case Granted(tokens=fresh):
                    access = fresh.access
                case Denied(is_about_us=False):
                    return True
                case _:
                    return False
        now = self._clock.now().timestamp()
        awaited = await self._store.read(partial(is_awaited, ghes_id=ghes_id, now=now))
        return await self._oauth.revoke(access, everything=not awaited and not await self._people.with_id(ghes_id))

    async def _ended_here(
        self, team_id: str, user_id: str, why: Why, beside: Callable[[Connection], None] | None = None
    ) -> SignedOut | NotLinked:
        gone = await self._delete(team_id, user_id, why, beside=beside)
        if gone is None:
            return NotLinked()
        revoked = await self.discard(gone.person.ghes_id, gone.tokens) if gone.tokens else False
        return SignedOut(person=gone.person, revoked=revoked)

    async def _access(self, person: Person) -> str:
        """The person's token; empty where no key opens it."""
        try:
            held = await self._people.held(person.team_id, person.user_id)
        except UnreadableSecretError:
            return ""
        return held.tokens.access if held else ""

    async def _delete(
        self,
        team_id: str,
        user_id: str,
        why: Why,
        *,
        access: str = "",
        beside: Callable[[Connection], None] | None = None,
    ) -> Unlinked | None:
        now = self._clock.now().timestamp()

        def work(connection: Connection) -> Unlinked | None:
            if beside:
                beside(connection)
            gone = self._people.unlink(connection, team_id, user_id, access)
            if gone:
                note(connection, now, _entry(gone.person, why))
                end_sponsorships(connection, team_id, user_id, now)
                changed(connection, team_id, user_id, now)
            return gone

        gone = await self._store.write(work)
        if gone:
            log.info("a link ended", team_id=team_id, user_id=user_id, why=why.value)
        return gone


def _entry(person: Person, why: Why) -> Entry:
    return Entry(
        team_id=person.team_id,
        user_id=person.user_id if why is Why.SIGNED_OUT else "",
        login=person.login,
        action="unlink",
        target=f"{person.team_id}/{person.user_id}",
        outcome=why.value,
    )
