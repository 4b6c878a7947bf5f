"""Linking a Slack user with an account on GHES, through the browser.

    Slack: offer ──▶ browser: invitation ──▶ continued ──▶ GHES ──▶ returned: a code ──▶ Slack: enter ──▶ linked
                              spends nothing  spends it            the same browser             the same Slack user

Who opens the link and who enters the code must be one: the page says whom it links, and its code is worth something
only to that Slack user.
"""

import secrets as randomness
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from agent.audit import Entry
from agent.ghes.answers import Unreachable
from agent.people.dead_ends import DeadEnd
from agent.people.devices import Devices
from agent.people.joining import Joined, Joining
from agent.people.person import Tokens
from agent.people.ports import (
    Account,
    DeviceCode,
    Granted,
    Link,
    Linked,
    Member,
    MemberKind,
    Members,
    NoCode,
    NotLinked,
    NotSetUp,
    OAuth,
    SignedOut,
    WrongCode,
)
from agent.people.unlinking import Unlinking
from agent.people.verification_codes import fresh_code, plain_code
from agent.store import links
from agent.store.audit import note
from agent.store.links import CODE_S, LINK_S, Owner, Right, hashed
from agent.store.people import sealed
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.workspaces import Workspaces
from shared.clock import Clock

log = structlog.get_logger()
_SAYS_NO = "access_denied"


class NoSigningIn:
    """`agent.people.ports.SigningIn` while GHES_CLIENT_ID and GHES_CLIENT_SECRET aren't there."""

    async def offer(self, team_id: str, user_id: str) -> Link | DeviceCode | NotSetUp:  # noqa: ARG002 - the port's
        """See the port."""
        return NotSetUp()

    async def enter(self, team_id: str, user_id: str, code: str) -> Linked | WrongCode | NoCode:  # noqa: ARG002
        """See the port."""
        return NoCode()

    async def sign_out(self, team_id: str, user_id: str) -> SignedOut | NotLinked:  # noqa: ARG002
        """See the port."""
        return NotLinked()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the page of a link says; not escaped."""

    workspace: str
    person: str
    """Empty where Slack doesn't say it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """GHES has said who is at the browser; the code proves it to Slack."""

    invitation: Invitation
    login: str
    code: str = field(repr=False)
    ends_at: datetime


