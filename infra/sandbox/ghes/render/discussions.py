"""Discussions in JSON; only webhooks carry them, REST has none on GHES."""

from typing import Any

from infra.sandbox.ghes.render.issues import reactions_json
from infra.sandbox.ghes.render.nodes import node_id
from infra.sandbox.ghes.render.people import user_or_null
from infra.sandbox.ghes.render.repositories import api_url, page_url
from infra.sandbox.ghes.repository import Discussion, Repository
from infra.sandbox.ghes.things import Comment
from infra.sandbox.ghes.times import iso
from infra.sandbox.ghes.world import World


def discussion_json(world: World, repository: Repository, discussion: Discussion) -> dict[str, Any]:
    """A discussion."""
    page = f"{page_url(world, repository)}/discussions/{discussion.number}"
    answer = discussion.answer
    return {
        "repository_url": api_url(world, repository),
        "category": {
            "id": 1,
            "node_id": node_id("DIC", 1),
            "repository_id": repository.id,
            "emoji": ":pray:",
            "name": discussion.category,
            "description": f"About {discussion.category}",
            "created_at": iso(repository.created_at),
            "updated_at": iso(repository.created_at),
            "slug": discussion.category.lower().replace(" ", "-"),
            "is_answerable": discussion.category == "Q&A",
        },
        "answer_html_url": f"{page}#discussioncomment-{answer.id}" if answer else None,
        "answer_chosen_at": iso(discussion.updated_at) if answer else None,
        "answer_chosen_by": user_or_null(world, discussion.user) if answer else None,
        "html_url": page,
        "id": discussion.id,
        "node_id": node_id("D", discussion.id),
        "number": discussion.number,
        "title": discussion.title,
        "user": user_or_null(world, discussion.user),
        "labels": [],
        "state": discussion.state,
        "state_reason": None,
        "locked": False,
        "comments": len(discussion.comments),
        "created_at": iso(discussion.created_at),
        "updated_at": iso(discussion.updated_at),
        "author_association": "MEMBER",
        "active_lock_reason": None,
        "body": discussion.body,
        "reactions": reactions_json(f"{api_url(world, repository)}/discussions/{discussion.number}"),
        "timeline_url": f"{api_url(world, repository)}/discussions/{discussion.number}/timeline",
    }


def discussion_comment_json(
    world: World, repository: Repository, discussion: Discussion, comment: Comment
) -> dict[str, Any]:
    """A comment on a discussion; `place` may hold `parent_id`."""
    page = f"{page_url(world, repository)}/discussions/{discussion.number}#discussioncomment-{comment.id}"
    return {
        "id": comment.id,
        "node_id": node_id("DC", comment.id),
        "html_url": page,
        "parent_id": None,
        "child_comment_count": 0,
        "repository_url": api_url(world, repository),
        "discussion_id": discussion.id,
        "author_association": "MEMBER",
        "user": user_or_null(world, comment.user),
        "created_at": iso(comment.created_at),
        "updated_at": iso(comment.updated_at),
        "body": comment.body,
        "reactions": reactions_json(f"{api_url(world, repository)}/discussions/comments/{comment.id}"),
        **comment.place,
    }
