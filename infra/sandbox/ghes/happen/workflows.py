"""Workflow runs, with the check suites, check runs and jobs beside them; commit statuses; other checks."""

from typing import Literal

from infra.sandbox.ghes.happen.deployments import set_deployment, state_of
from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.commits import full_commit_json
from infra.sandbox.ghes.render.runs import check_run_json, job_json, run_json, suite_json, workflow_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, CheckRun, CommitStatus, Issue, Job, Run, Sha
from infra.sandbox.ghes.world import World

Conclusion = Literal[
    "success", "failure", "cancelled", "skipped", "neutral", "timed_out", "action_required", "startup_failure", "stale"
]


def start_run(
    world: World,
    repository: Repository,
    *,
    by: Account,
    name: str = "CI",
    event: str = "push",
    branch: str = "",
    pull: Issue | None = None,
) -> Run:
    """Request a run with one job, on a branch or for a pull request: `workflow_run.requested`."""
    branch, now = branch or repository.default_branch, world.now()
    sha = repository.branches[branch]
    if pull and pull.pull:
        event, branch, sha = "pull_request", pull.pull.head_ref, pull.pull.head_sha
    same = [it for it in repository.runs.values() if it.name == name]
    run = Run(
        id=world.next_id(),
        number=len(same) + 1,
        workflow_id=same[0].workflow_id if same else world.next_id(),
        name=name,
        path=f".github/workflows/{name.lower()}.yml",
        event=event,
        head_branch=branch,
        head_sha=sha,
        actor=by,
        triggering_actor=by,
        suite_id=world.next_id(),
        created_at=now,
        updated_at=now,
        started_at=now,
        pull=pull,
    )
    repository.runs[run.id] = run
    _begin(world, repository, run, by=by)
    return run


def wait(world: World, repository: Repository, run: Run, *, by: Account) -> None:
    """Its jobs wait for an environment: `workflow_job.waiting`; no `workflow_run` tells of it (§8)."""
    run.status, run.updated_at = "waiting", world.now()
    for job in (it for it in _jobs(run) if it.status != "waiting"):
        job.status = "waiting"
        _tell_job(world, repository, run, job, "waiting", by=by)


def progress_run(world: World, repository: Repository, run: Run, *, by: Account) -> None:
    """A runner has taken it: `in_progress`."""
    run.status, run.updated_at = "in_progress", world.now()
    for job in _jobs(run):
        job.status, job.started_at = "in_progress", world.now()
        _tell_job(world, repository, run, job, "in_progress", by=by)
    _tell(world, repository, run, "in_progress", by=by)


def finish_run(
    world: World, repository: Repository, run: Run, conclusion: Conclusion = "success", *, by: Account
) -> None:
    """Complete it: what it deploys, job and check run, check suite, workflow run. What waited in it waits no more."""
    for deployment in (it for it in repository.deployments if it.run is run and state_of(it) == "in_progress"):
        set_deployment(world, repository, deployment, "success" if conclusion == "success" else "failure", by=by)
    run.waits_for.clear()
    run.status, run.conclusion, run.updated_at = "completed", conclusion, world.now()
    for job in _jobs(run):
        job.status, job.conclusion, job.completed_at = "completed", conclusion, world.now()
        job.started_at = job.started_at or world.now()
        _tell_job(world, repository, run, job, "completed", by=by)
        check = next(it for it in repository.check_runs if it.id == job.id)
        check.status, check.conclusion, check.completed_at = "completed", conclusion, world.now()
        _tell_check(world, repository, check, "completed", by=by)
    fields = {"check_suite": suite_json(world, repository, run)}
    fire(world, "check_suite", "completed", by=by, repository=repository, fields=fields)
    _tell(world, repository, run, "completed", by=by)


def rerun(world: World, repository: Repository, run: Run, *, by: Account, debug_logging: bool = False) -> None:
    """Run it again: same id, next attempt."""
    run.attempt += 1
    run.debug_logging = debug_logging
    run.status, run.conclusion, run.triggering_actor = "queued", None, by
    run.updated_at = run.started_at = world.now()
    _begin(world, repository, run, by=by)


def set_status(
    world: World,
    repository: Repository,
    sha: Sha,
    state: Literal["error", "failure", "pending", "success"],
    *,
    by: Account,
    context: str = "ci/jenkins",
) -> CommitStatus:
    """Report a commit status: `status`, which has no action."""
    status = CommitStatus(
        id=world.next_id(),
        sha=sha,
        state=state,
        context=context,
        description=f"It is {state}",
        target_url="https://jenkins.example.com/1",
        creator=by,
        created_at=world.now(),
    )
    repository.statuses.append(status)
    fields = {
        "id": status.id,
        "sha": sha,
        "name": repository.full_name,
        "target_url": status.target_url,
        "context": context,
        "description": status.description,
        "state": state,
        "commit": full_commit_json(world, repository, repository.commits[sha]),
        "branches": [{"name": name, "protected": False} for name, at in repository.branches.items() if at == sha],
    }
    fire(world, "status", by=by, repository=repository, fields=fields)
    return status


def report_check(
    world: World, repository: Repository, sha: Sha, conclusion: Conclusion, *, by: Account, app_slug: str = "sonar"
) -> CheckRun:
    """Report a completed check of another App than Actions."""
    check = CheckRun(
        id=world.next_id(),
        suite_id=world.next_id(),
        name=app_slug,
        head_sha=sha,
        app_slug=app_slug,
        started_at=world.now(),
        status="completed",
        conclusion=conclusion,
        completed_at=world.now(),
        details_url=f"https://{app_slug}.example.com/1",
    )
    repository.check_runs.append(check)
    _tell_check(world, repository, check, "completed", by=by)
    return check


def _begin(world: World, repository: Repository, run: Run, *, by: Account) -> None:
    job = Job(id=world.next_id(), name="build", attempt=run.attempt)
    run.jobs.append(job)
    check = CheckRun(
        id=job.id,
        suite_id=run.suite_id,
        name=job.name,
        head_sha=run.head_sha,
        app_slug="github-actions",
        started_at=world.now(),
    )
    repository.check_runs.append(check)
    _tell(world, repository, run, "requested", by=by)
    _tell_job(world, repository, run, job, "queued", by=by)
    _tell_check(world, repository, check, "created", by=by)


def _jobs(run: Run) -> list[Job]:
    return [it for it in run.jobs if it.attempt == run.attempt]


def _tell(world: World, repository: Repository, run: Run, action: str, *, by: Account) -> None:
    fields = {
        "workflow_run": run_json(world, repository, run),
        "workflow": workflow_json(world, repository, run),
    }
    fire(world, "workflow_run", action, by=by, repository=repository, fields=fields)


def _tell_job(world: World, repository: Repository, run: Run, job: Job, action: str, *, by: Account) -> None:
    fields = {"workflow_job": job_json(world, repository, run, job)}
    fire(world, "workflow_job", action, by=by, repository=repository, fields=fields)


def _tell_check(world: World, repository: Repository, check: CheckRun, action: str, *, by: Account) -> None:
    fields = {"check_run": check_run_json(world, repository, check)}
    fire(world, "check_run", action, by=by, repository=repository, fields=fields)
