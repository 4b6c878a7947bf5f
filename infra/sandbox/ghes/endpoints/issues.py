"""Issues."""

from collections.abc import Sequence
from typing import Any

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.answers import Answer, RefusalError, invalid, paged
from infra.sandbox.ghes.gate import Body, Call, RepositoryRoute, beyond
from infra.sandbox.ghes.happen.issues import Reason
from infra.sandbox.ghes.numbered import issue_in
from infra.sandbox.ghes.render.issues import issue_json, label_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Issue, Milestone
from infra.sandbox.ghes.times import iso

REASONS: tuple[Reason, ...] = ("completed", "not_planned", "duplicate")


def create(call: Call, repository: Repository) -> Answer:
    """POST …/issues: 201; labels, assignees and milestone are dropped without a word unless one may push (§9)."""
    if not repository.has_issues:
        raise RefusalError(410, "Issues are disabled for this repo")
    title = call.body.get("title")
    if not isinstance(title, str | int) or not str(title).strip():
        raise invalid("Issue", "title", "missing_field")
    asked = call.body if call.may(repository, "write") else {}
    issue = happen.open_issue(
        call.world,
        repository,
        by=call.actor,
        title=str(title),
        body=call.body.get("body"),
        labels=label_names(asked),
        assignees=people(repository, asked.get("assignees", ()), "assignees"),
        milestone=_milestone(repository, asked),
    )
    return Answer(status=201, body=issue_json(call.world, repository, issue, rest=True))


def listed(call: Call, repository: Repository) -> Answer:
    """GET …/issues: newest first, pull requests among them; `state`, `creator`, `labels` and `since` narrow it."""
    query = call.request.query
    state, creator = query.get("state", "open"), query.get("creator", "")
    names = {it for it in query.get("labels", "").split(",") if it}
    wanted = [
        it
        for it in reversed(repository.issues.values())
        if state in {"all", it.state}
        and (not creator or (it.user is not None and it.user.login.lower() == creator.lower()))
        and names <= {each.name for each in it.labels}
        and iso(it.updated_at) >= query.get("since", "")
    ]
    shown = [issue_json(call.world, repository, it, rest=True) for it in wanted]
    return paged(call.request, shown, root=call.world.web_url)


def issue(call: Call, repository: Repository) -> Answer:
    """GET …/issues/{n}."""
    return Answer(body=issue_json(call.world, repository, issue_in(call, repository), rest=True))


def change(call: Call, repository: Repository) -> Answer:
    """PATCH …/issues/{n}: title, body, state with state_reason, labels, assignees, milestone.

    Authors change and close their own. Others' take triage to close and to reopen, push to reword; labels, assignees
    and milestone are dropped without a word unless one may push.
    """
    found, body, by = issue_in(call, repository), _allowed(call, repository), call.actor
    assignees = people(repository, body["assignees"], "assignees") if "assignees" in body else None
    state, asked = body.get("state", found.state), body.get("state_reason") or "completed"
    reason = next((it for it in REASONS if it == asked), None)
    if state not in {"open", "closed"}:
        raise invalid("Issue", "state")
    if state == "closed" and reason is None:
        raise invalid("Issue", "state_reason")
    happen.edit(call.world, repository, found, by=by, title=body.get("title"), body=body.get("body"))
    if "milestone" in body:
        happen.set_milestone(call.world, repository, found, _milestone(repository, body), by=by)
    if "labels" in body:
        _replace_labels(call, repository, found, label_names(body))
    if assignees is not None:
        for account in [it for it in found.assignees if it not in assignees]:
            happen.unassign(call.world, repository, found, account, by=by)
        for account in assignees:
            happen.assign(call.world, repository, found, account, by=by)
    if state == "closed" and found.state == "open":
        happen.close(call.world, repository, found, by=by, reason=reason or "completed")
    if state == "open" and found.state == "closed":
        happen.reopen(call.world, repository, found, by=by)
    return Answer(body=issue_json(call.world, repository, found, rest=True))


def add_labels(call: Call, repository: Repository) -> Answer:
    """POST …/issues/{n}/labels: 200 with all labels that are on it now."""
    found = issue_in(call, repository)
    for name in label_names(call.body):
        happen.label(call.world, repository, found, name, by=call.actor)
    return Answer(body=[label_json(call.world, repository, it) for it in found.labels])


