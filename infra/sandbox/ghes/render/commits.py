"""Commits, statuses and comments on commits in JSON."""

from typing import Any

from infra.sandbox.ghes.render.nodes import node_id
from infra.sandbox.ghes.render.people import author_json, user_json
from infra.sandbox.ghes.render.repositories import api_url, page_url, repository_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Comment, Commit, CommitStatus, Sha
from infra.sandbox.ghes.times import iso
from infra.sandbox.ghes.world import World


def commit_json(world: World, repository: Repository, commit: Commit) -> dict[str, Any]:
    """A commit as a push lists it; `author.username` may be absent (§8)."""
    author = _person(commit)
    return {
        "id": commit.sha,
        "tree_id": commit.sha[::-1],
        "distinct": True,
        "message": commit.message,
        "timestamp": iso(commit.at),
        "url": f"{page_url(world, repository)}/commit/{commit.sha}",
        "author": author,
        "committer": author,
        "added": list(commit.added),
        "removed": list(commit.removed),
        "modified": list(commit.modified),
    }


def _person(commit: Commit) -> dict[str, str]:
    known = {"username": commit.author.login} if commit.author else {}
    return {"name": commit.author_name, "email": commit.author_email, **known}


def head_commit_json(commit: Commit) -> dict[str, Any]:
    """The short form in workflow runs and check suites."""
    person = {"name": commit.author_name, "email": commit.author_email}
    return {
        "id": commit.sha,
        "tree_id": commit.sha[::-1],
        "message": commit.message,
        "timestamp": iso(commit.at),
        "author": person,
        "committer": person,
    }


def full_commit_json(world: World, repository: Repository, commit: Commit) -> dict[str, Any]:
    """A commit as REST and `status` webhooks carry it."""
    person = {"name": commit.author_name, "email": commit.author_email, "date": iso(commit.at)}
    api = f"{api_url(world, repository)}/commits/{commit.sha}"
    author = user_json(world, commit.author) if commit.author else None
    return {
        "sha": commit.sha,
        "node_id": node_id("C", repository.id),
        "commit": {"author": person, "committer": person, "message": commit.message, "comment_count": 0},
        "url": api,
        "html_url": f"{page_url(world, repository)}/commit/{commit.sha}",
        "comments_url": f"{api}/comments",
        "author": author,
        "committer": author,
        "parents": [],
    }


def commit_comment_json(world: World, repository: Repository, comment: Comment, *, rest: bool) -> dict[str, Any]:
    """A comment on a commit; `place` holds commit_id, path, position and line."""
    page = f"{page_url(world, repository)}/commit/{comment.place['commit_id']}#commitcomment-{comment.id}"
    return {
        "url": f"{api_url(world, repository)}/comments/{comment.id}",
        "html_url": page,
        "id": comment.id,
        "node_id": node_id("CC", comment.id),
        "user": author_json(world, comment.user, rest=rest),
        "created_at": iso(comment.created_at),
        "updated_at": iso(comment.updated_at),
        "author_association": "MEMBER",
        "body": comment.body,
        **comment.place,
    }


def status_json(world: World, repository: Repository, status: CommitStatus) -> dict[str, Any]:
    """One status."""
    return {
        "url": f"{api_url(world, repository)}/statuses/{status.sha}",
        "id": status.id,
        "node_id": node_id("SC", status.id),
        "state": status.state,
        "description": status.description,
        "target_url": status.target_url,
        "context": status.context,
        "created_at": iso(status.created_at),
        "updated_at": iso(status.created_at),
    }


def combined_status_json(world: World, repository: Repository, sha: Sha) -> dict[str, Any]:
    """The newest status of each context, and what they come to: failure, else pending, else success."""
    newest = {it.context: it for it in repository.statuses if it.sha == sha}
    states = {it.state for it in newest.values()}
    together = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    api = f"{api_url(world, repository)}/commits/{sha}"
    return {
        "state": together,
        "statuses": [status_json(world, repository, it) for it in newest.values()],
        "sha": sha,
        "total_count": len(newest),
        "repository": repository_json(world, repository),
        "commit_url": api,
        "url": f"{api}/status",
    }
