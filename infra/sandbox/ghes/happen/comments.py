"""Comments on issues, pull requests and commits."""

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.commits import commit_comment_json
from infra.sandbox.ghes.render.issues import comment_json, issue_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Comment, Issue, Sha
from infra.sandbox.ghes.world import World


def comment(world: World, repository: Repository, issue: Issue, *, by: Account, body: str = "I see it too.") -> Comment:
    """Comment on an issue or on the conversation of a pull request."""
    now = world.now()
    made = Comment(id=world.next_id(), body=body, user=by, created_at=now, updated_at=now)
    issue.comments.append(made)
    _tell(world, repository, issue, made, "created", by=by)
    return made


def edit_comment(
    world: World, repository: Repository, issue: Issue, edited: Comment, *, by: Account, body: str
) -> None:
    """Change a comment's text."""
    changes = {"body": {"from": edited.body}}
    edited.body, edited.updated_at = body, world.now()
    _tell(world, repository, issue, edited, "edited", by=by, changes=changes)


def delete_comment(world: World, repository: Repository, issue: Issue, deleted: Comment, *, by: Account) -> None:
    """Delete a comment."""
    issue.comments.remove(deleted)
    _tell(world, repository, issue, deleted, "deleted", by=by)


def comment_on_commit(
    world: World, repository: Repository, sha: Sha, *, by: Account, body: str = "Why so?", path: str | None = None
) -> Comment:
    """Comment on a commit, or on a line of a file in it."""
    now, line = world.now(), 1 if path else None
    place = {"commit_id": sha, "path": path, "position": line, "line": line}
    made = Comment(id=world.next_id(), body=body, user=by, created_at=now, updated_at=now, place=place)
    repository.commit_comments.append(made)
    fields = {"comment": commit_comment_json(world, repository, made, rest=False)}
    fire(world, "commit_comment", "created", by=by, repository=repository, fields=fields)
    return made


def _tell(
    world: World, repository: Repository, issue: Issue, told: Comment, action: str, *, by: Account, **beside: object
) -> None:
    issue.updated_at = repository.updated_at = world.now()
    fields = {
        "issue": issue_json(world, repository, issue, rest=False),
        "comment": comment_json(world, repository, issue, told, rest=False),
    }
    fire(world, "issue_comment", action, by=by, repository=repository, fields=fields | beside)
