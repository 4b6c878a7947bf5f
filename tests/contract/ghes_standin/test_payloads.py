"""What webhooks say, traps included. ghes.md §8. Payloads are read off the queue, without a server."""

import json
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.population import add_repository
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import ZERO_SHA, Account, Environment
from infra.sandbox.ghes.world import World


def sent(world: World) -> list[tuple[str, Any]]:
    return [(it.label(), json.loads(it.body)) for it in world.pending()]


def names(world: World) -> list[str]:
    return [name for name, _ in sent(world)]


def test_what_all_have_in_common(world: World, api: Repository, ada: Account) -> None:
    happen.open_issue(world, api, by=ada)

    ((_, payload),) = sent(world)

    assert payload["repository"]["id"] == api.id
    assert payload["repository"]["html_url"] == "https://ghes.example.com/acme/api"
    assert payload["sender"] | {"login": "ada", "type": "User"} == payload["sender"]
    assert payload["installation"]["id"] in world.installations
    assert payload["organization"]["login"] == "acme"
    assert payload["enterprise"]["slug"] == "github"


def test_an_author_whose_account_is_gone_is_null(world: World, api: Repository, ada: Account) -> None:
    # §8 issues: "`body` null; `user` null for deleted accounts (REST shows `ghost`)"
    issue = happen.open_issue(world, api, by=ada, body=None)
    issue.user = None
    happen.close(world, api, issue, by=ada, reason="not_planned")

    payload = sent(world)[-1][1]

    assert (payload["issue"]["user"], payload["issue"]["body"]) == (None, None)
    assert (payload["issue"]["state"], payload["issue"]["state_reason"]) == ("closed", "not_planned")


def test_a_transferred_issue_opens_under_a_new_number(world: World, api: Repository, ada: Account) -> None:
    # §8 issues: "transferred: event in the old repo …, plus opened in the new one"
    docs = world.repository("acme/docs")
    happen.open_issue(world, docs, by=ada)
    issue = happen.open_issue(world, api, by=ada)
    world.pending()

    happen.transfer_issue(world, api, issue, docs, by=ada)

    (left, old), (came, new) = sent(world)
    assert (left, old["repository"]["id"], old["issue"]["number"]) == ("issues.transferred", api.id, 1)
    assert old["changes"]["new_issue"]["number"] == 2
    assert old["changes"]["new_repository"]["id"] == docs.id
    assert (came, new["repository"]["id"], new["issue"]["number"]) == ("issues.opened", docs.id, 2)
    assert new["changes"]["old_issue"]["number"] == 1
    assert new["changes"]["old_repository"]["id"] == api.id


def test_a_push_has_integer_times_and_its_commits(world: World, api: Repository, ada: Account) -> None:
    # §8 commits: "`repository.created_at/pushed_at` are integers here"; "commit.author.username may be absent"
    before = api.head
    happen.push(world, api, by=ada, messages=["One", "Two\n\nBody"])
    happen.push(world, api, by=ada, author_name="A Stranger")

    (_, known), (_, strange) = sent(world)
    assert (known["ref"], known["before"], known["after"]) == ("refs/heads/main", before, known["commits"][1]["id"])
    assert isinstance(known["repository"]["created_at"], int)
    assert isinstance(known["repository"]["pushed_at"], int)
    assert known["repository"]["owner"]["name"] == "acme"
    assert known["head_commit"]["message"] == "Two\n\nBody"
    assert known["commits"][0]["author"]["username"] == "ada"
    assert (known["created"], known["deleted"], known["forced"]) == (False, False, False)
    assert known["compare"].startswith("https://ghes.example.com/acme/api/compare/")
    assert known["pusher"]["name"] == "ada"
    assert "username" not in strange["commits"][0]["author"]
    assert "action" not in known


def test_a_push_lists_at_most_2048_commits(world: World, api: Repository, ada: Account) -> None:
    # §8 commits: "≤ 2048 commits in the array"
    happen.push(world, api, by=ada, messages=[str(it) for it in range(2050)])

    assert len(sent(world)[0][1]["commits"]) == 2048


