"""Reviews of pull requests, and comments on their lines."""

from collections.abc import Iterable
from typing import Any, Literal

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.pulls import pull_of, review_comment_json, review_json, short_pull_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Comment, Issue, Review
from infra.sandbox.ghes.world import World

ReviewState = Literal["approved", "changes_requested", "commented"]


def submit_review(
    world: World,
    repository: Repository,
    issue: Issue,
    state: ReviewState,
    *,
    by: Account,
    body: str | None = None,
    lines: Iterable[str] = (),
) -> Review:
    """Review a pull request; each text in `lines` becomes a comment on a line, with an event of its own."""
    pull = pull_of(issue)
    review = Review(
        id=world.next_id(), user=by, state=state, body=body, submitted_at=world.now(), commit_id=pull.head_sha
    )
    pull.reviews.append(review)
    pull.requested_reviewers = [it for it in pull.requested_reviewers if it is not by]
    _tell(world, repository, issue, "submitted", by=by, review=review)
    for text in lines:
        _comment(world, repository, issue, review, text, by=by)
    return review


def comment_on_line(
    world: World, repository: Repository, issue: Issue, *, by: Account, body: str = "Is this washer new?"
) -> Comment:
    """Comment on one line: it comes with a `commented` review without a body (§8)."""
    submit_review(world, repository, issue, "commented", by=by, lines=[body])
    return pull_of(issue).review_comments[-1]


def dismiss_review(world: World, repository: Repository, issue: Issue, review: Review, *, by: Account) -> None:
    """Dismiss a review."""
    review.state = "dismissed"
    _tell(world, repository, issue, "dismissed", by=by, review=review)


def edit_review(world: World, repository: Repository, issue: Issue, review: Review, *, by: Account, body: str) -> None:
    """Change a review's text."""
    changes = {"body": {"from": review.body or ""}}
    review.body = body
    _tell(world, repository, issue, "edited", by=by, review=review, changes=changes)


def resolve_thread(world: World, repository: Repository, issue: Issue, first: Comment, *, by: Account) -> None:
    """Resolve the thread that a comment on a line began."""
    shown = review_comment_json(world, repository, issue, first, rest=False)
    fields = {
        "thread": {"node_id": f"PRRT_{first.id}", "comments": [shown]},
        "pull_request": short_pull_json(world, repository, issue, rest=False),
    }
    fire(world, "pull_request_review_thread", "resolved", by=by, repository=repository, fields=fields)


def _comment(world: World, repository: Repository, issue: Issue, review: Review, text: str, *, by: Account) -> None:
    now = world.now()
    place: dict[str, Any] = {
        "pull_request_review_id": review.id,
        "path": "README.md",
        "position": 2,
        "original_position": 2,
        "line": 2,
        "original_line": 2,
        "commit_id": review.commit_id,
        "original_commit_id": review.commit_id,
    }
    made = Comment(id=world.next_id(), body=text, user=by, created_at=now, updated_at=now, place=place)
    pull_of(issue).review_comments.append(made)
    fields = {
        "comment": review_comment_json(world, repository, issue, made, rest=False),
        "pull_request": short_pull_json(world, repository, issue, rest=False),
    }
    fire(world, "pull_request_review_comment", "created", by=by, repository=repository, fields=fields)


def _tell(
    world: World, repository: Repository, issue: Issue, action: str, *, by: Account, review: Review, **beside: Any
) -> None:
    issue.updated_at = world.now()
    fields = {
        "review": review_json(world, repository, issue, review, rest=False),
        "pull_request": short_pull_json(world, repository, issue, rest=False),
    }
    fire(world, "pull_request_review", action, by=by, repository=repository, fields=fields | beside)
