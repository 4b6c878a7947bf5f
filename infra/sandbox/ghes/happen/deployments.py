"""Deployments, their statuses, and the approval that an environment may ask for."""

from typing import Any, Literal

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.deployments import deployment_json, deployment_status_json
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.ghes.render.repositories import page_url
from infra.sandbox.ghes.render.runs import job_json, reviewers_json, run_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Deployment, DeploymentReview, DeploymentStatus, Environment, Run
from infra.sandbox.ghes.times import iso
from infra.sandbox.ghes.world import World

State = Literal["pending", "queued", "in_progress", "success", "failure", "error", "waiting", "inactive"]
Decision = Literal["approved", "rejected"]


def deploy(
    world: World,
    repository: Repository,
    *,
    by: Account,
    environment: str = "production",
    ref: str = "",
    description: str | None = None,
    run: Run | None = None,
) -> Deployment:
    """Begin a deployment: `deployment.created`."""
    ref, now = ref or repository.default_branch, world.now()
    deployment = Deployment(
        id=world.next_id(),
        sha=repository.branches[ref],
        ref=ref,
        environment=environment,
        creator=by,
        created_at=now,
        updated_at=now,
        description=description,
        run=run,
    )
    repository.deployments.append(deployment)
    fields = {"deployment": deployment_json(world, repository, deployment)} | _beside(world, repository, deployment)
    fire(world, "deployment", "created", by=by, repository=repository, fields=fields)
    return deployment


def set_deployment(
    world: World, repository: Repository, deployment: Deployment, state: State, *, by: Account
) -> DeploymentStatus:
    """Report a deployment's state: `deployment_status.created`; of `inactive` no webhook tells (§8)."""
    status = DeploymentStatus(
        id=world.next_id(),
        state=state,
        description="",
        creator=by,
        created_at=world.now(),
        environment_url=f"https://{deployment.environment}.example.com" if state == "success" else "",
        log_url=f"{page_url(world, repository)}/deployments/{deployment.id}",
    )
    deployment.statuses.append(status)
    deployment.updated_at = world.now()
    if state != "inactive":
        fields = {
            "deployment": deployment_json(world, repository, deployment),
            "deployment_status": deployment_status_json(world, repository, deployment, status),
        } | _beside(world, repository, deployment)
        fire(world, "deployment_status", "created", by=by, repository=repository, fields=fields)
    return status


def ask_for_approval(world: World, repository: Repository, run: Run, environment: Environment, *, by: Account) -> None:
    """Let a run wait for an environment: `deployment_review.requested`, in repositories of organizations only (§8)."""
    run.waits_for.append(environment)
    run.status, run.updated_at = "waiting", world.now()
    repository.environments[environment.name] = environment
    fields = {
        "environment": environment.name,
        "requestor": user_json(world, by),
        "reviewers": reviewers_json(world, environment),
        "since": iso(world.now()),
        "workflow_job_run": _job(world, repository, run, environment),
        "workflow_run": run_json(world, repository, run),
    }
    _tell_review(world, repository, "requested", by=by, fields=fields)


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
    """Approve or reject; the run goes on, or fails."""
    run.waits_for.remove(environment)
    run.reviews.append(DeploymentReview(environment=environment, state=state, user=by, comment=comment))
    run.updated_at = world.now()
    if state == "rejected":
        run.status, run.conclusion = "completed", "failure"
    elif not run.waits_for:
        run.status = "in_progress"
    fields = {
        "approver": user_json(world, by),
        "comment": comment,
        "reviewers": reviewers_json(world, environment),
        "since": iso(world.now()),
        "workflow_job_runs": [_job(world, repository, run, environment)],
        "workflow_run": run_json(world, repository, run),
    }
    _tell_review(world, repository, state, by=by, fields=fields)


def _tell_review(world: World, repository: Repository, action: str, *, by: Account, fields: dict[str, Any]) -> None:
    if repository.owner.type == "Organization":
        fire(world, "deployment_review", action, by=by, repository=repository, fields=fields)


def _job(world: World, repository: Repository, run: Run, environment: Environment) -> dict[str, Any]:
    job = job_json(world, repository, run, run.jobs[-1])
    shown = {name: job[name] for name in ("id", "name", "status", "conclusion", "html_url", "created_at")}
    return shown | {"environment": environment.name, "updated_at": iso(world.now())}


def _beside(world: World, repository: Repository, deployment: Deployment) -> dict[str, Any]:
    """`workflow_run` is there when a workflow deploys."""
    return {"workflow_run": run_json(world, repository, deployment.run)} if deployment.run else {}
