"""Acting on GHES with people's own tokens, which are renewed in time.

    of ─▶ good for 5 minutes ──────────────────────────────────────────────▶ actor
       └▶ renewed: one task for each person in this process
            └─ the claim, one in all processes ─▶ GHES ─▶ both tokens stored ─▶ actor
               (who doesn't get it waits, and reads what the other has stored)

Renewing kills the tokens before it, so it is never cut off: whoever waits may be cancelled, the task goes on. A process
that is killed between GHES's answer and the store loses the sign-in: the claim ends by itself, the old refresh token is
refused, and the person signs in again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar, assert_never

import structlog
from gidgethub import sansio

from agent.ghes.answers import Refused, Unreachable, ask
from agent.ghes.client import Ghes, GhesClient
from agent.people.person import Person, Tokens
from agent.people.ports import Account, Denied, Granted, NotLinked, NotSetUp, OAuth
from agent.people.unlinking import Unlinking, Why
from agent.slash.ports import ASKED_S
from agent.store.people import Held, SqlPeople
from agent.store.port import StoreUnavailableError
from agent.store.secrets import UnreadableSecretError
from shared.clock import Clock

log = structlog.get_logger()
T = TypeVar("T")
RENEWED_BEFORE = timedelta(minutes=5)
CLAIM_S = 30.0
"""So long a claim holds that nobody gives back; GHES has 15 s of it to answer."""
LOOK_AGAIN_S = 0.5


class NoActors:
    """While the GitHub App, or its client id and secret, aren't set up."""

    async def of(self, team_id: str, user_id: str) -> NotSetUp:  # noqa: ARG002 - the port's
        """See the port."""
        return NotSetUp()


class Acting:
    """`agent.people.ports.Actors`."""

    def __init__(self, people: SqlPeople, oauth: OAuth, unlinking: Unlinking, ghes: Ghes, clock: Clock) -> None:
        self._people, self._oauth, self._unlinking = people, oauth, unlinking
        self._ghes, self._clock = ghes, clock
        self._renewals: dict[tuple[str, str], asyncio.Task[Held | NotLinked | Unreachable]] = {}

    async def of(self, team_id: str, user_id: str) -> "GhesActor | NotLinked | Unreachable":
        """See the port."""
        held: Held | NotLinked | Unreachable = await self._held(team_id, user_id)
        if isinstance(held, Held) and not self._is_fresh(held.tokens):
            held = await self._renewed(team_id, user_id)
        return GhesActor(self, held) if isinstance(held, Held) else held

    def client(self, tokens: Tokens) -> GhesClient:
        """GHES, as the person whose tokens these are."""
        return self._ghes.client(tokens.access)

    async def in_time(self, request: Awaitable[T]) -> T | Refused | Unreachable:
        """The answer within `ASKED_S`."""
        try:
            async with self._clock.timeout(ASKED_S):
                return await ask(request)
        except TimeoutError:
            return Unreachable(reason=f"{self._ghes.hosts.web} didn't answer within {ASKED_S:.0f} seconds.")

    async def after_refusal(self, held: Held) -> Held | None:
        """What the person has instead of a token that GHES took no more; None: nothing, and the link has ended."""
        person = held.person
        if await self._unlinking.ended(person, held.tokens.access, Why.NOT_ACCEPTED):
            return None
        newer = await self._held(person.team_id, person.user_id)
        return newer if isinstance(newer, Held) else None

    async def _held(self, team_id: str, user_id: str) -> Held | NotLinked:
        try:
            return await self._people.held(team_id, user_id) or NotLinked()
        except UnreadableSecretError as failure:  # stays: the key may come back; linking anew takes its place
            log.error("a sign-in can't be used", team_id=team_id, user_id=user_id, reason=str(failure))  # noqa: TRY400
            return NotLinked(ended=True)

    def _is_fresh(self, tokens: Tokens) -> bool:
        return tokens.access_ends_at is None or tokens.access_ends_at - RENEWED_BEFORE > self._clock.now()

    async def _renewed(self, team_id: str, user_id: str) -> Held | NotLinked | Unreachable:
        key = (team_id, user_id)
        if key not in self._renewals:
            self._renewals[key] = asyncio.create_task(self._renew(team_id, user_id))
            self._renewals[key].add_done_callback(partial(self._put_down, key))
        return await asyncio.shield(self._renewals[key])

    def _put_down(self, key: tuple[str, str], renewal: "asyncio.Task[Held | NotLinked | Unreachable]") -> None:
        del self._renewals[key]
        if not renewal.cancelled() and (failure := renewal.exception()):  # it may be that nobody waits any more
            log.warning("a sign-in couldn't be renewed", team_id=key[0], error=type(failure).__name__)

    async def _renew(self, team_id: str, user_id: str) -> Held | NotLinked | Unreachable:
        until = self._clock.monotonic() + ASKED_S
        while not await self._people.claim_refresh(team_id, user_id, CLAIM_S):
            held = await self._held(team_id, user_id)
            if isinstance(held, NotLinked):
                return NotLinked(ended=True)
            if self._is_fresh(held.tokens):
                return held
            if self._clock.monotonic() >= until:
                return Unreachable(reason="Your sign-in is just being renewed, and that takes longer than it should.")
            await self._clock.sleep(LOOK_AGAIN_S)
        held = await self._held(team_id, user_id)  # read after the claim: what was there before it may be used up
        if isinstance(held, NotLinked):
            return NotLinked(ended=True)
        if self._is_fresh(held.tokens):
            await self._people.unclaim(held.person)
            return held
        return await self._refreshed(held)

    async def _refreshed(self, held: Held) -> Held | NotLinked | Unreachable:
        if not held.tokens.refresh:
            return await self._ended(held, Why.EXPIRED)
        match await self._oauth.refresh(held.tokens.refresh):
            case Granted(tokens=tokens):
                return await self._kept(held.person, tokens)
            case Denied(is_about_us=True, error=error):
                await self._people.unclaim(held.person)
                log.error("ghes renews no sign-ins for this app: check GHES_CLIENT_ID and _SECRET", error=error)
                return Unreachable(
                    reason="GitHub Enterprise doesn't take this app for the GitHub App that it says it is: whoever "
                    "runs it has to check GHES_CLIENT_ID and GHES_CLIENT_SECRET."
                )
            case Denied():
                return await self._ended(held, Why.NOT_RENEWED)
            case Unreachable() as unreachable:
                await self._people.unclaim(held.person)
                return unreachable
            case never:
                assert_never(never)

    async def _kept(self, person: Person, tokens: Tokens) -> Held | NotLinked:
        """Stored before they are used; a store that is away is waited for, since GHES gives them only once."""
        if await self._stored(person, tokens):
            return Held(person=await self._called_now(person, tokens), tokens=tokens)
        await self._unlinking.discard(person.ghes_id, tokens)  # signed out, or linked anew, meanwhile
        return await self._held(person.team_id, person.user_id)

    async def _called_now(self, person: Person, tokens: Tokens) -> Person:
        """The person by the name that GHES has for them by now: mentions, searches and AGENT_ADMINS go by it."""
        account = await self._oauth.account(tokens.access)
        if not isinstance(account, Account) or account.id != person.ghes_id or account.login == person.login:
            return person
        with suppress(StoreUnavailableError):  # the next renewal notices it, too
            await self._people.rename(person, account.login)
            log.info("somebody has another name on ghes by now", team_id=person.team_id, user_id=person.user_id)
        return replace(person, login=account.login)

    async def _stored(self, person: Person, tokens: Tokens) -> bool:
        until = self._clock.monotonic() + CLAIM_S
        while True:
            try:
                return await self._people.refreshed(person, tokens)
            except StoreUnavailableError:
                if self._clock.monotonic() >= until:
                    raise
                await self._clock.sleep(LOOK_AGAIN_S)

    async def _ended(self, held: Held, why: Why) -> Held | NotLinked:
        if await self._unlinking.ended(held.person, held.tokens.access, why):
            return NotLinked(ended=True)
        return await self._held(held.person.team_id, held.person.user_id)


