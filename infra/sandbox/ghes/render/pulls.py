"""Pull requests, reviews and comments on lines in JSON."""

from typing import Any

from infra.sandbox.ghes.render.issues import reactions_json, shared_json
from infra.sandbox.ghes.render.nodes import node_id
from infra.sandbox.ghes.render.people import author_json, team_json, user_json, user_or_null
from infra.sandbox.ghes.render.repositories import api_url, page_url, repository_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Comment, Issue, Pull, Review, Sha
from infra.sandbox.ghes.times import iso, iso_or_null
from infra.sandbox.ghes.world import World


def pull_of(issue: Issue) -> Pull:
    """The pull request that this issue is; raises `ValueError` for a plain issue."""
    if issue.pull is None:
        raise ValueError(f"#{issue.number} is no pull request")
    return issue.pull


def pull_json(world: World, repository: Repository, issue: Issue, *, rest: bool) -> dict[str, Any]:
    """A pull request with everything that GHES counts of it, as webhooks and `GET …/pulls/{n}` carry it."""
    pull = pull_of(issue)
    return short_pull_json(world, repository, issue, rest=rest) | {
        "merged": pull.merged_at is not None,
        "mergeable": pull.mergeable,
        "rebaseable": pull.mergeable,
        "mergeable_state": {None: "unknown", True: "clean", False: "dirty"}[pull.mergeable],
        "merged_by": user_or_null(world, pull.merged_by),
        "comments": len(issue.comments),
        "review_comments": len(pull.review_comments),
        "maintainer_can_modify": False,
        "commits": pull.commits,
        "additions": pull.additions,
        "deletions": pull.deletions,
        "changed_files": pull.changed_files,
    }


def short_pull_json(world: World, repository: Repository, issue: Issue, *, rest: bool) -> dict[str, Any]:
    """A pull request as lists and reviews carry it, without the counts."""
    pull = pull_of(issue)
    api = f"{api_url(world, repository)}/pulls/{issue.number}"
    page = f"{page_url(world, repository)}/pull/{issue.number}"
    issue_api = f"{api_url(world, repository)}/issues/{issue.number}"
    links = {
        "self": api,
        "html": page,
        "issue": issue_api,
        "comments": f"{issue_api}/comments",
        "review_comments": f"{api}/comments",
        "review_comment": f"{api_url(world, repository)}/pulls/comments{{/number}}",
        "commits": f"{api}/commits",
        "statuses": f"{api_url(world, repository)}/statuses/{pull.head_sha}",
    }
    return (
        {
            "url": api,
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "issue_url": issue_api,
            "commits_url": links["commits"],
            "review_comments_url": links["review_comments"],
            "review_comment_url": links["review_comment"],
            "comments_url": links["comments"],
            "statuses_url": links["statuses"],
        }
        | shared_json(world, repository, issue, rest=rest)
        | {
            "merged_at": iso_or_null(pull.merged_at),
            "merge_commit_sha": pull.merge_commit_sha,
            "requested_reviewers": [user_json(world, it) for it in pull.requested_reviewers],
            "requested_teams": [team_json(world, it) for it in pull.requested_teams],
            "draft": pull.draft,
            "head": _end(world, repository, pull.head_repository, pull.head_ref, pull.head_sha),
            "base": _end(world, repository, repository, pull.base_ref, pull.base_sha),
            "_links": {name: {"href": url} for name, url in links.items()},
            "auto_merge": pull.auto_merge,
        }
    )


def _end(world: World, base: Repository, side: Repository | None, ref: str, sha: Sha) -> dict[str, Any]:
    """`head` or `base`; of a fork that is gone GHES shows null, or (a switch) what it was."""
    shown = side or (None if world.switches.head_repository_null else base)
    owner = (shown or base).owner
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user_json(world, owner) if shown else None,
        "repo": repository_json(world, shown) if shown else None,
    }


def review_json(world: World, repository: Repository, issue: Issue, review: Review, *, rest: bool) -> dict[str, Any]:
    """A review; its state is lower case in webhooks, UPPER in REST (§8)."""
    api = f"{api_url(world, repository)}/pulls/{issue.number}"
    page = f"{page_url(world, repository)}/pull/{issue.number}#pullrequestreview-{review.id}"
    return {
        "id": review.id,
        "node_id": node_id("PRR", review.id),
        "user": author_json(world, review.user, rest=rest),
        "body": review.body,
        "commit_id": review.commit_id,
        "submitted_at": iso(review.submitted_at),
        "state": review.state.upper() if rest else review.state,
        "html_url": page,
        "pull_request_url": api,
        "author_association": "MEMBER",
        "_links": {"html": {"href": page}, "pull_request": {"href": api}},
    }


def review_comment_json(
    world: World, repository: Repository, issue: Issue, comment: Comment, *, rest: bool
) -> dict[str, Any]:
    """A comment on a line; `line` is null once it is outdated."""
    api = f"{api_url(world, repository)}/pulls"
    page = f"{page_url(world, repository)}/pull/{issue.number}#discussion_r{comment.id}"
    return {
        "url": f"{api}/comments/{comment.id}",
        "id": comment.id,
        "node_id": node_id("PRRC", comment.id),
        "diff_hunk": "@@ -1,3 +1,4 @@\n-old line\n+new line",
        "user": author_json(world, comment.user, rest=rest),
        "body": comment.body,
        "created_at": iso(comment.created_at),
        "updated_at": iso(comment.updated_at),
        "html_url": page,
        "pull_request_url": f"{api}/{issue.number}",
        "author_association": "MEMBER",
        "_links": {
            "self": {"href": f"{api}/comments/{comment.id}"},
            "html": {"href": page},
            "pull_request": {"href": f"{api}/{issue.number}"},
        },
        "reactions": reactions_json(f"{api}/comments/{comment.id}"),
        "start_line": None,
        "original_start_line": None,
        "start_side": None,
        "side": "RIGHT",
        "subject_type": "line",
        **comment.place,
    }
