"""Moving a ref, and the push that tells of it."""

from collections.abc import Sequence

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.commits import commit_json
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.ghes.render.repositories import page_url, pushed_repository_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.subject import tell
from infra.sandbox.ghes.things import ZERO_SHA, Account, Commit, Sha
from infra.sandbox.ghes.world import World

MOST_COMMITS = 2048
"""A push lists no more of them (§8)."""


def move_branch(
    world: World,
    repository: Repository,
    branch: str,
    after: Sha,
    commits: Sequence[Commit],
    *,
    by: Account,
    forced: bool,
) -> None:
    """Set the branch to `after`, fire the push, and `synchronize` for each open pull request that comes from it."""
    before = repository.branches.get(branch, ZERO_SHA)
    repository.branches[branch] = after
    repository.commits |= {it.sha: it for it in commits}
    fire_push(world, repository, f"refs/heads/{branch}", before, after, commits, by=by, forced=forced)
    for base in world.repositories.values():
        for issue in base.issues.values():
            pull = issue.pull
            if pull and issue.state == "open" and pull.head_repository is repository and pull.head_ref == branch:
                pull.head_sha, pull.mergeable = after, None
                pull.commits += len(commits)
                tell(world, base, issue, "synchronize", by=by, before=before, after=after)
                pull.mergeable = True


def fire_push(
    world: World,
    repository: Repository,
    ref: str,
    before: Sha,
    after: Sha,
    commits: Sequence[Commit] = (),
    *,
    by: Account,
    forced: bool = False,
) -> None:
    """Fire `push`; `ref` is the full one. A zero `before` means created, a zero `after` deleted."""
    repository.pushed_at = repository.updated_at = world.now()
    page = page_url(world, repository)
    head = repository.commits.get(after)
    short = f"{before[:12]}...{after[:12]}"
    fields = {
        "ref": ref,
        "before": before,
        "after": after,
        "repository": pushed_repository_json(world, repository),
        "pusher": {"name": by.login, "email": by.email},
        "sender": user_json(world, by),
        "created": before == ZERO_SHA,
        "deleted": after == ZERO_SHA,
        "forced": forced,
        "base_ref": None,
        "compare": f"{page}/compare/{short}" if ZERO_SHA not in {before, after} else f"{page}/commit/{after[:12]}",
        "commits": [commit_json(world, repository, it) for it in commits[:MOST_COMMITS]],
        "head_commit": commit_json(world, repository, head) if head else None,
    }
    fire(world, "push", by=by, repository=repository, fields=fields)
