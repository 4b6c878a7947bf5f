"""Releases and deployments in JSON."""

from typing import Any

from infra.sandbox.ghes.render.nodes import node_id
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.ghes.render.repositories import api_url, page_url
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Deployment, DeploymentStatus, Release
from infra.sandbox.ghes.times import iso, iso_or_null
from infra.sandbox.ghes.world import World


def release_json(world: World, repository: Repository, release: Release) -> dict[str, Any]:
    """A release; `name` and `body` may be null."""
    api = f"{api_url(world, repository)}/releases/{release.id}"
    return {
        "url": api,
        "assets_url": f"{api}/assets",
        "upload_url": f"{api}/assets{{?name,label}}",
        "html_url": f"{page_url(world, repository)}/releases/tag/{release.tag_name}",
        "id": release.id,
        "node_id": node_id("RE", release.id),
        "tag_name": release.tag_name,
        "target_commitish": repository.default_branch,
        "name": release.name,
        "body": release.body,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "author": user_json(world, release.author),
        "created_at": iso(release.created_at),
        "published_at": iso_or_null(release.published_at),
        "assets": [],
        "tarball_url": f"{api_url(world, repository)}/tarball/{release.tag_name}",
        "zipball_url": f"{api_url(world, repository)}/zipball/{release.tag_name}",
    }


def deployment_json(world: World, repository: Repository, deployment: Deployment) -> dict[str, Any]:
    """A deployment; `payload` is an object or a string."""
    api = f"{api_url(world, repository)}/deployments/{deployment.id}"
    return {
        "url": api,
        "id": deployment.id,
        "node_id": node_id("DE", deployment.id),
        "task": "deploy",
        "original_environment": deployment.environment,
        "environment": deployment.environment,
        "description": deployment.description,
        "created_at": iso(deployment.created_at),
        "updated_at": iso(deployment.updated_at),
        "statuses_url": f"{api}/statuses",
        "repository_url": api_url(world, repository),
        "sha": deployment.sha,
        "ref": deployment.ref,
        "payload": deployment.payload,
        "transient_environment": False,
        "production_environment": deployment.environment == "production",
        "creator": user_json(world, deployment.creator),
        "performed_via_github_app": None,
    }


def deployment_status_json(
    world: World, repository: Repository, deployment: Deployment, status: DeploymentStatus
) -> dict[str, Any]:
    """One status of a deployment."""
    api = f"{api_url(world, repository)}/deployments/{deployment.id}"
    return {
        "url": f"{api}/statuses/{status.id}",
        "id": status.id,
        "node_id": node_id("DES", status.id),
        "state": status.state,
        "description": status.description,
        "environment": deployment.environment,
        "target_url": status.log_url,
        "log_url": status.log_url,
        "environment_url": status.environment_url,
        "created_at": iso(status.created_at),
        "updated_at": iso(status.created_at),
        "deployment_url": api,
        "repository_url": api_url(world, repository),
        "creator": user_json(world, status.creator),
        "performed_via_github_app": None,
    }