def remove_label(call: Call, repository: Repository) -> Answer:
    """DELETE …/issues/{n}/labels/{name}: 200 with the labels that remain."""
    found, name = issue_in(call, repository), call.word("name")
    if name not in {it.name for it in found.labels}:
        raise RefusalError(404, "Label does not exist")
    happen.unlabel(call.world, repository, found, name, by=call.actor)
    return Answer(body=[label_json(call.world, repository, it) for it in found.labels])


def add_assignees(call: Call, repository: Repository) -> Answer:
    """POST …/issues/{n}/assignees: 201; left out without a word: whoever can't be assigned, all unless one may push."""
    found = issue_in(call, repository)
    for account in _assignable(call, repository) if call.may(repository, "write") else ():
        happen.assign(call.world, repository, found, account, by=call.actor)
    return Answer(status=201, body=issue_json(call.world, repository, found, rest=True))


def remove_assignees(call: Call, repository: Repository) -> Answer:
    """DELETE …/issues/{n}/assignees: 200."""
    found = issue_in(call, repository)
    for account in _assignable(call, repository):
        happen.unassign(call.world, repository, found, account, by=call.actor)
    return Answer(body=issue_json(call.world, repository, found, rest=True))


def _allowed(call: Call, repository: Repository) -> Body:
    """What of the wished changes the caller may make; 403 for another person's issue."""
    author = issue_in(call, repository).user is call.actor
    rewords = not {"title", "body"}.isdisjoint(call.body)
    if not author and not call.may(repository, "write" if rewords else "triage"):
        raise beyond()
    dropped = set() if call.may(repository, "write") else {"labels", "assignees", "milestone"}
    return {name: value for name, value in call.body.items() if name not in dropped}


def label_names(body: Body) -> list[str]:
    """The names in `labels`, which may be strings or objects with a name."""
    labels: Sequence[Any] = body.get("labels") or ()
    return [str(it["name"]) if isinstance(it, dict) else str(it) for it in labels]


def people(repository: Repository, logins: Sequence[str], field: str) -> list[Account]:
    """The collaborators with these logins; 422 for anybody else."""
    known = {it.login.lower(): it for it in repository.collaborators}
    if any(str(it).lower() not in known for it in logins):
        raise invalid("Issue", field)
    return [known[it.lower()] for it in logins]


def _assignable(call: Call, repository: Repository) -> list[Account]:
    logins = {str(it).lower() for it in call.body.get("assignees", ())}
    return [it for it in repository.collaborators if it.login.lower() in logins]


def _milestone(repository: Repository, body: Body) -> Milestone | None:
    number = body.get("milestone")
    if number is None:
        return None
    if number not in repository.milestones:
        raise invalid("Issue", "milestone")
    return repository.milestones[number]


def _replace_labels(call: Call, repository: Repository, found: Issue, names: Sequence[str]) -> None:
    for gone in [it.name for it in found.labels if it.name not in names]:
        happen.unlabel(call.world, repository, found, gone, by=call.actor)
    for name in names:
        happen.label(call.world, repository, found, name, by=call.actor)


READ = (("issues", "read"), ("pull_requests", "read"))
WRITE = (("issues", "write"), ("pull_requests", "write"))
ONE = r"/issues/{number:\d+}"

ENDPOINTS = (
    RepositoryRoute(method="GET", path="/issues", answer=listed, needs=READ),
    RepositoryRoute(method="POST", path="/issues", answer=create, needs=(("issues", "write"),)),
    RepositoryRoute(method="GET", path=ONE, answer=issue, needs=READ),
    RepositoryRoute(method="PATCH", path=ONE, answer=change, needs=WRITE),
    RepositoryRoute(method="POST", path=f"{ONE}/labels", answer=add_labels, needs=WRITE, level="triage"),
    RepositoryRoute(method="DELETE", path=f"{ONE}/labels/{{name}}", answer=remove_label, needs=WRITE, level="triage"),
    RepositoryRoute(method="POST", path=f"{ONE}/assignees", answer=add_assignees, needs=WRITE),
    RepositoryRoute(method="DELETE", path=f"{ONE}/assignees", answer=remove_assignees, needs=WRITE, level="write"),
)
