"""Workflow runs, their jobs, and the check suites and check runs beside them, in JSON."""

from typing import Any

from infra.sandbox.ghes.render.commits import head_commit_json
from infra.sandbox.ghes.render.nodes import node_id
from infra.sandbox.ghes.render.people import team_json, user_json
from infra.sandbox.ghes.render.repositories import api_url, page_url, repository_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import CheckRun, Environment, Issue, Job, Run, Sha, Team
from infra.sandbox.ghes.times import iso, iso_or_null
from infra.sandbox.ghes.world import World

ACTIONS_APP_ID = 15368


def run_json(world: World, repository: Repository, run: Run) -> dict[str, Any]:
    """A workflow run in its present attempt; a re-run keeps `id` and raises `run_attempt`."""
    api = f"{api_url(world, repository)}/actions/runs/{run.id}"
    page = f"{page_url(world, repository)}/actions/runs/{run.id}"
    commit = repository.commits[run.head_sha]
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("WFR", run.id),
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "path": run.path,
        "display_title": commit.message.partition("\n")[0],
        "run_number": run.number,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": run.workflow_id,
        "check_suite_id": run.suite_id,
        "check_suite_node_id": node_id("CS", run.suite_id),
        "url": api,
        "html_url": page,
        "pull_requests": _pulls(world, repository, run.pull),
        "created_at": iso(run.created_at),
        "updated_at": iso(run.updated_at),
        "actor": user_json(world, run.actor),
        "run_attempt": run.attempt,
        "referenced_workflows": [],
        "run_started_at": iso(run.started_at),
        "triggering_actor": user_json(world, run.triggering_actor),
        "jobs_url": f"{api}/jobs",
        "logs_url": f"{api}/logs",
        "check_suite_url": f"{api_url(world, repository)}/check-suites/{run.suite_id}",
        "artifacts_url": f"{api}/artifacts",
        "cancel_url": f"{api}/cancel",
        "rerun_url": f"{api}/rerun",
        "previous_attempt_url": f"{api}/attempts/{run.attempt - 1}" if run.attempt > 1 else None,
        "workflow_url": f"{api_url(world, repository)}/actions/workflows/{run.workflow_id}",
        "head_commit": head_commit_json(commit),
        "repository": repository_json(world, repository),
        "head_repository": repository_json(world, repository),
    }


def workflow_json(world: World, repository: Repository, run: Run) -> dict[str, Any]:
    """The workflow that the run is of."""
    page = f"{page_url(world, repository)}/blob/{repository.default_branch}/{run.path}"
    return {
        "id": run.workflow_id,
        "node_id": node_id("W", run.workflow_id),
        "name": run.name,
        "path": run.path,
        "state": "active",
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.created_at),
        "url": f"{api_url(world, repository)}/actions/workflows/{run.workflow_id}",
        "html_url": page,
        "badge_url": f"{page_url(world, repository)}/workflows/{run.name}/badge.svg",
    }


def job_json(world: World, repository: Repository, run: Run, job: Job) -> dict[str, Any]:
    """A job."""
    api = f"{api_url(world, repository)}/actions"
    return {
        "id": job.id,
        "run_id": run.id,
        "workflow_name": run.name,
        "head_branch": run.head_branch,
        "run_url": f"{api}/runs/{run.id}",
        "run_attempt": job.attempt,
        "node_id": node_id("CR", job.id),
        "head_sha": run.head_sha,
        "url": f"{api}/jobs/{job.id}",
        "html_url": f"{page_url(world, repository)}/actions/runs/{run.id}/job/{job.id}",
        "status": job.status,
        "conclusion": job.conclusion,
        "created_at": iso(run.started_at),
        "started_at": iso_or_null(job.started_at),
        "completed_at": iso_or_null(job.completed_at),
        "name": job.name,
        "steps": [],
        "check_run_url": f"{api_url(world, repository)}/check-runs/{job.id}",
        "labels": ["self-hosted"],
        "runner_id": 1,
        "runner_name": "runner-1",
        "runner_group_id": 1,
        "runner_group_name": "Default",
    }


