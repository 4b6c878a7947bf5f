"""Filling a world: organizations, people, repositories, an App and its installations."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.sandbox.concessions import STRICT, Concessions
from infra.sandbox.ghes.apps import App, Hook, Installation, Permissions
from infra.sandbox.ghes.repository import Repository, Visibility
from infra.sandbox.ghes.things import Account, Commit, Label, Milestone, Sha, Team
from infra.sandbox.ghes.world import World
from shared.clock import Clock

PERMISSIONS: Permissions = {
    "metadata": "read", "contents": "read", "issues": "write", "pull_requests": "write", "actions": "write",
    "deployments": "write", "checks": "read", "statuses": "read", "discussions": "read", "members": "read",
    "vulnerability_alerts": "read", "security_events": "read", "secret_scanning_alerts": "read",
}  # fmt: skip
EVENTS = (
    "issues", "issue_comment", "label", "milestone", "pull_request", "pull_request_review",
    "pull_request_review_comment", "pull_request_review_thread", "push", "create", "delete", "commit_comment",
    "release", "fork", "star", "public", "repository", "deployment", "deployment_status", "deployment_review",
    "deployment_protection_rule", "workflow_run", "workflow_job", "check_run", "check_suite", "status", "discussion",
    "discussion_comment", "member", "membership", "team", "team_add", "organization", "dependabot_alert",
    "code_scanning_alert", "secret_scanning_alert",
)  # fmt: skip
WASHER = "".join(f"size_{number} = {number}\n" for number in range(1, 41))
"""A file of forty lines."""
LABELS = {"bug": "d73a4a", "enhancement": "a2eeef", "documentation": "0075ca", "priority:high": "b60205"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """An RSA key pair of 2048 bits, in PEM."""

    private_pem: str
    public_pem: str


def new_keys() -> Keys:
    """Make a key pair; takes a fraction of a second, so tests of many worlds share one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Keys(private_pem=private.decode(), public_pem=public.decode())


def add_user(world: World, login: str, *, name: str | None = None, site_admin: bool = False) -> Account:
    """Put a person into the world."""
    account = Account(
        id=world.next_id(),
        login=login,
        type="User",
        created_at=world.now(),
        name=name or login.title(),
        email=f"{login.lower()}@example.com",
        site_admin=site_admin,
    )
    world.accounts[account.id] = account
    return account


def add_org(world: World, login: str, members: Iterable[Account] = ()) -> Account:
    """Put an organization into the world."""
    account = Account(id=world.next_id(), login=login, type="Organization", created_at=world.now(), name=login.title())
    account.members = list(members)
    world.accounts[account.id] = account
    return account


def add_team(world: World, org: Account, name: str, members: Iterable[Account] = ()) -> Team:
    """Put a team into an organization."""
    slug = name.lower().replace(" ", "-")
    team = Team(id=world.next_id(), organization=org, name=name, slug=slug, members=list(members))
    world.teams[team.id] = team
    return team


def add_repository(
    world: World,
    owner: Account,
    name: str,
    *,
    visibility: Visibility = "private",
    collaborators: Iterable[Account] = (),
    fork_of: Repository | None = None,
) -> Repository:
    """Put a repository into the world: one commit on `main`, a few labels, a milestone. No webhook tells of it."""
    now = world.now()
    repository = Repository(
        id=world.next_id(),
        owner=owner,
        name=name,
        visibility=visibility,
        created_at=now,
        updated_at=now,
        pushed_at=now,
        description=f"The {name} of {owner.name}",
        fork_of=fork_of,
        files={"README.md": f"# {name}\n", "src/washer.py": WASHER},
        collaborators=list(collaborators) or list(owner.members) or [owner],
    )
    for label, color in LABELS.items():
        repository.labels[label] = Label(id=world.next_id(), name=label, color=color, default=label == "bug")
    author = repository.collaborators[0] if repository.collaborators else owner
    repository.milestones[1] = Milestone(id=world.next_id(), number=1, title="1.0", creator=author, created_at=now)
    first = new_commit(world, "First commit", author)
    repository.commits[first.sha] = first
    repository.branches["main"] = first.sha
    world.repositories[repository.id] = repository
    return repository


def new_commit(world: World, message: str, author: Account | None, author_name: str = "") -> Commit:
    """Make a commit that belongs to no repository yet; its sha is like no other."""
    return Commit(
        sha=Sha(hashlib.sha256(f"{world.next_id()} {message}".encode()).hexdigest()[:40]),
        message=message,
        author=author,
        at=world.now(),
        author_name=author_name or (author.name if author and author.name else "Somebody"),
        author_email=(author.email if author and author.email else "somebody@example.com"),
    )


def add_app(world: World, owner: Account, *, slug: str = "ghes-slack", keys: Keys | None = None) -> App:
    """Register an App with the product's permissions and events."""
    keys = keys or new_keys()
    bot = Account(id=world.next_id(), login=f"{slug}[bot]", type="Bot", created_at=world.now())
    hook = Hook(id=world.next_id(), url="https://agent.example.com/webhooks/github", secret=secrets.token_hex(20))
    app_id = world.next_id()
    app = App(
        id=app_id,
        slug=slug,
        name="GHES Slack",
        owner=owner,
        client_id=f"Iv23{secrets.token_hex(8)}",
        client_secret=secrets.token_hex(20),
        private_key_pem=keys.private_pem,
        public_key_pem=keys.public_pem,
        hook=hook,
        bot=bot,
        permissions=dict(PERMISSIONS),
        events=list(EVENTS),
        created_at=world.now(),
    )
    world.accounts[bot.id] = bot
    world.apps[app.id] = app
    return app


def install(world: World, app: App, account: Account, only: Sequence[Repository] | None = None) -> Installation:
    """Install the App on an account, for all or `only` these repositories; `happen.install_app` also tells of it."""
    installation = Installation(
        id=world.next_id(),
        app=app,
        account=account,
        selection="all" if only is None else "selected",
        repository_ids={it.id for it in only or ()},
        permissions=dict(app.permissions),
        events=list(app.events),
        created_at=world.now(),
        updated_at=world.now(),
    )
    world.installations[installation.id] = installation
    return installation


def populated(clock: Clock, *, concessions: Concessions = STRICT, keys: Keys | None = None, app: bool = True) -> World:
    """A small company.

    People: ada (site admin), grace, linus, outsider. Organizations: acme (ada, grace, linus; team `backend`) with
    `acme/api` private, `acme/docs` public, `acme/shared` internal; globex with `globex/site` public and
    `globex/secret` private. The App is acme's, on all of acme and on nothing of globex; without `app` there is none.
    """
    world = World(clock=clock, concessions=concessions)
    ada = add_user(world, "ada", name="Ada Lovelace", site_admin=True)
    grace = add_user(world, "grace", name="Grace Hopper")
    linus = add_user(world, "linus")
    outsider = add_user(world, "outsider")
    acme = add_org(world, "acme", [ada, grace, linus])
    globex = add_org(world, "globex", [outsider])
    add_team(world, acme, "Backend", [ada, grace])
    add_repository(world, acme, "api")
    add_repository(world, acme, "docs", visibility="public")
    add_repository(world, acme, "shared", visibility="internal")
    add_repository(world, globex, "site", visibility="public")
    add_repository(world, globex, "secret")
    if app:
        install(world, add_app(world, acme, keys=keys), acme)
    return world
