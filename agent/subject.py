"""What events are about, and our own projection of how it stands now.

GHES promises no order, and no event tells everything (a comment on a pull request doesn't know its branch). So each
field is remembered with the time of what said it, and an older event never overwrites what a newer one said. In the
same second arrival decides, except that what was fetched from GHES settles whether it is open or closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.event import Repository


class Kind(StrEnum):
    """The kinds of subject that have a card of their own."""

    ISSUE = "issue"
    PULL = "pull"
    DEPLOYMENT = "deployment"
    RUN = "run"
    DISCUSSION = "discussion"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectKey:
    """`number` is that of an issue, pull request or discussion, else as its kind has it.

    A deployment's id, `<run id>/<attempt>`, or the delivery id of what asked for a review.
    """

    repository_id: int
    kind: Kind
    number: str

    def __str__(self) -> str:
        """`42/pull/7`, the thread key that crosses the wire."""
        return f"{self.repository_id}/{self.kind}/{self.number}"

    @classmethod
    def parse(cls, key: str) -> "SubjectKey":
        """The inverse of `str`."""
        repository_id, kind, number = key.split("/", 2)
        return cls(repository_id=int(repository_id), kind=Kind(kind), number=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check, commit status or workflow of a commit; `state` is success, failure, pending or neutral."""

    name: str
    state: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one event, or a fetch, says of a subject."""

    key: SubjectKey
    fields: Mapping[str, Any]
    """In GHES's own names, trimmed to what the cards show; a missing name says nothing, a null says null."""
    updated_at: datetime | None
    """The subject's own `updated_at`; None where the payload has none, which counts as older than any."""
    complete: bool = True
    """Whether a parent card can be drawn from it alone (an issue_comment on a pull request doesn't know its branch)."""
    fetched: bool = False
    comments_by: int = 0
    """1 for a comment that was written, -1 for one that was deleted: `comments` may be from before it or after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The newest snapshot."""

    key: SubjectKey
    repository: Repository
    fields: Mapping[str, Any]
    updated_at: datetime | None
    complete: bool
    said_at: Mapping[str, float] = field(default_factory=dict)
    """When each of `fields` was said, in seconds since 1970; 0 for what has no time."""
    checks: tuple[Check, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSighting:
    """What an event says of a check of a commit; it changes the card of every pull request with that head."""

    repository_id: int
    sha: str
    check: Check
    at: datetime | None
    """When it got into this state. An older one never overwrites a newer one, nor, in the same second, an end."""


_SETTLED_BY_FETCH = frozenset({"state", "state_reason", "merged", "closed_at"})
_AFTER_THE_SECOND_S = 0.5
"""GHES's times are whole seconds: what a fetch settles counts as later than the events of its second."""


def merged(old: Subject | None, seen: Sighting, repository: Repository) -> Subject:
    """The subject after `seen`."""
    fields = _counted(old, seen)
    at = seen.updated_at.timestamp() if seen.updated_at else 0.0
    said_at = {
        name: at + (_AFTER_THE_SECOND_S if seen.fetched and name in _SETTLED_BY_FETCH else 0.0) for name in fields
    }
    if old is None:
        return Subject(
            key=seen.key,
            repository=repository,
            fields=fields,
            updated_at=seen.updated_at,
            complete=seen.complete,
            said_at=said_at,
        )
    news = {name for name in fields if name not in old.fields or said_at[name] >= old.said_at.get(name, 0.0)}
    return replace(
        old,
        repository=repository,
        fields={**old.fields, **{name: fields[name] for name in news}},
        updated_at=max((at for at in (old.updated_at, seen.updated_at) if at), default=None),
        complete=old.complete or seen.complete,
        said_at={**old.said_at, **{name: said_at[name] for name in news}},
    )


def _counted(old: Subject | None, seen: Sighting) -> Mapping[str, Any]:
    """`seen.fields` with the number of comments after the event.

    Events of comments tell it as it was before or as it is after them: GitHub's own examples have both (0 beside the
    first comment, 1 beside it when it is deleted). What was known decides between the two.
    """
    told = seen.fields.get("comments")
    if not seen.comments_by or not isinstance(told, int):
        return seen.fields
    known = old.fields.get("comments") if old else None
    guess = known + seen.comments_by if isinstance(known, int) else told
    low, high = sorted((told, told + seen.comments_by))
    return {**seen.fields, "comments": max(min(max(guess, low), high), seen.comments_by, 0)}