def test_a_branch_comes_and_goes_with_a_push_beside(world: World, api: Repository, ada: Account) -> None:
    # §8 branches: "ref has no refs/heads/; the same action also sends push(created/deleted)"
    happen.create_branch(world, api, "topic/a", by=ada)
    happen.delete_branch(world, api, "topic/a", by=ada)

    (_, made), (create, short), (_, gone), (delete, _) = sent(world)
    assert (create, delete) == ("create", "delete")
    assert (made["created"], made["before"], made["commits"]) == (True, ZERO_SHA, [])
    assert (short["ref"], short["ref_type"], short["master_branch"]) == ("topic/a", "branch", "main")
    assert (gone["deleted"], gone["after"], gone["head_commit"]) == (True, ZERO_SHA, None)


def test_of_more_than_three_tags_nothing_is_told(world: World, api: Repository, ada: Account) -> None:
    # §8: "no push event for … > 3 tags"; create: "not sent for > 3 tags at once"
    happen.create_tags(world, api, ["v1", "v2", "v3", "v4"], by=ada)
    silent = names(world)
    happen.create_tags(world, api, ["v5"], by=ada)

    assert silent == []
    assert names(world) == ["push", "create"]


def test_one_publish_fires_published_and_released(world: World, api: Repository, ada: Account) -> None:
    # §8 releases: "one publish fires published + released/prereleased; name/body null"
    happen.publish_release(world, api, by=ada, name=None, body=None)
    happen.publish_release(world, api, by=ada, tag="v2", prerelease=True)

    told = sent(world)
    assert [it for it, _ in told[:3]] == ["release.created", "release.published", "release.released"]
    assert told[5][0] == "release.prereleased"
    assert (told[1][1]["release"]["name"], told[1][1]["release"]["draft"]) == (None, False)


def test_an_inactive_deployment_sends_nothing(world: World, api: Repository, ada: Account) -> None:
    # §8 deployments: "**inactive sends no hook**"
    deployment = happen.deploy(world, api, by=ada)

    for state in ("queued", "in_progress", "success", "inactive"):
        happen.set_deployment(world, api, deployment, state, by=ada)

    told = sent(world)
    assert [it for it, _ in told] == ["deployment.created", *["deployment_status.created"] * 3]
    assert [it["deployment_status"]["state"] for _, it in told[1:]] == ["queued", "in_progress", "success"]
    assert {it["deployment"]["id"] for _, it in told} == {deployment.id}


def test_an_approval_names_reviewers_but_no_environment_id(
    world: World, api: Repository, ada: Account, grace: Account
) -> None:
    # §8 deployment approval: "no environment **id** in the hook"; "organization-owned repos only"
    production = Environment(id=1, name="production", reviewers=[grace])
    run = happen.start_run(world, api, by=ada)
    own = add_repository(world, ada, "own")
    happen.ask_for_approval(world, own, happen.start_run(world, own, by=ada), production, by=ada)
    world.pending()

    happen.ask_for_approval(world, api, run, production, by=ada)
    happen.review_deployment(world, api, run, production, "approved", by=grace, comment="Go")

    told = sent(world)
    [request], [approval] = (
        [payload for name, payload in told if name == f"deployment_review.{action}"]
        for action in ("requested", "approved")
    )
    assert request["environment"] == "production"
    assert [(it["type"], it["reviewer"]["login"]) for it in request["reviewers"]] == [("User", "grace")]
    assert request["workflow_run"]["status"] == "waiting"
    assert (approval["approver"]["login"], approval["comment"]) == ("grace", "Go")


@pytest.mark.parametrize(
    ("decision", "states", "after"),
    [
        ("approved", ["waiting", "in_progress"], ["deployment_status.created", "workflow_job.in_progress"]),
        ("rejected", ["waiting", "failure"], ["deployment_status.created", "workflow_job.completed"]),
    ],
)
def test_what_waits_for_an_environment_is_waiting_until_somebody_answers(
    world: World, api: Repository, ada: Account, grace: Account, decision: Any, states: list[str], after: list[str]
) -> None:
    # §8 deployments: "states … waiting"; workflows: "workflow_job.waiting/queued/in_progress/completed"
    production = Environment(id=1, name="production", reviewers=[grace])
    run = happen.start_run(world, api, by=ada)
    sent(world)

    happen.ask_for_approval(world, api, run, production, by=ada)
    asked, waiting = sent(world), (run.status, run.jobs[-1].status)
    happen.review_deployment(world, api, run, production, decision, by=grace)
    answered = sent(world)

    names = [name for name, _ in asked]
    assert names == [
        "workflow_job.waiting",
        "deployment.created",
        "deployment_status.created",
        "deployment_review.requested",
    ]
    assert waiting == ("waiting", "waiting")
    assert {payload["workflow_run"]["id"] for name, payload in asked if name != "workflow_job.waiting"} == {run.id}
    shown = [payload["deployment_status"]["state"] for _, payload in asked + answered if "deployment_status" in payload]
    assert shown == states
    assert [name for name, _ in answered][:3] == [f"deployment_review.{decision}", *after]
    assert run.waits_for == []


