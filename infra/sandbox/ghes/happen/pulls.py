"""Pull requests; editing, labels, closing and reopening are those of issues."""

from collections.abc import Iterable

from infra.sandbox.ghes.population import new_commit
from infra.sandbox.ghes.pushing import move_branch
from infra.sandbox.ghes.render.issues import label_json
from infra.sandbox.ghes.render.people import team_json, user_json
from infra.sandbox.ghes.render.pulls import pull_of
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.subject import tell
from infra.sandbox.ghes.things import Account, Commit, Issue, Pull, Team
from infra.sandbox.ghes.world import World


def open_pull(
    world: World,
    repository: Repository,
    *,
    by: Account,
    title: str = "Mend the leak",
    body: str | None = "A new washer.",
    head: str = "mend",
    base: str = "",
    source: Repository | None = None,
    draft: bool = False,
    labels: Iterable[str] = (),
) -> Issue:
    """Open a pull request from `head`, of the fork `source` or of the repository itself.

    A head that doesn't exist is made first, silently. In `opened`, `mergeable` is still null.
    """
    source, base, now = source or repository, base or repository.default_branch, world.now()
    if head not in source.branches:
        commit = new_commit(world, title, by)
        source.commits[commit.sha], source.branches[head] = commit, commit.sha
    pull = Pull(
        id=world.next_id(),
        head_ref=head,
        head_sha=source.branches[head],
        head_repository=source,
        base_ref=base,
        base_sha=repository.branches[base],
        draft=draft,
    )
    issue = Issue(
        id=world.next_id(),
        number=next(repository.numbers),
        title=title,
        body=body,
        user=by,
        created_at=now,
        updated_at=now,
        pull=pull,
    )
    repository.issues[issue.number] = issue
    issue.labels = [repository.labels[it] for it in labels]
    tell(world, repository, issue, "opened", by=by)
    pull.mergeable = True
    for each in issue.labels:
        tell(world, repository, issue, "labeled", by=by, label=label_json(world, repository, each))
    return issue


def ready_for_review(world: World, repository: Repository, issue: Issue, *, by: Account) -> None:
    """End the draft."""
    pull_of(issue).draft = False
    tell(world, repository, issue, "ready_for_review", by=by)


def convert_to_draft(world: World, repository: Repository, issue: Issue, *, by: Account) -> None:
    """Make it a draft again."""
    pull_of(issue).draft = True
    tell(world, repository, issue, "converted_to_draft", by=by)


def change_base(world: World, repository: Repository, issue: Issue, base: str, *, by: Account) -> None:
    """Aim at another branch: `edited` with `changes.base`."""
    pull = pull_of(issue)
    changes = {"base": {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}}
    pull.base_ref, pull.base_sha = base, repository.branches[base]
    tell(world, repository, issue, "edited", by=by, changes=changes)


def request_review(
    world: World, repository: Repository, issue: Issue, reviewer: Account | Team, *, by: Account
) -> None:
    """Ask one reviewer: `requested_reviewer` or `requested_team`, never both; one event each (§8)."""
    pull = pull_of(issue)
    if isinstance(reviewer, Team):
        pull.requested_teams.append(reviewer)
        tell(world, repository, issue, "review_requested", by=by, requested_team=team_json(world, reviewer))
    else:
        pull.requested_reviewers.append(reviewer)
        asked = user_json(world, reviewer)
        tell(world, repository, issue, "review_requested", by=by, requested_reviewer=asked)


def unrequest_review(
    world: World, repository: Repository, issue: Issue, reviewer: Account | Team, *, by: Account
) -> None:
    """Take the request back."""
    pull = pull_of(issue)
    if isinstance(reviewer, Team):
        pull.requested_teams.remove(reviewer)
        tell(world, repository, issue, "review_request_removed", by=by, requested_team=team_json(world, reviewer))
    else:
        pull.requested_reviewers.remove(reviewer)
        asked = user_json(world, reviewer)
        tell(world, repository, issue, "review_request_removed", by=by, requested_reviewer=asked)


def merge(world: World, repository: Repository, issue: Issue, *, by: Account, message: str = "") -> Commit:
    """Merge: a push to the base, and `closed` with `merged` (§8)."""
    pull = pull_of(issue)
    text = message or f"Merge pull request #{issue.number} from {repository.owner.login}/{pull.head_ref}"
    commit = new_commit(world, text, by)
    pull.merged_at, pull.merged_by, pull.merge_commit_sha = world.now(), by, commit.sha
    issue.state, issue.closed_at, issue.closed_by = "closed", world.now(), by
    move_branch(world, repository, pull.base_ref, commit.sha, [commit], by=by, forced=False)
    tell(world, repository, issue, "closed", by=by)
    return commit


def delete_fork(world: World, repository: Repository, issue: Issue) -> None:
    """Let the fork behind a pull request disappear: `head.repo` becomes null. Nobody is told."""
    pull = pull_of(issue)
    if pull.head_repository and pull.head_repository is not repository:
        world.repositories.pop(pull.head_repository.id, None)
    pull.head_repository = None
