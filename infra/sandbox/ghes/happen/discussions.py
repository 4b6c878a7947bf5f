"""Discussions."""

from typing import Any

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.discussions import discussion_comment_json, discussion_json
from infra.sandbox.ghes.repository import Discussion, Repository
from infra.sandbox.ghes.things import Account, Comment
from infra.sandbox.ghes.world import World


def open_discussion(
    world: World,
    repository: Repository,
    *,
    by: Account,
    title: str = "Which washer?",
    body: str = "Rubber or metal?",
    category: str = "Q&A",
) -> Discussion:
    """Begin a discussion."""
    now = world.now()
    discussion = Discussion(
        id=world.next_id(),
        number=next(repository.numbers),
        title=title,
        body=body,
        user=by,
        category=category,
        created_at=now,
        updated_at=now,
    )
    repository.discussions[discussion.number] = discussion
    _tell(world, repository, discussion, "created", by=by)
    return discussion


def comment_on_discussion(
    world: World, repository: Repository, discussion: Discussion, *, by: Account, body: str = "Rubber."
) -> Comment:
    """Comment on it: `discussion_comment.created`."""
    now = world.now()
    comment = Comment(id=world.next_id(), body=body, user=by, created_at=now, updated_at=now)
    discussion.comments.append(comment)
    discussion.updated_at = now
    fields = {
        "discussion": discussion_json(world, repository, discussion),
        "comment": discussion_comment_json(world, repository, discussion, comment),
    }
    fire(world, "discussion_comment", "created", by=by, repository=repository, fields=fields)
    return comment


def answer_discussion(
    world: World, repository: Repository, discussion: Discussion, answer: Comment, *, by: Account
) -> None:
    """Mark a comment as the answer."""
    discussion.answer, discussion.updated_at = answer, world.now()
    shown = discussion_comment_json(world, repository, discussion, answer)
    _tell(world, repository, discussion, "answered", by=by, answer=shown)


def close_discussion(world: World, repository: Repository, discussion: Discussion, *, by: Account) -> None:
    """Close it."""
    discussion.state, discussion.updated_at = "closed", world.now()
    _tell(world, repository, discussion, "closed", by=by)


def _tell(
    world: World, repository: Repository, discussion: Discussion, action: str, *, by: Account, **beside: Any
) -> None:
    fields = {"discussion": discussion_json(world, repository, discussion)}
    fire(world, "discussion", action, by=by, repository=repository, fields=fields | beside)