class Linking:
    """`agent.people.ports.SigningIn`, and what the pages of `/link` do."""

    def __init__(
        self,
        *,
        oauth: OAuth,
        devices: Devices,
        joining: Joining,
        unlinking: Unlinking,
        members: Members,
        workspaces: Workspaces,
        store: Store,
        secrets: Secrets,
        clock: Clock,
        agent_url: str,
    ) -> None:
        self._oauth, self._devices, self._joining, self._unlinking = oauth, devices, joining, unlinking
        self._members, self._workspaces = members, workspaces
        self._store, self._secrets, self._clock = store, secrets, clock
        self._agent_url = agent_url.rstrip("/")

    @property
    def callback_url(self) -> str:
        """The GitHub App's callback URL, to the letter."""
        return f"{self._agent_url}/link/callback"

    async def offer(self, team_id: str, user_id: str) -> Link | DeviceCode | NotSetUp:
        """See the port. The device flow where GHES offers it; a silent GHES may be back when the link is opened."""
        owner = Owner(team_id=team_id, user_id=user_id)
        begun = await self._devices.begin(owner)
        if isinstance(begun, DeviceCode):
            return begun
        token, now = randomness.token_urlsafe(32), self._clock.now()
        await self._store.write(partial(links.offer, token_hash=hashed(token), owner=owner, now=now.timestamp()))
        return Link(url=f"{self._agent_url}/link/{token}", ends_at=now + timedelta(seconds=LINK_S))

    async def enter(self, team_id: str, user_id: str, code: str) -> Linked | WrongCode | NoCode:
        """See the port."""
        owner, code_hash, now = Owner(team_id=team_id, user_id=user_id), hashed(plain_code(code)), self._now()

        def work(connection: Connection) -> Joined | WrongCode | NoCode:
            entered = links.enter(connection, owner, code_hash, now)
            if isinstance(entered, WrongCode):
                note(connection, now, _wrong(owner, entered.tries_left))
            if not isinstance(entered, Right):
                return entered
            return self._joining.join(connection, owner, entered.account, entered.tokens, now)

        found = await self._store.write(work)
        if not isinstance(found, Joined):
            return found
        await self._joining.let_go(found)
        return Linked(person=found.person)

    async def sign_out(self, team_id: str, user_id: str) -> SignedOut | NotLinked:
        """See the port."""
        return await self._unlinking.sign_out(team_id, user_id)

    async def invitation(self, token: str) -> Invitation | DeadEnd:
        """What a link leads to; it is as good as before."""
        found = await self._store.read(partial(links.look, token_hash=hashed(token), now=self._now()))
        return found if isinstance(found, DeadEnd) else await self._invitation(found)

    async def continued(self, token: str, browser: str) -> str | DeadEnd:
        """Spend a link, and return where on GHES the browser goes on; `browser` is its cookie's secret."""
        invited = await self.invitation(token)
        if isinstance(invited, DeadEnd):
            return invited
        state = randomness.token_urlsafe(32)
        spent = await self._store.write(
            partial(
                links.spend,
                token_hash=hashed(token),
                state_hash=hashed(state),
                browser_hash=hashed(browser),
                now=self._now(),
            )
        )
        return spent if isinstance(spent, DeadEnd) else self._oauth.authorize_url(state, self.callback_url)

    async def returned(self, state: str, browser: str, code: str, error: str) -> Verified | DeadEnd:
        """What GHES sent the browser back with: a `code`, or an `error`."""
        back = await self._store.write(
            partial(links.come_back, state_hash=hashed(state), browser_hash=hashed(browser), now=self._now())
        )
        if isinstance(back, DeadEnd):
            return back
        invited = await self._invitation(back.owner)
        if invited is DeadEnd.SLACK_SILENT:  # the link is spent by now: better to go on without a name
            invited = Invitation(workspace=self._workspaces[back.owner.team_id].name, person="")
        if isinstance(invited, DeadEnd):
            return invited
        exchanged = await self._exchanged(code, error)
        return exchanged if isinstance(exchanged, DeadEnd) else await self._verified(back, invited, *exchanged)

    async def _exchanged(self, code: str, error: str) -> tuple[Account, Tokens] | DeadEnd:
        """Whose tokens the code brings."""
        if error or not code:
            log.info("ghes sent a browser back without a code", error=error)
            return DeadEnd.DECLINED if error == _SAYS_NO else DeadEnd.REFUSED
        granted = await self._oauth.exchange(code, self.callback_url)
        if not isinstance(granted, Granted):
            return DeadEnd.UNREACHABLE if isinstance(granted, Unreachable) else DeadEnd.REFUSED
        account = await self._oauth.account(granted.tokens.access)
        if not isinstance(account, Account):
            return DeadEnd.UNREACHABLE if isinstance(account, Unreachable) else DeadEnd.SUSPENDED
        return account, granted.tokens

    async def _verified(
        self, back: links.Returned, invited: Invitation, account: Account, tokens: Tokens
    ) -> Verified | DeadEnd:
        code, now = fresh_code(), self._clock.now()
        kept = await self._store.write(
            partial(
                links.show_code,
                token_hash=back.token_hash,
                code_hash=hashed(plain_code(code)),
                account=account,
                tokens=sealed(self._secrets, tokens),
                now=now.timestamp(),
            )
        )
        if not kept:
            await self._joining.give_back(account, tokens)
            return DeadEnd.UNKNOWN
        return Verified(invitation=invited, login=account.login, code=code, ends_at=now + timedelta(seconds=CODE_S))

    async def _invitation(self, owner: Owner) -> Invitation | DeadEnd:
        workspace = self._workspaces.get(owner.team_id)
        if workspace is None:
            return DeadEnd.UNKNOWN
        match await self._members.of(owner.team_id, owner.user_id):
            case Member(kind=MemberKind.FULL, name=name):
                return Invitation(workspace=workspace.name, person=name)
            case Member():
                return DeadEnd.NOT_A_MEMBER
            case _:
                return DeadEnd.SLACK_SILENT

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _wrong(owner: Owner, left: int) -> Entry:
    return Entry(
        team_id=owner.team_id,
        user_id=owner.user_id,
        action="link",
        target=f"{owner.team_id}/{owner.user_id}",
        outcome=f"refused: wrong code, {left} {'try' if left == 1 else 'tries'} left",
    )
