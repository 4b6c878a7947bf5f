"""What the verbs and flows need of people. Everything the far side may answer is a value.

Every method that crosses the network keeps its own timeout.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from agent.ghes.answers import Refused, Unreachable
from agent.people.person import Person, Tokens


@dataclass(frozen=True, slots=True)
class NotSetUp:
    """The agent has no GitHub App yet, or not its client id and secret."""


@dataclass(frozen=True, slots=True)
class NotLinked:
    """The person has no linked account, or GHES no longer accepts its sign-in (`ended`)."""

    ended: bool = False


class People(Protocol):
    """Who is linked."""

    async def of(self, team_id: str, user_id: str) -> Person | None:
        """The person behind a Slack user; None for one without a linked account. Asks only the store."""

    async def on_ghes(self, team_id: str, logins: Collection[str]) -> Mapping[str, str]:
        """Slack user id by login in lower case, for those of `logins` who are linked in this workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A fresh page of ours, for this person alone, once."""

    url: str = field(repr=False)
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """GHES's own page, where the person types `user_code`; no code has to be brought back."""

    url: str
    user_code: str = field(repr=False)
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The accounts are linked; what waited for it runs."""

    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCode:
    """Not the code of a page that this person has open; after the last try its page is worth nothing."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class NoCode:
    """There is no code to enter: none was shown yet, or its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """The link and its tokens are gone; `revoked`: GHES has confirmed that it takes them no more."""

    person: Person
    revoked: bool


class SigningIn(Protocol):
    """Linking and unlinking."""

    async def offer(self, team_id: str, user_id: str) -> Link | DeviceCode | NotSetUp:
        """Begin; links that the person had before go on until they end."""

    async def enter(self, team_id: str, user_id: str, code: str) -> Linked | WrongCode | NoCode:
        """The code that the page showed; case, spaces and hyphens don't count."""

    async def sign_out(self, team_id: str, user_id: str) -> SignedOut | NotLinked:
        """Forget the link, whatever GHES says to it."""


class Actor(Protocol):
    """A person who acts on GHES with their own token: GHES decides what they may. Answers within `ASKED_S`.

    A `Refused` with status 401 means that the sign-in has ended: the link is gone by then.
    """

    @property
    def person(self) -> Person:
        """Who it is."""

    async def get(self, path: str, names: Mapping[str, str] | None = None) -> Any | Refused | Unreachable:
        """The object at `path`, a URI template below the REST base (`/repos/{owner}/{repo}`), filled in by `names`."""

    async def listing(
        self, path: str, names: Mapping[str, str] | None = None, *, key: str = "", most_pages: int = 10
    ) -> Sequence[Any] | Refused | Unreachable:
        """The items of all pages; `key` is the field that holds them where a page is an object."""

    async def send(
        self, method: str, path: str, names: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any | Refused | Unreachable:
        """What a POST, PUT, PATCH or DELETE answers, None without a body. `Unreachable`: it may have been done."""


class Actors(Protocol):
    """Hands out actors."""

    async def of(self, team_id: str, user_id: str) -> Actor | NotLinked | Unreachable | NotSetUp:
        """The person behind a Slack user, with a token that is good for a while: refreshed, if it has to be."""


class MemberKind(StrEnum):
    """What somebody is in a workspace."""

    FULL = "full"
    GUEST = "guest"
    STRANGER = "stranger"
    """Of another organisation (Slack Connect)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A Slack user as a workspace sees them."""

    kind: MemberKind
    name: str
    """As Slack shows it; not escaped."""
    homes: frozenset[str] = frozenset()
    """The workspaces that are theirs, and their organisation: what Slack may name as where they are at home."""


@dataclass(frozen=True, slots=True)
class SlackSilent:
    """Slack refused to say, or gave no answer; `reason` is its error code, or `unreachable`."""

    reason: str

    @property
    def is_forbidden(self) -> bool:
        """The app may not ask at all, so trying again is no use: its installation lacks `users:read`."""
        return self.reason in {"missing_scope", "no_permission", "not_allowed_token_type", "unknown_method"}


class Members(Protocol):
    """Slack's users."""

    async def of(self, team_id: str, user_id: str) -> Member | SlackSilent:
        """Who that is; an answer may be some minutes old."""


@dataclass(frozen=True, slots=True)
class Granted:
    """GHES gave tokens."""

    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Denied:
    """GHES gave none and won't; `error` is its word (`bad_verification_code`, `access_denied`, `expired_token`…)."""

    error: str

    @property
    def is_about_us(self) -> bool:
        """Whether it is the App that GHES has something against, and not the person."""
        return self.error.isdecimal() or self.error in {
            "Not Found",
            "device_flow_disabled",
            "incorrect_client_credentials",
            "redirect_uri_mismatch",
            "unsupported_grant_type",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The person hasn't decided yet; ask again in `interval_s` or later."""

    interval_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceGrant:
    """What a device flow begins with."""

    device_code: str = field(repr=False)
    user_code: str = field(repr=False)
    verification_url: str
    ends_at: datetime
    interval_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who a token belongs to."""

    id: int
    login: str


class OAuth(Protocol):
    """The GitHub App's way to people's tokens, on the web host of GHES."""

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Where the browser is sent."""

    async def exchange(self, code: str, redirect_uri: str) -> Granted | Denied | Unreachable:
        """The tokens for what the browser brought back; once."""

    async def begin_device(self) -> DeviceGrant | Denied | Unreachable:
        """Begin a device flow; `Denied("device_flow_disabled")` where the administrator hasn't enabled it."""

    async def poll_device(self, device_code: str) -> Granted | Pending | Denied | Unreachable:
        """Whether the person has decided."""

    async def refresh(self, refresh_token: str) -> Granted | Denied | Unreachable:
        """New tokens, both; the old ones are worth nothing from then on. `Unreachable`: nobody knows."""

    async def revoke(self, access_token: str, *, everything: bool = True) -> bool:
        """Have GHES forget this person's authorization of the App; False when it couldn't be told.

        Not `everything`: this token and its refresh token alone, since the person is linked elsewhere too.
        """

    async def account(self, access_token: str) -> Account | Denied | Unreachable:
        """Who it is (`GET /user`); `Denied` for a token that is worth nothing, or a suspended person."""