class GhesActor:
    """`agent.people.ports.Actor`. Nothing here repeats what GHES may have done."""

    def __init__(self, acting: Acting, held: Held) -> None:
        self._acting, self._held = acting, held

    @property
    def person(self) -> Person:
        """See the port."""
        return self._held.person

    async def get(self, path: str, names: Mapping[str, str] | None = None) -> Any | Refused | Unreachable:
        """See the port."""
        return await self._asked(lambda client: client.getitem(path, names or {}))

    async def listing(
        self, path: str, names: Mapping[str, str] | None = None, *, key: str = "", most_pages: int = 10
    ) -> Sequence[Any] | Refused | Unreachable:
        """See the port."""

        async def pages(client: GhesClient) -> list[Any]:
            found: list[Any] = []
            more: str | None = sansio.format_url(path, names or {}, base_url=client.base_url)
            for _ in range(most_pages):
                if more is None:
                    break
                page, more = await client.page(more)
                found.extend(page.get(key, []) if isinstance(page, Mapping) else page)
            return found

        return await self._asked(pages)

    async def send(
        self, method: str, path: str, names: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any | Refused | Unreachable:
        """See the port."""
        return await self._asked(lambda client: client.write(method, path, names or {}, body))

    async def _asked(self, request: Callable[[GhesClient], Awaitable[T]]) -> T | Refused | Unreachable:
        """A token that is refused may have been renewed meanwhile, elsewhere: then once more; it wasn't carried out."""
        answer = await self._acting.in_time(request(self._acting.client(self._held.tokens)))
        if not _is_unauthorized(answer):
            return answer
        newer = await self._acting.after_refusal(self._held)
        if newer is None:
            return answer
        self._held = newer
        answer = await self._acting.in_time(request(self._acting.client(newer.tokens)))
        if _is_unauthorized(answer):
            await self._acting.after_refusal(newer)
        return answer


def _is_unauthorized(answer: object) -> bool:
    return isinstance(answer, Refused) and answer.status == HTTPStatus.UNAUTHORIZED
