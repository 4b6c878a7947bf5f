"""Workflow runs: reading, running again, cancelling, and the deployments that wait in them."""

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.answers import Answer, RefusalError, invalid, not_found, paged
from infra.sandbox.ghes.gate import Call, RepositoryRoute
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.ghes.render.runs import environment_json, job_json, reviewers_json, run_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Environment, Run, Team
from infra.sandbox.ghes.times import iso


def run(call: Call, repository: Repository) -> Answer:
    """GET …/actions/runs/{id}."""
    return Answer(body=run_json(call.world, repository, _run(call, repository)))


def jobs(call: Call, repository: Repository) -> Answer:
    """GET …/actions/runs/{id}/jobs: of the newest attempt, unless `filter=all`."""
    found = _run(call, repository)
    all_ = call.request.query.get("filter") == "all"
    shown = [job_json(call.world, repository, found, it) for it in found.jobs if all_ or it.attempt == found.attempt]
    return paged(call.request, shown, root=call.world.web_url, key="jobs")


def rerun(call: Call, repository: Repository) -> Answer:
    """POST …/actions/runs/{id}/rerun: 201 and an empty object; a run that still goes on is 403."""
    return _again(call, repository, _run(call, repository))


def rerun_failed(call: Call, repository: Repository) -> Answer:
    """POST …/actions/runs/{id}/rerun-failed-jobs: 201 and an empty object."""
    return _again(call, repository, _run(call, repository))


def rerun_job(call: Call, repository: Repository) -> Answer:
    """POST …/actions/jobs/{id}/rerun: 201 and an empty object."""
    for found in repository.runs.values():
        if call.number("job_id") in {it.id for it in found.jobs}:
            return _again(call, repository, found)
    raise not_found()


def cancel(call: Call, repository: Repository) -> Answer:
    """POST …/actions/runs/{id}/cancel: 202 and an empty object; 409 for a completed run."""
    found = _run(call, repository)
    if found.status == "completed":
        raise RefusalError(409, "Cannot cancel a workflow run that is completed.")
    happen.finish_run(call.world, repository, found, "cancelled", by=call.actor)
    return Answer(status=202)


def pending(call: Call, repository: Repository) -> Answer:
    """GET …/actions/runs/{id}/pending_deployments: with the environment's id, which no webhook has (§8)."""
    found = _run(call, repository)
    shown = [
        {
            "environment": environment_json(call.world, repository, it),
            "wait_timer": 0,
            "wait_timer_started_at": iso(found.updated_at),
            "current_user_can_approve": _may_approve(call.actor, it),
            "reviewers": reviewers_json(call.world, it),
        }
        for it in found.waits_for
    ]
    return Answer(body=shown)


def review_pending(call: Call, repository: Repository) -> Answer:
    """POST …/actions/runs/{id}/pending_deployments: all three fields, by a required reviewer, else 422 (§9)."""
    found, body = _run(call, repository), call.body
    for name in ("environment_ids", "state", "comment"):
        if name not in body:
            raise invalid("WorkflowRun", name, "missing_field")
    if body["state"] not in {"approved", "rejected"}:
        raise invalid("WorkflowRun", "state")
    waiting = {it.id: it for it in found.waits_for}
    if not isinstance(body["environment_ids"], list) or not body["environment_ids"]:
        raise invalid("WorkflowRun", "environment_ids")
    if not isinstance(body["comment"], str):
        raise invalid("WorkflowRun", "comment")
    if not set(body["environment_ids"]) <= set(waiting):
        raise invalid("WorkflowRun", "environment_ids")
    chosen = [waiting[it] for it in body["environment_ids"]]
    if not all(_may_approve(call.actor, it) for it in chosen):
        raise invalid("WorkflowRun", "environment_ids", "custom", "You are not a required reviewer.")
    for environment in chosen:
        happen.review_deployment(
            call.world, repository, found, environment, body["state"], by=call.actor, comment=body["comment"]
        )
    return Answer(body=[])


def approvals(call: Call, repository: Repository) -> Answer:
    """GET …/actions/runs/{id}/approvals: who answered what so far, without a time."""
    shown = [
        {
            "environments": [environment_json(call.world, repository, it.environment)],
            "state": it.state,
            "user": user_json(call.world, it.user),
            "comment": it.comment,
        }
        for it in _run(call, repository).reviews
    ]
    return Answer(body=shown)


def _run(call: Call, repository: Repository) -> Run:
    found = repository.runs.get(call.number("run_id"))
    if found is None:
        raise not_found()
    return found


def _again(call: Call, repository: Repository, found: Run) -> Answer:
    if found.status != "completed":
        raise RefusalError(403, "This workflow is already running")
    debug = call.body.get("enable_debug_logging", False)
    if not isinstance(debug, bool):
        raise invalid("WorkflowRun", "enable_debug_logging")
    happen.rerun(call.world, repository, found, by=call.actor, debug_logging=debug)
    return Answer(status=201)


def _may_approve(actor: Account, environment: Environment) -> bool:
    return any(actor in it.members if isinstance(it, Team) else it is actor for it in environment.reviewers)


READ, WRITE = (("actions", "read"),), (("actions", "write"),)
ONE = r"/actions/runs/{run_id:\d+}"
DEPLOYMENTS = (("deployments", "write"),)

ENDPOINTS = (
    RepositoryRoute(method="GET", path=ONE, answer=run, needs=READ),
    RepositoryRoute(method="GET", path=f"{ONE}/jobs", answer=jobs, needs=READ),
    RepositoryRoute(method="POST", path=f"{ONE}/rerun", answer=rerun, needs=WRITE, level="write"),
    RepositoryRoute(method="POST", path=f"{ONE}/rerun-failed-jobs", answer=rerun_failed, needs=WRITE, level="write"),
    RepositoryRoute(
        method="POST", path=r"/actions/jobs/{job_id:\d+}/rerun", answer=rerun_job, needs=WRITE, level="write"
    ),
    RepositoryRoute(method="POST", path=f"{ONE}/cancel", answer=cancel, needs=WRITE, level="write"),
    RepositoryRoute(method="GET", path=f"{ONE}/approvals", answer=approvals, needs=READ),
    RepositoryRoute(method="GET", path=f"{ONE}/pending_deployments", answer=pending, needs=READ),
    RepositoryRoute(method="POST", path=f"{ONE}/pending_deployments", answer=review_pending, needs=DEPLOYMENTS),
)
