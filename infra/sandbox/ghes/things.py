"""What lives in repositories: plain, mutable state. How it looks from outside is in `render/`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NewType

if TYPE_CHECKING:
    from infra.sandbox.ghes.repository import Repository

Sha = NewType("Sha", str)
ZERO_SHA = Sha("0" * 40)
"""Stands in a push for the commit that isn't there: before a branch was made, after it was deleted."""


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """Who owns, writes or acts: a person, an organization or an App's bot."""

    id: int
    login: str
    type: Literal["User", "Organization", "Bot"]
    created_at: datetime
    name: str | None = None
    email: str | None = None
    site_admin: bool = False
    suspended: bool = False
    members: list["Account"] = field(default_factory=list)
    """The people of an organization."""
    owners: list["Account"] = field(default_factory=list)
    """Who of them own it; the first one when nobody is named."""


@dataclass(slots=True, kw_only=True, eq=False)
class Team:
    """A team of an organization."""

    id: int
    organization: Account
    name: str
    slug: str
    members: list[Account] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class Label:
    """A label of a repository; `color` is six hex digits."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None
    default: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Milestone:
    """A milestone of a repository."""

    id: int
    number: int
    title: str
    creator: Account
    created_at: datetime
    state: Literal["open", "closed"] = "open"
    description: str | None = None
    due_on: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Commit:
    """A commit; `username` is None for an author whom GHES doesn't know."""

    sha: Sha
    message: str
    author: Account | None
    at: datetime
    author_name: str = "Somebody"
    author_email: str = "somebody@example.com"
    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ("README.md",)
    removed: tuple[str, ...] = ()
    tree: dict[str, str] | None = None
    """Path to text; None for the repository's `files`."""


@dataclass(slots=True, kw_only=True, eq=False)
class Comment:
    """A comment on an issue, a line of a pull request, a commit or a discussion: `place` holds what only those have."""

    id: int
    body: str
    user: Account | None
    created_at: datetime
    updated_at: datetime
    place: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class Review:
    """A review of a pull request; `state` is lower case, as in webhooks."""

    id: int
    user: Account | None
    state: Literal["approved", "changes_requested", "commented", "dismissed"]
    body: str | None
    submitted_at: datetime
    commit_id: Sha


@dataclass(slots=True, kw_only=True, eq=False)
class Pull:
    """What a pull request has beyond an issue."""

    id: int
    head_ref: str
    head_sha: Sha
    head_repository: "Repository | None"
    """None once the fork is gone."""
    base_ref: str
    base_sha: Sha
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_commit_sha: Sha | None = None
    mergeable: bool | None = None
    """None while GHES is computing it."""
    requested_reviewers: list[Account] = field(default_factory=list)
    requested_teams: list[Team] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    review_comments: list[Comment] = field(default_factory=list)
    auto_merge: dict[str, Any] | None = None
    additions: int = 12
    deletions: int = 3
    changed_files: int = 2
    commits: int = 1


@dataclass(slots=True, kw_only=True, eq=False)
class Issue:
    """An issue, or, with `pull`, a pull request: both count in one series of numbers."""

    id: int
    number: int
    title: str
    body: str | None
    user: Account | None
    """None for a deleted account: null in webhooks, `ghost` in REST."""
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: Account | None = None
    labels: list[Label] = field(default_factory=list)
    assignees: list[Account] = field(default_factory=list)
    milestone: Milestone | None = None
    locked: bool = False
    comments: list[Comment] = field(default_factory=list)
    pull: Pull | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class CheckRun:
    """A check run of some App; `suite_id` is its check suite."""

    id: int
    suite_id: int
    name: str
    head_sha: Sha
    app_slug: str
    started_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    completed_at: datetime | None = None
    details_url: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class CommitStatus:
    """One report of a context on a commit; the newest of a context counts."""

    id: int
    sha: Sha
    state: Literal["error", "failure", "pending", "success"]
    context: str
    description: str | None
    target_url: str | None
    creator: Account
    created_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """A job of one attempt of a workflow run."""

    id: int
    name: str
    attempt: int
    status: str = "queued"
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Run:
    """A workflow run; a re-run keeps the id and raises `attempt`."""

    id: int
    number: int
    workflow_id: int
    name: str
    path: str
    event: str
    head_branch: str
    head_sha: Sha
    actor: Account
    triggering_actor: Account
    suite_id: int
    created_at: datetime
    updated_at: datetime
    started_at: datetime
    attempt: int = 1
    debug_logging: bool = False
    """Whether the newest attempt was asked to log more."""
    status: str = "queued"
    conclusion: str | None = None
    jobs: list[Job] = field(default_factory=list)
    waits_for: list["Environment"] = field(default_factory=list)
    reviews: list["DeploymentReview"] = field(default_factory=list)
    """Who let it into an environment, or didn't."""
    pull: Issue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentReview:
    """An answer to a deployment that waited."""

    environment: "Environment"
    state: str
    """`approved` or `rejected`."""
    user: Account
    comment: str


@dataclass(slots=True, kw_only=True, eq=False)
class Environment:
    """Where a repository deploys to; with `reviewers` it must be approved."""

    id: int
    name: str
    reviewers: list[Account | Team] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class DeploymentStatus:
    """One step of a deployment."""

    id: int
    state: str
    description: str
    creator: Account
    created_at: datetime
    environment_url: str = ""
    log_url: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Deployment:
    """A deployment of a ref to an environment."""

    id: int
    sha: Sha
    ref: str
    environment: str
    creator: Account
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    payload: dict[str, Any] | str = field(default_factory=dict)
    statuses: list[DeploymentStatus] = field(default_factory=list)
    run: Run | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Release:
    """A release of a tag."""

    id: int
    tag_name: str
    name: str | None
    body: str | None
    author: Account
    created_at: datetime
    published_at: datetime | None
    draft: bool = False
    prerelease: bool = False
