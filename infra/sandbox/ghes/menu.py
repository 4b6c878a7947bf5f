"""All that can happen, for a page's menu: `ACTIONS[key].run(world, repository, by)`.

An action takes the newest thing that fits, and makes one first where there is none.
"""

from collections.abc import Callable
from dataclasses import dataclass

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.repository import Discussion, Repository
from infra.sandbox.ghes.things import Account, Deployment, Environment, Issue, Run, Sha
from infra.sandbox.ghes.world import World

Act = Callable[[World, Repository, Account], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One row of the menu."""

    group: str
    title: str
    run: Act


def _issue(w: World, r: Repository, by: Account, state: str = "open") -> Issue:
    for found in reversed(r.issues.values()):
        if found.pull is None and found.state == state:
            return found
    made = happen.open_issue(w, r, by=by)
    if state == "closed":
        happen.close(w, r, made, by=by)
    return made


def _pull(w: World, r: Repository, by: Account, state: str = "open") -> Issue:
    for found in reversed(r.issues.values()):
        if found.pull and found.state == state and not found.pull.merged_at:
            return found
    made = happen.open_pull(w, r, by=by, head=_free(r.branches, "mend"))
    if state == "closed":
        happen.close(w, r, made, by=by)
    return made


def _run(w: World, r: Repository, by: Account, status: tuple[str, ...] = ("queued", "in_progress")) -> Run:
    for found in reversed(r.runs.values()):
        if found.status in status:
            return found
    run = happen.start_run(w, r, by=by)
    if "completed" in status:
        happen.finish_run(w, r, run, "failure", by=by)
    return run


def _deployment(w: World, r: Repository, by: Account) -> Deployment:
    return r.deployments[-1] if r.deployments else happen.deploy(w, r, by=by)


def _discussion(w: World, r: Repository, by: Account) -> Discussion:
    found = [it for it in r.discussions.values() if it.state == "open"]
    return found[-1] if found else happen.open_discussion(w, r, by=by)


def _free(taken: dict[str, Sha], stem: str) -> str:
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _other(r: Repository, by: Account) -> Account:
    return next((it for it in r.collaborators if it is not by), by)


def _delete_branch(w: World, r: Repository, by: Account) -> None:
    others = [it for it in r.branches if it != r.default_branch]
    if not others:
        others = [_free(r.branches, "spare")]
        happen.create_branch(w, r, others[0], by=by)
    happen.delete_branch(w, r, others[-1], by=by)


def _transfer_issue(w: World, r: Repository, by: Account) -> None:
    to = next(it for it in w.repositories.values() if it.owner is r.owner and it is not r)
    happen.transfer_issue(w, r, _issue(w, r, by), to, by=by)


def _synchronize(w: World, r: Repository, by: Account) -> None:
    pull = _pull(w, r, by).pull
    if pull and pull.head_repository:
        happen.push(w, pull.head_repository, by=by, branch=pull.head_ref)


def _dismiss(w: World, r: Repository, by: Account) -> None:
    issue = _pull(w, r, by)
    review = happen.submit_review(w, r, issue, "changes_requested", by=_other(r, by), body="Not yet.")
    happen.dismiss_review(w, r, issue, review, by=by)


def _ask_for_approval(w: World, r: Repository, by: Account) -> None:
    known = r.environments.get("production")
    environment = known or Environment(id=w.next_id(), name="production", reviewers=list(r.collaborators))
    happen.ask_for_approval(w, r, _run(w, r, by), environment, by=by)


def _deploy(w: World, r: Repository, by: Account) -> None:
    deployment = happen.deploy(w, r, by=by)
    happen.set_deployment(w, r, deployment, "queued", by=by)
    happen.set_deployment(w, r, deployment, "in_progress", by=by)


def _answer(w: World, r: Repository, by: Account) -> None:
    discussion = _discussion(w, r, by)
    answer = happen.comment_on_discussion(w, r, discussion, by=_other(r, by))
    happen.answer_discussion(w, r, discussion, answer, by=by)


def _review(state: happen.ReviewState, body: str | None) -> Act:
    return lambda w, r, by: happen.submit_review(w, r, _pull(w, r, by), state, by=_other(r, by), body=body)


def _decide(state: happen.Decision) -> Act:
    def run(w: World, r: Repository, by: Account) -> None:
        if not any(it.waits_for for it in r.runs.values()):
            _ask_for_approval(w, r, by)
        waiting = next(it for it in r.runs.values() if it.waits_for)
        happen.review_deployment(w, r, waiting, waiting.waits_for[0], state, by=_other(r, by), comment="As agreed.")

    return run


ROWS: tuple[tuple[str, str, str, Act], ...] = (
    ("issue-open", "Issues", "Open an issue", lambda w, r, by: happen.open_issue(w, r, by=by)),
    ("issue-edit", "Issues", "Edit it", lambda w, r, by: happen.edit(w, r, _issue(w, r, by), by=by, title="It pours")),
    ("issue-label", "Issues", "Label it “bug”", lambda w, r, by: happen.label(w, r, _issue(w, r, by), "bug", by=by)),
    ("issue-unlabel", "Issues", "Unlabel it", lambda w, r, by: happen.unlabel(w, r, _issue(w, r, by), "bug", by=by)),
    (
        "issue-assign",
        "Issues",
        "Assign it",
        lambda w, r, by: happen.assign(w, r, _issue(w, r, by), _other(r, by), by=by),
    ),
    ("issue-comment", "Issues", "Comment on it", lambda w, r, by: happen.comment(w, r, _issue(w, r, by), by=by)),
    ("issue-close", "Issues", "Close it", lambda w, r, by: happen.close(w, r, _issue(w, r, by), by=by)),
    (
        "issue-drop",
        "Issues",
        "Close it as not planned",
        lambda w, r, by: happen.close(w, r, _issue(w, r, by), by=by, reason="not_planned"),
    ),
    ("issue-reopen", "Issues", "Reopen it", lambda w, r, by: happen.reopen(w, r, _issue(w, r, by, "closed"), by=by)),
    ("issue-transfer", "Issues", "Transfer it", _transfer_issue),
    ("issue-delete", "Issues", "Delete it", lambda w, r, by: happen.delete_issue(w, r, _issue(w, r, by), by=by)),
    ("push", "Code", "Push a commit", lambda w, r, by: happen.push(w, r, by=by)),
    (
        "push-many",
        "Code",
        "Push ten",
        lambda w, r, by: happen.push(w, r, by=by, messages=[f"Step {n}" for n in range(10)]),
    ),
    ("push-force", "Code", "Force-push", lambda w, r, by: happen.force_push(w, r, by=by)),
    (
        "branch-create",
        "Code",
        "Create a branch",
        lambda w, r, by: happen.create_branch(w, r, _free(r.branches, "topic"), by=by),
    ),
    ("branch-delete", "Code", "Delete a branch", _delete_branch),
    ("tag-create", "Code", "Create a tag", lambda w, r, by: happen.create_tags(w, r, [_free(r.tags, "v0")], by=by)),
    ("commit-comment", "Code", "Comment on a commit", lambda w, r, by: happen.comment_on_commit(w, r, r.head, by=by)),
    (
        "pull-open",
        "Pull requests",
        "Open a pull request",
        lambda w, r, by: happen.open_pull(w, r, by=by, head=_free(r.branches, "mend")),
    ),
    (
        "pull-draft",
        "Pull requests",
        "Open a draft",
        lambda w, r, by: happen.open_pull(w, r, by=by, head=_free(r.branches, "mend"), draft=True),
    ),
    (
        "pull-ready",
        "Pull requests",
        "Ready for review",
        lambda w, r, by: happen.ready_for_review(w, r, _pull(w, r, by), by=by),
    ),
    (
        "pull-to-draft",
        "Pull requests",
        "Convert to draft",
        lambda w, r, by: happen.convert_to_draft(w, r, _pull(w, r, by), by=by),
    ),
    (
        "pull-request",
        "Pull requests",
        "Request a review",
        lambda w, r, by: happen.request_review(w, r, _pull(w, r, by), _other(r, by), by=by),
    ),
    ("pull-approve", "Pull requests", "Approve", _review("approved", None)),
    ("pull-refuse", "Pull requests", "Request changes", _review("changes_requested", "Not yet.")),
    ("pull-review", "Pull requests", "Review with a comment", _review("commented", "Looks dry.")),
    ("pull-dismiss", "Pull requests", "Dismiss a review", _dismiss),
    (
        "pull-line",
        "Pull requests",
        "Comment on a line",
        lambda w, r, by: happen.comment_on_line(w, r, _pull(w, r, by), by=_other(r, by)),
    ),
    ("pull-comment", "Pull requests", "Comment on it", lambda w, r, by: happen.comment(w, r, _pull(w, r, by), by=by)),
    ("pull-push", "Pull requests", "Push to it", _synchronize),
    ("pull-close", "Pull requests", "Close it", lambda w, r, by: happen.close(w, r, _pull(w, r, by), by=by)),
    (
        "pull-reopen",
        "Pull requests",
        "Reopen it",
        lambda w, r, by: happen.reopen(w, r, _pull(w, r, by, "closed"), by=by),
    ),
    ("pull-merge", "Pull requests", "Merge it", lambda w, r, by: happen.merge(w, r, _pull(w, r, by), by=by)),
    ("run-start", "Actions", "Start a run", lambda w, r, by: happen.start_run(w, r, by=by)),
    ("run-progress", "Actions", "Let it begin", lambda w, r, by: happen.progress_run(w, r, _run(w, r, by), by=by)),
    ("run-pass", "Actions", "Let it pass", lambda w, r, by: happen.finish_run(w, r, _run(w, r, by), "success", by=by)),
    ("run-fail", "Actions", "Let it fail", lambda w, r, by: happen.finish_run(w, r, _run(w, r, by), "failure", by=by)),
    (
        "run-again",
        "Actions",
        "Run it again",
        lambda w, r, by: happen.rerun(w, r, _run(w, r, by, ("completed",)), by=by),
    ),
    ("deploy", "Deployments", "Deploy", _deploy),
    (
        "deploy-pass",
        "Deployments",
        "Let it succeed",
        lambda w, r, by: happen.set_deployment(w, r, _deployment(w, r, by), "success", by=by),
    ),
    (
        "deploy-fail",
        "Deployments",
        "Let it fail",
        lambda w, r, by: happen.set_deployment(w, r, _deployment(w, r, by), "failure", by=by),
    ),
    ("deploy-ask", "Deployments", "Ask for approval", _ask_for_approval),
    ("deploy-approve", "Deployments", "Approve it", _decide("approved")),
    ("deploy-reject", "Deployments", "Reject it", _decide("rejected")),
    (
        "release",
        "Repository",
        "Publish a release",
        lambda w, r, by: happen.publish_release(w, r, by=by, tag=_free(r.tags, "v1")),
    ),
    ("discussion-open", "Repository", "Open a discussion", lambda w, r, by: happen.open_discussion(w, r, by=by)),
    (
        "discussion-comment",
        "Repository",
        "Comment on a discussion",
        lambda w, r, by: happen.comment_on_discussion(w, r, _discussion(w, r, by), by=by),
    ),
    ("discussion-answer", "Repository", "Answer a discussion", _answer),
    ("star", "Repository", "Star it", lambda w, r, by: happen.star(w, r, by=by)),
    ("publicize", "Repository", "Make it public", lambda w, r, by: happen.publicize(w, r, by=by)),
    ("privatize", "Repository", "Make it private", lambda w, r, by: happen.privatize(w, r, by=by)),
    (
        "rename",
        "Repository",
        "Rename it",
        lambda w, r, by: happen.rename_repository(w, r, f"{r.name}-renamed", by=by),
    ),
    ("delete", "Repository", "Delete it", lambda w, r, by: happen.delete_repository(w, r, by=by)),
    ("ping", "App", "Ping the hook", lambda w, _r, _by: happen.ping(w, w.app)),
    ("revoke", "App", "Take back what you authorized", lambda w, _r, by: happen.revoke_authorization(w, by)),
)

ACTIONS = {key: Action(group=group, title=title, run=run) for key, group, title, run in ROWS}
