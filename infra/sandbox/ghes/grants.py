"""What people have granted to an App: their tokens, and the codes on the way to one, or to the App itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from infra.sandbox.ghes.apps import App
from infra.sandbox.ghes.things import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class UserToken:
    """A pair of tokens: `ghu_…` acts as the person, `ghr_…` gets the next pair.

    Where tokens don't expire there is no refresh token, and both times are None.
    """

    token: str
    refresh_token: str | None
    app: App
    user: Account
    created_at: datetime
    expires_at: datetime | None
    refresh_expires_at: datetime | None
    by_device: bool
    """Such a pair is refreshed without the App's secret (§4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """The `code` that the browser carries to the callback; good once, for 10 minutes."""

    code: str
    app: App
    user: Account
    redirect_uri: str
    state: str
    challenge: str
    """PKCE's `code_challenge`, S256; empty without."""
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestCode:
    """The `code` that a browser carries from making an App to its `redirect_url`; good once, for an hour (§2)."""

    code: str
    app: App
    expires_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class DeviceCode:
    """A sign-in on a device that waits for somebody to enter its `user_code`."""

    device_code: str
    user_code: str
    app: App
    expires_at: datetime
    interval_s: int
    state: Literal["pending", "granted", "denied"] = "pending"
    user: Account | None = None
    """Who granted it."""
    polled_at: datetime | None = None