def test_a_run_that_has_ended_waits_for_nobody_and_ends_what_it_deploys(
    world: World, api: Repository, ada: Account, grace: Account
) -> None:
    production, staging = (Environment(id=at, name=name, reviewers=[grace]) for at, name in enumerate(("p", "s")))
    run = happen.start_run(world, api, by=ada)
    for environment in (production, staging):
        happen.ask_for_approval(world, api, run, environment, by=ada)

    happen.review_deployment(world, api, run, production, "approved", by=grace)
    between = run.status
    happen.finish_run(world, api, run, "success", by=ada)

    assert between == "waiting"
    assert [it.statuses[-1].state for it in api.deployments] == ["success", "waiting"]
    assert run.waits_for == []
    with pytest.raises(ValueError, match="not in list"):
        happen.review_deployment(world, api, run, staging, "approved", by=grace)


def test_a_run_has_checks_beside_it_and_keeps_its_id(world: World, api: Repository, ada: Account) -> None:
    # §8 workflows: "a re-run keeps the id"; checks: "Actions runs also emit check_suite + check_run"
    run = happen.start_run(world, api, by=ada)
    happen.progress_run(world, api, run, by=ada)
    happen.finish_run(world, api, run, "failure", by=ada)
    first = sent(world)
    happen.rerun(world, api, run, by=ada)

    second = sent(world)
    runs = [it["workflow_run"] for name, it in first + second if name.startswith("workflow_run")]
    checks = {name: it for name, it in first if name.startswith("check_")}
    assert [it["status"] for it in runs] == ["queued", "in_progress", "completed", "queued"]
    assert [it["run_attempt"] for it in runs] == [1, 1, 1, 2]
    assert {it["id"] for it in runs} == {run.id}
    assert set(checks) == {"check_run.created", "check_run.completed", "check_suite.completed"}
    assert checks["check_run.completed"]["check_run"]["app"]["slug"] == "github-actions"
    assert checks["check_suite.completed"]["check_suite"]["conclusion"] == "failure"


def test_publicizing_is_told_twice(world: World, api: Repository, ada: Account) -> None:
    # §8 repo/org: "`public` and `repository.publicized` duplicate"
    happen.publicize(world, api, by=ada)

    assert names(world) == ["public", "repository.publicized"]


def test_a_transfer_is_told_before_access_is_lost(world: World, api: Repository, ada: Account) -> None:
    # §8 repo/org: "after a transfer the App may lose access"
    happen.transfer_repository(world, api, world.account("globex"), by=ada)
    told = sent(world)
    happen.star(world, api, by=ada)

    ((name, payload),) = told
    assert (name, payload["repository"]["full_name"]) == ("repository.transferred", "globex/api")
    assert payload["changes"]["owner"]["from"]["organization"]["login"] == "acme"
    assert names(world) == []


def test_installations_and_pings_have_no_repository(world: World, ada: Account) -> None:
    # §8: "No `repository` in: installation*, … ping of org/App hooks"
    happen.ping(world, world.app)
    installation = happen.install_app(world, world.app, world.account("globex"), by=ada)
    happen.suspend_app(world, installation, by=ada)
    happen.uninstall_app(world, installation, by=ada)

    told = sent(world)
    assert [it for it, _ in told] == ["ping", "installation.created", "installation.suspend", "installation.deleted"]
    assert not any("repository" in payload for _, payload in told)
    assert {it["full_name"] for it in told[1][1]["repositories"]} == {"globex/site", "globex/secret"}
    assert {"zen", "hook", "hook_id"} <= set(told[0][1])


def test_an_answered_discussion_shows_its_answer(world: World, api: Repository, ada: Account, grace: Account) -> None:
    discussion = happen.open_discussion(world, api, by=ada)
    answer = happen.comment_on_discussion(world, api, discussion, by=grace)
    happen.answer_discussion(world, api, discussion, answer, by=ada)

    told = sent(world)
    assert [it for it, _ in told] == ["discussion.created", "discussion_comment.created", "discussion.answered"]
    assert told[2][1]["answer"]["id"] == answer.id
    assert told[2][1]["discussion"]["answer_html_url"].endswith(str(answer.id))
