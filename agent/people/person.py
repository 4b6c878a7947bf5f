"""A person whose accounts are linked."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A Slack user of one workspace who is this person on GHES. Somebody in several workspaces is several of these."""

    team_id: str
    user_id: str
    ghes_id: int
    """Numeric: logins change."""
    login: str
    linked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What GHES gave for a person; without expiry there is no refresh token. None of it shows in a repr."""

    access: str = field(repr=False)
    access_ends_at: datetime | None = None
    refresh: str = field(default="", repr=False)
    refresh_ends_at: datetime | None = None
