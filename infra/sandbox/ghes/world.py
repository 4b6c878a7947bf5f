"""The state of one GHES, and how a test or the sandbox drives it.

    world = populated(clock, concessions=SANDBOX)  # population.py: orgs, people, repositories, an App, installations
    world = populated(clock, app=False)            # the same before the first hour: no App
    world = World(clock=clock)                     # or from nothing, with population.add_org, add_repository, add_app…
    async with running(world) as server:           # server.py: REST at server.url + "/api/v3", webhooks start to flow
        world.app.hook.url = agent_url             # where the App's webhooks go (hook_url.py says what is refused)
        issue = happen.open_issue(world, repo, by=ada, title="It leaks", labels=["bug"])
        await world.delivered()                    # every webhook so far was answered, refused or timed out
        world.app.deliveries[-1].status_code       # what the agent answered

`happen` is a table of plain functions: each changes the real state, at once, and queues the webhooks that GHES would
send, their payloads frozen at that moment. They also work without a server: `world.pending()` then lists what would
be sent (`json.loads(firing.body)`). `menu.ACTIONS` is the same for a page: title and one function each.

People make an App, install it and sign in to it with a browser (`browser/`), or at once:

    code = manifests.registered(world, text, owner=acme)               # an App made as in a browser; its `.code`
    token = oauth.sign_in(world, world.app, ada).token                 # `ghu_…`; what she may do: rights.py
    code = oauth.authorize(world, world.app, ada, redirect_uri=callback, state=state)
    repo.levels[linus.id] = "triage"                                   # none, read, triage, write, admin
    happen.revoke_authorization(world, ada); ada.suspended = True      # ways to lose it

What may go wrong on demand:

    world.faults.append(ServerError(status=502, path="/issues", times=2))      # faults.py: 5xx, slow, lost, limits
    world.skew_s = 900                                                         # the server's clock is 15 min ahead
    world.modes.twice = True; world.modes.reverse = 2; world.modes.late_s = 60 # webhooks duplicated, turned, late
    world.switches = Switches(refused_status_code=502)                         # facts that nobody could verify
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from infra.sandbox.concessions import STRICT, Concessions
from infra.sandbox.ghes.apps import App, Firing, Installation, InstallationToken
from infra.sandbox.ghes.faults import Fault
from infra.sandbox.ghes.grants import AuthorizationCode, DeviceCode, ManifestCode, UserToken
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Team
from shared.clock import Clock

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Facts that only a real GHES can settle; each can be turned both ways (ghes.md §14, Switches)."""

    meta_closed: bool = True
    """`GET /meta` needs a token, as in private mode."""
    refused_status_code: int = 0
    """What the delivery log shows for a receiver that refused the connection."""
    timeout_status_code: int = 0
    """What it shows for one that took longer than 30 s."""
    host_with_port: bool = False
    """`X-GitHub-Enterprise-Host` carries the port."""
    internal_is_private: bool = True
    """An internal repository says `private: true`."""
    head_repository_null: bool = True
    """`head.repo` is null once the fork is gone; else GHES goes on showing it."""
    long_tokens: bool = True
    """Installation tokens are long `ghs_APPID_JWT` strings; else 40 characters."""
    user_tokens_expire: bool = True
    """People's tokens end after 8 hours and come with a refresh token; else they stay, and come alone."""
    pkce: bool = True
    """The web flow takes PKCE (S256) and holds to it; else it refuses a `code_challenge`."""
    conversions_closed: bool = False
    """Exchanging a manifest's code needs a token, as everything else does."""
    uncertain_events: bool = False
    """An App may subscribe to `merge_group` and `installation_target`."""
    oauth_errors: Mapping[str, str] = field(default_factory=dict)
    """Other names for errors of the OAuth endpoints, by the documented one."""


@dataclass(slots=True, kw_only=True)
class HookModes:
    """How webhooks go wrong. All off: each once, in order, at once."""

    twice: bool = False
    """Send each delivery twice, under the same GUID."""
    reverse: int = 0
    """Collect this many deliveries, then send them last first."""
    late_s: float = 0
    """Send each delivery this much later, not holding up the rest."""


@dataclass(slots=True, kw_only=True, eq=False)
class World:
    """One GHES: everything that it knows, by id."""

    clock: Clock
    web_url: str = "https://ghes.example.com"
    """Root of the server without a slash; `running` puts its own address here."""
    version: str = "3.19.4"
    concessions: Concessions = STRICT
    switches: Switches = field(default_factory=Switches)
    modes: HookModes = field(default_factory=HookModes)
    faults: list[Fault] = field(default_factory=list)
    skew_s: float = 0
    withdrawn_api_versions: set[str] = field(default_factory=set)
    accounts: dict[int, Account] = field(default_factory=dict)
    teams: dict[int, Team] = field(default_factory=dict)
    repositories: dict[int, Repository] = field(default_factory=dict)
    former_names: dict[str, int] = field(default_factory=dict)
    """Lower-case full name that a repository once had, to its id: such a path answers 301."""
    apps: dict[int, App] = field(default_factory=dict)
    installations: dict[int, Installation] = field(default_factory=dict)
    tokens: dict[str, InstallationToken] = field(default_factory=dict)
    user_tokens: dict[str, UserToken] = field(default_factory=dict)
    """By the `ghu_…` token; an expired one stays as long as it can be refreshed."""
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    device_codes: dict[str, DeviceCode] = field(default_factory=dict)
    manifest_codes: dict[str, ManifestCode] = field(default_factory=dict)
    wrong_manifest_codes: list[datetime] = field(default_factory=list)
    """When somebody tried one that isn't there."""
    outgoing: asyncio.Queue[Firing] = field(default_factory=asyncio.Queue)
    ids: Iterator[int] = field(default_factory=lambda: count(1001))

    def now(self) -> datetime:
        """The server's own idea of the time, in whole seconds; wrong by `skew_s`."""
        return (self.clock.now() + timedelta(seconds=self.skew_s)).replace(microsecond=0)

    def next_id(self) -> int:
        """A number that nothing else in this world has."""
        return next(self.ids)

    @property
    def app(self) -> App:
        """The App that was registered first; raises `LookupError` in a world without one."""
        for app in self.apps.values():
            return app
        raise LookupError("This GHES has no App yet: make one from a manifest, or with population.add_app.")

    def account(self, login: str) -> Account:
        """The account with this login, whatever its case; raises `KeyError`."""
        return _only((it for it in self.accounts.values() if it.login.lower() == login.lower()), login)

    def repository(self, full_name: str) -> Repository:
        """The repository with this `owner/name`, whatever its case; raises `KeyError`."""
        return _only((it for it in self.repositories.values() if it.full_name.lower() == full_name.lower()), full_name)

    def pending(self) -> list[Firing]:
        """Take out what was queued and not yet sent; for use without a server."""
        taken = []
        while not self.outgoing.empty():
            taken.append(self.outgoing.get_nowait())
            self.outgoing.task_done()
        return taken

    async def delivered(self) -> None:
        """Return when every webhook queued so far was answered, refused or timed out."""
        await self.outgoing.join()


def _only(found: Iterator[Found], name: str) -> Found:
    for it in found:
        return it
    raise KeyError(name)