def suite_json(world: World, repository: Repository, run: Run) -> dict[str, Any]:
    """The check suite that GitHub Actions keeps for a run."""
    api = f"{api_url(world, repository)}/check-suites/{run.suite_id}"
    return {
        "id": run.suite_id,
        "node_id": node_id("CS", run.suite_id),
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "status": run.status,
        "conclusion": run.conclusion,
        "url": api,
        "before": run.head_sha,
        "after": run.head_sha,
        "pull_requests": _pulls(world, repository, run.pull),
        "app": checking_app_json(world, "github-actions"),
        "created_at": iso(run.created_at),
        "updated_at": iso(run.updated_at),
        "rerequestable": True,
        "runs_rerequestable": False,
        "latest_check_runs_count": len(run.jobs),
        "check_runs_url": f"{api}/check-runs",
        "head_commit": head_commit_json(repository.commits[run.head_sha]),
    }


def check_run_json(world: World, repository: Repository, check: CheckRun) -> dict[str, Any]:
    """A check run, of Actions or of another App."""
    api = api_url(world, repository)
    page = f"{page_url(world, repository)}/runs/{check.id}"
    suites = {it.suite_id: it for it in repository.runs.values()}
    run = suites.get(check.suite_id)
    return {
        "id": check.id,
        "name": check.name,
        "node_id": node_id("CR", check.id),
        "head_sha": check.head_sha,
        "external_id": "",
        "url": f"{api}/check-runs/{check.id}",
        "html_url": page,
        "details_url": check.details_url or page,
        "status": check.status,
        "conclusion": check.conclusion,
        "started_at": iso(check.started_at),
        "completed_at": iso_or_null(check.completed_at),
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0},
        "check_suite": suite_json(world, repository, run) if run else {"id": check.suite_id},
        "app": checking_app_json(world, check.app_slug),
        "pull_requests": _pulls(world, repository, run.pull if run else None),
    }


def checking_app_json(world: World, slug: str) -> dict[str, Any]:
    """The App behind a check; `github-actions` for workflows."""
    return {
        "id": ACTIONS_APP_ID,
        "slug": slug,
        "node_id": node_id("A", ACTIONS_APP_ID),
        "name": slug.replace("-", " ").title(),
        "html_url": f"{world.web_url}/github-apps/{slug}",
        "permissions": {},
        "events": [],
    }


def environment_json(world: World, repository: Repository, environment: Environment) -> dict[str, Any]:
    """An environment as `pending_deployments` names it."""
    return {
        "id": environment.id,
        "node_id": node_id("EN", environment.id),
        "name": environment.name,
        "url": f"{api_url(world, repository)}/environments/{environment.name}",
        "html_url": f"{page_url(world, repository)}/deployments/activity_log?environments_filter={environment.name}",
    }


def reviewers_json(world: World, environment: Environment) -> list[dict[str, Any]]:
    """Who may approve: `type` says `User` or `Team`."""
    return [
        {"type": "Team", "reviewer": team_json(world, it)}
        if isinstance(it, Team)
        else {"type": "User", "reviewer": user_json(world, it)}
        for it in environment.reviewers
    ]


def _pulls(world: World, repository: Repository, issue: Issue | None) -> list[dict[str, Any]]:
    if issue is None or issue.pull is None:
        return []

    def end(ref: str, sha: Sha) -> dict[str, Any]:
        url = api_url(world, repository)
        return {"ref": ref, "sha": sha, "repo": {"id": repository.id, "url": url, "name": repository.name}}

    pull = issue.pull
    return [
        {
            "url": f"{api_url(world, repository)}/pulls/{issue.number}",
            "id": pull.id,
            "number": issue.number,
            "head": end(pull.head_ref, pull.head_sha),
            "base": end(pull.base_ref, pull.base_sha),
        }
    ]
