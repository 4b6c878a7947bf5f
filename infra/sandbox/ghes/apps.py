"""An App, its installations, its tokens and the log of its webhook."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType

from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account

Guid = NewType("Guid", str)
Permissions = dict[str, str]
"""Permission name to `read` or `write`."""


@dataclass(slots=True, kw_only=True, eq=False)
class Hook:
    """The App's one webhook, as `/app/hook/config` shows it."""

    id: int
    url: str
    secret: str
    content_type: str = "json"
    insecure_ssl: str = "0"
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt to send an event, as the delivery log keeps it. Attempts for one event share `guid`."""

    id: int
    guid: Guid
    delivered_at: datetime
    redelivery: bool
    duration_s: float
    status: str
    status_code: int
    event: str
    action: str | None
    installation_id: int | None
    repository_id: int | None
    url: str
    request_headers: Mapping[str, str]
    body: bytes
    response_headers: Mapping[str, str]
    response_body: str

    @property
    def ok(self) -> bool:
        """Whether the receiver answered 2xx."""
        return self.status == "OK"


@dataclass(slots=True, kw_only=True, eq=False)
class App:
    """A registered GitHub App."""

    id: int
    slug: str
    name: str
    owner: Account
    client_id: str
    client_secret: str
    private_key_pem: str
    public_key_pem: str
    hook: Hook
    bot: Account
    permissions: Permissions
    events: list[str]
    created_at: datetime
    description: str = "Notifications and commands"
    external_url: str = "https://agent.example.com/"
    callback_urls: list[str] = field(default_factory=list)
    """Where the web flow may send a browser back to: one of these, exactly. The first one is the usual."""
    setup_url: str = ""
    """Where a browser goes after an installation; empty for nowhere."""
    setup_on_update: bool = True
    """Whether it goes there too when an installation was changed."""
    request_oauth_on_install: bool = False
    """Whether who installs it authorizes it too: he goes to the first callback URL then, and never to `setup_url`."""
    public: bool = True
    """Whether others than its owner may install it."""
    device_flow: bool = False
    """Whether *Enable Device Flow* is ticked."""
    deliveries: list[Delivery] = field(default_factory=list)
    """Oldest first; what is older than 7 days is no longer shown."""


@dataclass(slots=True, kw_only=True, eq=False)
class Installation:
    """An App on an account; `permissions` stay as they were accepted when the App asks for more, and shrink with it."""

    id: int
    app: App
    account: Account
    selection: Literal["all", "selected"]
    repository_ids: set[int]
    """Meaningful only for `selected`."""
    permissions: Permissions
    events: list[str]
    created_at: datetime
    updated_at: datetime
    suspended_at: datetime | None = None
    suspended_by: Account | None = None

    def holds(self, repository: Repository) -> bool:
        """Whether the App is installed on the repository."""
        return repository.owner is self.account and (self.selection == "all" or repository.id in self.repository_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationToken:
    """A `ghs_…` token; `repository_ids` None means all that the installation has."""

    token: str
    installation_id: int
    expires_at: datetime
    permissions: Permissions
    repository_ids: frozenset[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An event on its way to one App, its payload frozen at the moment when the thing happened."""

    app: App
    guid: Guid
    event: str
    action: str | None
    installation_id: int | None
    repository_id: int | None
    body: bytes
    redelivery: bool = False

    def label(self) -> str:
        """`issues.opened`, or `push` for an event without actions."""
        return f"{self.event}.{self.action}" if self.action else self.event
