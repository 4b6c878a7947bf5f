"""Issues, labels, milestones and comments in JSON. `rest` tells REST from webhooks where they differ."""

from typing import Any

from infra.sandbox.ghes.render.nodes import node_id
from infra.sandbox.ghes.render.people import author_json, user_json, user_or_null
from infra.sandbox.ghes.render.repositories import api_url, page_url
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Comment, Issue, Label, Milestone
from infra.sandbox.ghes.times import iso, iso_or_null
from infra.sandbox.ghes.world import World


def label_json(world: World, repository: Repository, label: Label) -> dict[str, Any]:
    """A label."""
    return {
        "id": label.id,
        "node_id": node_id("LA", label.id),
        "url": f"{api_url(world, repository)}/labels/{label.name}",
        "name": label.name,
        "description": label.description,
        "color": label.color,
        "default": label.default,
    }


def milestone_json(world: World, repository: Repository, milestone: Milestone) -> dict[str, Any]:
    """A milestone, its issues counted."""
    within = [it.state for it in repository.issues.values() if it.milestone is milestone]
    api = f"{api_url(world, repository)}/milestones/{milestone.number}"
    return {
        "url": api,
        "html_url": f"{page_url(world, repository)}/milestone/{milestone.number}",
        "labels_url": f"{api}/labels",
        "id": milestone.id,
        "node_id": node_id("MI", milestone.id),
        "number": milestone.number,
        "title": milestone.title,
        "description": milestone.description,
        "creator": user_json(world, milestone.creator),
        "open_issues": within.count("open"),
        "closed_issues": within.count("closed"),
        "state": milestone.state,
        "created_at": iso(milestone.created_at),
        "updated_at": iso(milestone.created_at),
        "due_on": iso_or_null(milestone.due_on),
        "closed_at": None,
    }


def shared_json(world: World, repository: Repository, issue: Issue, *, rest: bool) -> dict[str, Any]:
    """What issue and pull request have in common."""
    assignees = [user_json(world, it) for it in issue.assignees]
    milestone = milestone_json(world, repository, issue.milestone) if issue.milestone else None
    return {
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "user": author_json(world, issue.user, rest=rest),
        "labels": [label_json(world, repository, it) for it in issue.labels],
        "state": issue.state,
        "locked": issue.locked,
        "active_lock_reason": None,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": milestone,
        "comments": len(issue.comments),
        "author_association": "MEMBER",
        "created_at": iso(issue.created_at),
        "updated_at": iso(issue.updated_at),
        "closed_at": iso_or_null(issue.closed_at),
    }


def issue_json(world: World, repository: Repository, issue: Issue, *, rest: bool) -> dict[str, Any]:
    """An issue, or a pull request seen as one: then, and only then, it has `pull_request`."""
    api = f"{api_url(world, repository)}/issues/{issue.number}"
    kind = "pull" if issue.pull else "issues"
    page = f"{page_url(world, repository)}/{kind}/{issue.number}"
    closer = {"closed_by": user_or_null(world, issue.closed_by)} if rest else {}
    pull = {}
    if issue.pull:
        pull = {
            "draft": issue.pull.draft,
            "pull_request": {
                "url": f"{api_url(world, repository)}/pulls/{issue.number}",
                "html_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "merged_at": iso_or_null(issue.pull.merged_at),
            },
        }
    return (
        {
            "url": api,
            "repository_url": api_url(world, repository),
            "labels_url": f"{api}/labels{{/name}}",
            "comments_url": f"{api}/comments",
            "events_url": f"{api}/events",
            "html_url": page,
            "id": issue.id,
            "node_id": node_id("PR" if issue.pull else "I", issue.id),
        }
        | shared_json(world, repository, issue, rest=rest)
        | {
            "state_reason": issue.state_reason,
            "timeline_url": f"{api}/timeline",
            "performed_via_github_app": None,
            "reactions": reactions_json(api),
        }
        | closer
        | pull
    )


def comment_json(world: World, repository: Repository, issue: Issue, comment: Comment, *, rest: bool) -> dict[str, Any]:
    """A comment on an issue or on the conversation of a pull request."""
    api = f"{api_url(world, repository)}/issues"
    kind = "pull" if issue.pull else "issues"
    return {
        "url": f"{api}/comments/{comment.id}",
        "html_url": f"{page_url(world, repository)}/{kind}/{issue.number}#issuecomment-{comment.id}",
        "issue_url": f"{api}/{issue.number}",
        "id": comment.id,
        "node_id": node_id("IC", comment.id),
        "user": author_json(world, comment.user, rest=rest),
        "created_at": iso(comment.created_at),
        "updated_at": iso(comment.updated_at),
        "author_association": "MEMBER",
        "body": comment.body,
        "performed_via_github_app": None,
        "reactions": reactions_json(f"{api}/comments/{comment.id}"),
    }


def reactions_json(api: str) -> dict[str, Any]:
    """Nobody reacted."""
    kinds = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
    return {"url": f"{api}/reactions", "total_count": 0, **dict.fromkeys(kinds, 0)}
