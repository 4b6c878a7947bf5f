"""Workflow runs, checks and statuses by REST. ghes.md §8, §9, §14."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Environment
from infra.sandbox.ghes.world import World

RUNS = "/repos/acme/api/actions/runs"


async def test_a_run_is_read_with_its_jobs(bot: Any, world: World, api: Repository, ada: Account) -> None:
    run = happen.start_run(world, api, by=ada)
    happen.finish_run(world, api, run, "failure", by=ada)
    happen.rerun(world, api, run, by=ada)

    read = await bot("GET", f"{RUNS}/{run.id}")
    newest = await bot("GET", f"{RUNS}/{run.id}/jobs")
    all_ = await bot("GET", f"{RUNS}/{run.id}/jobs?filter=all")

    assert (read.body["run_attempt"], read.body["status"]) == (2, "queued")
    assert (newest.body["total_count"], all_.body["total_count"]) == (1, 2)
    assert (await bot("GET", f"{RUNS}/1")).status == 404


async def test_a_completed_run_is_run_again_with_an_empty_answer(
    bot: Any, world: World, api: Repository, ada: Account
) -> None:
    # §14: "POST rerun, rerun-failed-jobs, actions/jobs/{id}/rerun 201"; "answer an empty JSON object"
    run = happen.start_run(world, api, by=ada)
    job = run.jobs[0].id

    early = await bot("POST", f"{RUNS}/{run.id}/rerun")
    answers = []
    for path in (
        f"{RUNS}/{run.id}/rerun",
        f"{RUNS}/{run.id}/rerun-failed-jobs",
        f"/repos/acme/api/actions/jobs/{job}/rerun",
    ):
        happen.finish_run(world, api, run, "failure", by=ada)
        answers.append(await bot("POST", path))

    assert early.status == 403
    assert [(it.status, it.body) for it in answers] == [(201, {})] * 3
    assert (run.attempt, run.triggering_actor.login) == (4, "ghes-slack[bot]")


async def test_a_run_is_cancelled_once(bot: Any, world: World, api: Repository, ada: Account) -> None:
    # §14: "cancel 202"; State: 409
    run = happen.start_run(world, api, by=ada)

    first = await bot("POST", f"{RUNS}/{run.id}/cancel")
    second = await bot("POST", f"{RUNS}/{run.id}/cancel")

    assert (first.status, first.body, second.status) == (202, {}, 409)
    assert run.conclusion == "cancelled"


async def test_only_a_required_reviewer_approves(
    bot: Any, world: World, api: Repository, ada: Account, grace: Account
) -> None:
    # §9 approve deployment: "caller must be a required reviewer → user token; all three fields required"
    run = happen.start_run(world, api, by=ada)
    happen.ask_for_approval(world, api, run, Environment(id=77, name="production", reviewers=[grace]), by=ada)
    path = f"{RUNS}/{run.id}/pending_deployments"

    waiting = await bot("GET", path)
    partial = await bot("POST", path, {"environment_ids": [77], "state": "approved"})
    as_bot = await bot("POST", path, {"environment_ids": [77], "state": "approved", "comment": ""})

    assert waiting.body[0]["environment"] | {"id": 77, "name": "production"} == waiting.body[0]["environment"]
    assert waiting.body[0]["current_user_can_approve"] is False
    assert (partial.status, as_bot.status) == (422, 422)
    assert run.status == "waiting"


@pytest.mark.parametrize("decision", ["approved", "rejected"])
async def test_a_required_reviewer_decides_as_a_person(
    as_person: Callable[[str], Any], world: World, api: Repository, ada: Account, receiver: Any, decision: str
) -> None:
    # §9: "caller must be a required reviewer → user token"; a reviewer may be a team
    run = happen.start_run(world, api, by=ada)
    backend = next(iter(world.teams.values()))
    happen.ask_for_approval(world, api, run, Environment(id=77, name="production", reviewers=[backend]), by=ada)
    path, wish = f"{RUNS}/{run.id}/pending_deployments", {"environment_ids": [77], "state": decision, "comment": "Go"}
    grace, linus = as_person("grace"), as_person("linus")

    seen = [(await ask("GET", path)).body[0]["current_user_can_approve"] for ask in (grace, linus)]
    refused, done = await linus("POST", path, wish), await grace("POST", path, wish)
    again = await grace("POST", path, wish)
    [review] = (await linus("GET", f"{RUNS}/{run.id}/approvals")).body
    await world.delivered()

    assert seen == [True, False]
    assert (refused.status, done.status, again.status) == (422, 200, 422)
    assert run.status == {"approved": "in_progress", "rejected": "completed"}[decision]
    assert (review["state"], review["user"]["login"], review["comment"]) == (decision, "grace", "Go")
    assert [each["name"] for each in review["environments"]] == ["production"]
    told = receiver.payload(f"deployment_review.{decision}")
    assert (told["approver"]["login"], told["sender"]["login"], told["comment"]) == ("grace", "grace", "Go")


@pytest.mark.parametrize(
    "wrong", [{"environment_ids": 77}, {"environment_ids": []}, {"environment_ids": [78]}, {"comment": None}]
)
async def test_a_decision_that_isnt_whole_is_422(
    as_person: Callable[[str], Any], world: World, api: Repository, ada: Account, wrong: dict[str, object]
) -> None:
    run = happen.start_run(world, api, by=ada)
    happen.ask_for_approval(world, api, run, Environment(id=77, name="production", reviewers=[ada]), by=ada)
    wish = {"environment_ids": [77], "state": "approved", "comment": ""}

    answer = await as_person("ada")("POST", f"{RUNS}/{run.id}/pending_deployments", wish | wrong)

    assert (answer.status, run.status) == (422, "waiting")


@pytest.mark.parametrize("path", ["rerun", "rerun-failed-jobs"])
async def test_running_again_may_log_more(bot: Any, world: World, api: Repository, ada: Account, path: str) -> None:
    # §9: "/rerun-failed-jobs {enable_debug_logging}"
    run = happen.start_run(world, api, by=ada)
    seen = []

    for body in ({"enable_debug_logging": True}, {}, {"enable_debug_logging": "yes"}):
        happen.finish_run(world, api, run, "failure", by=ada)
        answer = await bot("POST", f"{RUNS}/{run.id}/{path}", body)
        seen.append((answer.status, run.debug_logging))

    assert seen == [(201, True), (201, False), (422, False)]


async def test_checks_and_statuses_are_found_by_branch_and_sha(
    bot: Any, world: World, api: Repository, ada: Account
) -> None:
    happen.create_branch(world, api, "topic/a", by=ada, messages=["One"])
    sha = api.branches["topic/a"]
    happen.finish_run(world, api, happen.start_run(world, api, by=ada, branch="topic/a"), by=ada)
    happen.set_status(world, api, sha, "pending", by=ada)
    happen.set_status(world, api, sha, "success", by=ada)
    happen.set_status(world, api, sha, "failure", by=ada, context="ci/other")

    checks = await bot("GET", "/repos/acme/api/commits/topic/a/check-runs")
    status = await bot("GET", f"/repos/acme/api/commits/{sha}/status")
    unknown = await bot("GET", "/repos/acme/api/commits/nowhere/status")

    assert [(it["name"], it["conclusion"]) for it in checks.body["check_runs"]] == [("build", "success")]
    assert (status.body["state"], status.body["total_count"]) == ("failure", 2)
    assert {it["context"]: it["state"] for it in status.body["statuses"]} == {
        "ci/jenkins": "success",
        "ci/other": "failure",
    }
    assert unknown.status == 422
