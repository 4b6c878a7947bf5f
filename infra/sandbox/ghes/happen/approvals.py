"""The approval that an environment may ask for.

asked ─▶ the deployment and its job are `waiting`, and so is the run while any environment waits
         ├ approved ─▶ the deployment is in progress; after the last one the run goes on
         └ rejected ─▶ the deployment has failed, and with it the run
"""

from typing import Any, Literal

from infra.sandbox.ghes.happen.deployments import deploy, set_deployment, state_of
from infra.sandbox.ghes.happen.workflows import finish_run, progress_run, wait
from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.ghes.render.runs import job_json, reviewers_json, run_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Deployment, DeploymentReview, Environment, Run
from infra.sandbox.ghes.times import iso
from infra.sandbox.ghes.world import World

Decision = Literal["approved", "rejected"]


def ask_for_approval(world: World, repository: Repository, run: Run, environment: Environment, *, by: Account) -> None:
    """Let a run wait for an environment: `deployment_review.requested`, in repositories of organizations only (§8)."""
    run.waits_for.append(environment)
    repository.environments[environment.name] = environment
    wait(world, repository, run, by=by)
    deployment = deploy(world, repository, by=by, environment=environment.name, run=run)
    set_deployment(world, repository, deployment, "waiting", by=by)
    fields = {
        "environment": environment.name,
        "requestor": user_json(world, by),
        "reviewers": reviewers_json(world, environment),
        "since": iso(world.now()),
        "workflow_job_run": _job(world, repository, run, environment),
        "workflow_run": run_json(world, repository, run),
    }
    _tell(world, repository, "requested", by=by, fields=fields)


def review_deployment(
    world: World,
    repository: Repository,
    run: Run,
    environment: Environment,
    state: Decision,
    *,
    by: Account,
    comment: str = "",
) -> None:
    """Approve or reject: `deployment_review`, and then what comes of it. Raises `ValueError` where nothing waits."""
    run.waits_for.remove(environment)
    run.reviews.append(DeploymentReview(environment=environment, state=state, user=by, comment=comment))
    run.updated_at = world.now()
    fields = {
        "approver": user_json(world, by),
        "comment": comment,
        "reviewers": reviewers_json(world, environment),
        "since": iso(world.now()),
        "workflow_job_runs": [_job(world, repository, run, environment)],
        "workflow_run": run_json(world, repository, run),
    }
    _tell(world, repository, state, by=by, fields=fields)
    deployment = _waiting(repository, run, environment)
    set_deployment(world, repository, deployment, "in_progress" if state == "approved" else "failure", by=by)
    if state == "rejected":
        finish_run(world, repository, run, "failure", by=by)
    elif not run.waits_for:
        progress_run(world, repository, run, by=by)


def _waiting(repository: Repository, run: Run, environment: Environment) -> Deployment:
    mine = (it for it in repository.deployments if it.run is run and it.environment == environment.name)
    return next(it for it in mine if state_of(it) == "waiting")


def _tell(world: World, repository: Repository, action: str, *, by: Account, fields: dict[str, Any]) -> None:
    if repository.owner.type == "Organization":
        fire(world, "deployment_review", action, by=by, repository=repository, fields=fields)


def _job(world: World, repository: Repository, run: Run, environment: Environment) -> dict[str, Any]:
    job = job_json(world, repository, run, run.jobs[-1])
    shown = {name: job[name] for name in ("id", "name", "status", "conclusion", "html_url", "created_at")}
    return shown | {"environment": environment.name, "updated_at": iso(world.now())}
