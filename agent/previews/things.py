"""What links show, as GHES's REST API describes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.previews.links import CommentKind
from agent.subject import Check
from shared.event import Payload, Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue, or a pull request."""

    repository: Repository
    fields: Payload
    is_pull: bool
    checks: tuple[Check, ...] = ()
    """Of a pull request's head, as far as they were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment or a review, and what it is about."""

    repository: Repository
    kind: CommentKind
    fields: Payload
    issue: Issue | None
    """None for a comment on a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLines:
    """Lines of a file."""

    repository: Repository
    ref: str
    path: str
    first: int
    last: int
    url: str
    lines: Sequence[str] | None
    """None where the file has no such lines that could be shown: it is binary, too big, or shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A repository."""

    repository: Repository
    fields: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person or an organisation, whom everybody on the server may see."""

    fields: Payload
    is_organization: bool
    repository: None = None


Thing = Issue | Comment | FileLines | Project | Account
