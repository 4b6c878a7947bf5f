"""Deployments and their statuses."""

from typing import Any, Literal

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.deployments import deployment_json, deployment_status_json
from infra.sandbox.ghes.render.repositories import page_url
from infra.sandbox.ghes.render.runs import run_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Deployment, DeploymentStatus, Run
from infra.sandbox.ghes.world import World

State = Literal["pending", "queued", "in_progress", "success", "failure", "error", "waiting", "inactive"]


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
    """Begin a deployment: `deployment.created`; of what `run` runs, if one deploys."""
    ref, now = ref or (run.head_branch if run else repository.default_branch), world.now()
    deployment = Deployment(
        id=world.next_id(),
        sha=run.head_sha if run else repository.branches[ref],
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


def state_of(deployment: Deployment) -> str:
    """What its newest status says; empty while there is none."""
    return deployment.statuses[-1].state if deployment.statuses else ""


def _beside(world: World, repository: Repository, deployment: Deployment) -> dict[str, Any]:
    """`workflow_run` is there when a workflow deploys."""
    return {"workflow_run": run_json(world, repository, deployment.run)} if deployment.run else {}
