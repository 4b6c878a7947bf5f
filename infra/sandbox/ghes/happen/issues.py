"""Issues, and what they share with pull requests: edits, labels, assignees, milestones, closing, reopening."""

from collections.abc import Iterable
from typing import Any, Literal

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.issues import issue_json, label_json, milestone_json
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.ghes.render.repositories import repository_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.subject import tell
from infra.sandbox.ghes.things import Account, Issue, Label, Milestone
from infra.sandbox.ghes.world import World

Reason = Literal["completed", "not_planned", "duplicate"]


def open_issue(
    world: World,
    repository: Repository,
    *,
    by: Account,
    title: str = "Something leaks",
    body: str | None = "It drips on my keyboard.",
    labels: Iterable[str] = (),
    assignees: Iterable[Account] = (),
    milestone: Milestone | None = None,
) -> Issue:
    """Open an issue; labels and assignees at opening also fire `labeled` and `assigned`, one each (§8)."""
    issue = _blank(world, repository, by=by, title=title, body=body)
    issue.labels = [ensure_label(world, repository, it, by=by) for it in labels]
    issue.assignees, issue.milestone = list(assignees), milestone
    tell(world, repository, issue, "opened", by=by)
    for each in issue.labels:
        tell(world, repository, issue, "labeled", by=by, label=label_json(world, repository, each))
    for account in issue.assignees:
        tell(world, repository, issue, "assigned", by=by, assignee=user_json(world, account))
    return issue


def edit(
    world: World,
    repository: Repository,
    issue: Issue,
    *,
    by: Account,
    title: str | None = None,
    body: str | None = None,
) -> None:
    """Change title or body of an issue or pull request; what stays the same isn't told."""
    changes: dict[str, Any] = {}
    if title is not None and title != issue.title:
        changes["title"] = {"from": issue.title}
        issue.title = title
    if body is not None and body != issue.body:
        changes["body"] = {"from": issue.body or ""}
        issue.body = body
    if changes:
        tell(world, repository, issue, "edited", by=by, changes=changes)


def label(world: World, repository: Repository, issue: Issue, name: str, *, by: Account) -> None:
    """Put a label on; one that the repository doesn't know is made first."""
    added = ensure_label(world, repository, name, by=by)
    if added not in issue.labels:
        issue.labels.append(added)
        tell(world, repository, issue, "labeled", by=by, label=label_json(world, repository, added))


def unlabel(world: World, repository: Repository, issue: Issue, name: str, *, by: Account) -> None:
    """Take a label off."""
    for removed in [it for it in issue.labels if it.name == name]:
        issue.labels.remove(removed)
        tell(world, repository, issue, "unlabeled", by=by, label=label_json(world, repository, removed))


def assign(world: World, repository: Repository, issue: Issue, account: Account, *, by: Account) -> None:
    """Assign somebody."""
    if account not in issue.assignees:
        issue.assignees.append(account)
        tell(world, repository, issue, "assigned", by=by, assignee=user_json(world, account))


def unassign(world: World, repository: Repository, issue: Issue, account: Account, *, by: Account) -> None:
    """Take an assignment back."""
    if account in issue.assignees:
        issue.assignees.remove(account)
        tell(world, repository, issue, "unassigned", by=by, assignee=user_json(world, account))


def set_milestone(
    world: World, repository: Repository, issue: Issue, milestone: Milestone | None, *, by: Account
) -> None:
    """Put the subject into a milestone, or take it out with None."""
    shown = milestone or issue.milestone
    if shown is None or milestone is issue.milestone:
        return
    action = "milestoned" if milestone else "demilestoned"
    issue.milestone = milestone
    tell(world, repository, issue, action, by=by, milestone=milestone_json(world, repository, shown))


def close(world: World, repository: Repository, issue: Issue, *, by: Account, reason: Reason = "completed") -> None:
    """Close an issue, or a pull request without merging it (then the reason doesn't count)."""
    issue.state, issue.closed_at, issue.closed_by = "closed", world.now(), by
    issue.state_reason = None if issue.pull else reason
    tell(world, repository, issue, "closed", by=by)


def reopen(world: World, repository: Repository, issue: Issue, *, by: Account) -> None:
    """Open it again."""
    issue.state, issue.closed_at, issue.closed_by = "open", None, None
    issue.state_reason = None if issue.pull else "reopened"
    tell(world, repository, issue, "reopened", by=by)


def transfer_issue(world: World, repository: Repository, issue: Issue, to: Repository, *, by: Account) -> Issue:
    """Move an issue: `transferred` in the old repository, `opened` under a new number in the new one (§8)."""
    moved = _blank(world, to, by=issue.user, title=issue.title, body=issue.body)
    moved.comments, moved.assignees = list(issue.comments), list(issue.assignees)
    old_issue = issue_json(world, repository, issue, rest=False)
    new = {"new_issue": issue_json(world, to, moved, rest=False), "new_repository": repository_json(world, to)}
    tell(world, repository, issue, "transferred", by=by, changes=new)
    old = {"old_issue": old_issue, "old_repository": repository_json(world, repository)}
    del repository.issues[issue.number]
    repository.gone_issues[issue.number] = (to, moved.number)
    tell(world, to, moved, "opened", by=by, changes=old)
    return moved


def delete_issue(world: World, repository: Repository, issue: Issue, *, by: Account) -> None:
    """Delete an issue; nothing follows."""
    del repository.issues[issue.number]
    repository.gone_issues[issue.number] = None
    tell(world, repository, issue, "deleted", by=by)


def ensure_label(world: World, repository: Repository, name: str, *, by: Account) -> Label:
    """The label with this name; made, and told of by `label.created`, when there is none."""
    found = repository.labels.get(name)
    if found is None:
        found = repository.labels[name] = Label(id=world.next_id(), name=name)
        fields = {"label": label_json(world, repository, found)}
        fire(world, "label", "created", by=by, repository=repository, fields=fields)
    return found


def _blank(world: World, repository: Repository, *, by: Account | None, title: str, body: str | None) -> Issue:
    now = world.now()
    issue = Issue(
        id=world.next_id(),
        number=next(repository.numbers),
        title=title,
        body=body,
        user=by,
        created_at=now,
        updated_at=now,
    )
    repository.issues[issue.number] = issue
    return issue
