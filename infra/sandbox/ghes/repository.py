"""A repository and what is in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Literal

from infra.sandbox.ghes.things import (
    Account,
    CheckRun,
    Comment,
    Commit,
    CommitStatus,
    Deployment,
    Environment,
    Issue,
    Label,
    Milestone,
    Release,
    Run,
    Sha,
)

Visibility = Literal["public", "internal", "private"]
Level = Literal["none", "read", "triage", "write", "admin"]


@dataclass(slots=True, kw_only=True, eq=False)
class Discussion:
    """A discussion; `answer` is one of its comments."""

    id: int
    number: int
    title: str
    body: str
    user: Account | None
    category: str
    created_at: datetime
    updated_at: datetime
    answer: Comment | None = None
    comments: list[Comment] = field(default_factory=list)
    state: Literal["open", "closed"] = "open"


@dataclass(slots=True, kw_only=True, eq=False)
class Repository:
    """A repository: `id` stays through renames and transfers, owner and name don't."""

    id: int
    owner: Account
    name: str
    visibility: Visibility
    created_at: datetime
    updated_at: datetime
    pushed_at: datetime
    description: str | None = None
    default_branch: str = "main"
    language: str | None = "Python"
    topics: list[str] = field(default_factory=list)
    archived: bool = False
    has_issues: bool = True
    has_discussions: bool = True
    fork_of: "Repository | None" = None
    stars: int = 0
    forks: int = 0
    collaborators: list[Account] = field(default_factory=list)
    """Whom one may assign, and ask for a review; they may write."""
    levels: dict[int, Level] = field(default_factory=dict)
    """By account id: what a person may do here if it isn't the usual (`rights.py`)."""
    labels: dict[str, Label] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    branches: dict[str, Sha] = field(default_factory=dict)
    tags: dict[str, Sha] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """Path to text: what every commit holds that has no tree of its own."""
    commits: dict[Sha, Commit] = field(default_factory=dict)
    commit_comments: list[Comment] = field(default_factory=list)
    issues: dict[int, Issue] = field(default_factory=dict)
    """By number, pull requests among them."""
    gone_issues: dict[int, "tuple[Repository, int] | None"] = field(default_factory=dict)
    """Numbers of issues that were transferred, with where to, or deleted (None)."""
    discussions: dict[int, Discussion] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    environments: dict[str, Environment] = field(default_factory=dict)
    deployments: list[Deployment] = field(default_factory=list)
    runs: dict[int, Run] = field(default_factory=dict)
    check_runs: list[CheckRun] = field(default_factory=list)
    statuses: list[CommitStatus] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"

    @property
    def head(self) -> Sha:
        """The newest commit of the default branch."""
        return self.branches[self.default_branch]
