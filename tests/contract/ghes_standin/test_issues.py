"""Issues by REST: the state is real. ghes.md §9, §14."""

from collections.abc import Callable
from typing import Any

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

ISSUES = "/repos/acme/api/issues"


async def test_an_issue_is_made_by_the_bot_and_stays_closed(bot: Any) -> None:
    # §14 Auth: "issue … by App token slug[bot]"; State: "a closed issue stays closed"
    made = await bot("POST", ISSUES, {"title": "It leaks", "labels": ["bug"], "assignees": ["grace"], "milestone": 1})
    closed = await bot("PATCH", f"{ISSUES}/1", {"state": "closed", "state_reason": "not_planned"})
    read = await bot("GET", f"{ISSUES}/1")

    assert made.status == 201
    assert (made.body["number"], made.body["user"]["login"]) == (1, "ghes-slack[bot]")
    assert [it["name"] for it in made.body["labels"]] == ["bug"]
    assert [it["login"] for it in made.body["assignees"]] == ["grace"]
    assert made.body["milestone"]["title"] == "1.0"
    assert (closed.status, closed.body["state"]) == (200, "closed")
    assert (read.body["state"], read.body["state_reason"]) == ("closed", "not_planned")
    assert read.body["closed_by"]["login"] == "ghes-slack[bot]"


async def test_where_issues_are_off_creating_is_410(bot: Any, api: Repository) -> None:
    # §9 create issue: "410 issues disabled"
    api.has_issues = False

    assert (await bot("POST", ISSUES, {"title": "x"})).status == 410


async def test_wrong_fields_are_422_and_change_nothing(bot: Any, world: World, api: Repository, ada: Account) -> None:
    # §14 Answers: 422
    happen.open_issue(world, api, by=ada, title="As it was")

    for body in (
        {"state": "ajar"},
        {"state": "closed", "state_reason": "bored"},
        {"assignees": ["outsider"]},
    ):
        assert (await bot("PATCH", f"{ISSUES}/1", {"title": "Changed"} | body)).status == 422
    assert (await bot("POST", ISSUES, {"title": "x", "milestone": 99})).status == 422

    assert (await bot("GET", f"{ISSUES}/1")).body["title"] == "As it was"
    assert len(api.issues) == 1


async def test_labels_and_assignees_are_added_and_taken_away(
    bot: Any, world: World, api: Repository, ada: Account
) -> None:
    # §14 issues: "POST …/comments 201, …/labels 200, …/assignees 201"
    happen.open_issue(world, api, by=ada)

    labelled = await bot("POST", f"{ISSUES}/1/labels", {"labels": ["bug", "new-one"]})
    unlabelled = await bot("DELETE", f"{ISSUES}/1/labels/bug")
    assigned = await bot("POST", f"{ISSUES}/1/assignees", {"assignees": ["grace", "outsider"]})
    unassigned = await bot("DELETE", f"{ISSUES}/1/assignees", {"assignees": ["grace"]})

    assert (labelled.status, assigned.status) == (200, 201)
    assert [it["name"] for it in labelled.body] == ["bug", "new-one"]
    assert [it["name"] for it in unlabelled.body] == ["new-one"]
    assert [it["login"] for it in assigned.body["assignees"]] == ["grace"]
    assert unassigned.body["assignees"] == []
    assert (await bot("DELETE", f"{ISSUES}/1/labels/bug")).status == 404


async def test_a_patch_tells_only_what_it_changes(bot: Any, receiver: Any, world: World) -> None:
    await bot("POST", ISSUES, {"title": "a", "labels": ["bug"]})
    await world.delivered()
    receiver.heads.clear()
    receiver.bodies.clear()

    await bot("PATCH", f"{ISSUES}/1", {"title": "a", "body": "b", "labels": ["documentation"], "state": "open"})
    await world.delivered()

    assert receiver.events == ["issues.edited", "issues.unlabeled", "issues.labeled"]
    assert receiver.payload("issues.edited")["changes"] == {"body": {"from": ""}}


async def test_comments_are_kept_and_listed_since(
    bot: Any, world: World, api: Repository, ada: Account, clock: DrivenClock
) -> None:
    issue = happen.open_issue(world, api, by=ada)
    happen.comment(world, api, issue, by=ada, body="Early")
    await clock.advance(600, step_s=600)

    made = await bot("POST", f"{ISSUES}/1/comments", {"body": "Late"})
    late = await bot("GET", f"{ISSUES}/1/comments?since=2026-11-22T09:05:00Z")
    empty = await bot("POST", f"{ISSUES}/1/comments", {"body": " "})

    assert (made.status, made.body["user"]["login"]) == (201, "ghes-slack[bot]")
    assert [it["body"] for it in late.body] == ["Late"]
    assert (empty.status, empty.body["errors"][0]["field"]) == (422, "body")
    assert (await bot("GET", f"{ISSUES}/comments/{made.body['id']}")).body["body"] == "Late"
    assert (await bot("GET", f"{ISSUES}/1")).body["comments"] == 2


async def test_a_locked_issue_takes_no_comment(bot: Any, world: World, api: Repository, ada: Account) -> None:
    happen.open_issue(world, api, by=ada).locked = True

    assert (await bot("POST", f"{ISSUES}/1/comments", {"body": "x"})).status == 403


async def test_issues_are_listed_newest_first_and_narrowed(
    bot: Any, world: World, api: Repository, ada: Account, grace: Account
) -> None:
    happen.open_issue(world, api, by=ada, labels=["bug"])
    happen.close(world, api, happen.open_issue(world, api, by=grace), by=ada)
    happen.open_pull(world, api, by=ada)

    async def numbers(query: str) -> list[int]:
        return [it["number"] for it in (await bot("GET", f"{ISSUES}?{query}")).body]

    assert await numbers("") == [3, 1]
    assert await numbers("state=all&creator=Grace") == [2]
    assert await numbers("labels=bug") == [1]


async def test_a_deleted_issue_is_410_and_a_transferred_one_301(
    bot: Any, world: World, api: Repository, ada: Account
) -> None:
    docs = world.repository("acme/docs")
    happen.delete_issue(world, api, happen.open_issue(world, api, by=ada), by=ada)
    happen.transfer_issue(world, api, happen.open_issue(world, api, by=ada), docs, by=ada)

    deleted, moved, unknown = [await bot("GET", f"{ISSUES}/{number}") for number in (1, 2, 3)]

    assert (deleted.status, moved.status, unknown.status) == (410, 301, 404)
    assert moved.headers["Location"].endswith(f"/api/v3/repositories/{docs.id}/issues/1")
    assert (await bot("GET", moved.headers["Location"])).status == 200


async def test_rest_shows_ghost_for_a_deleted_account(bot: Any, world: World, api: Repository, ada: Account) -> None:
    # §8 issues: "`user` null for deleted accounts (REST shows `ghost`)"
    happen.open_issue(world, api, by=ada).user = None

    assert (await bot("GET", f"{ISSUES}/1")).body["user"]["login"] == "ghost"


async def test_pull_requests_permission_is_enough_for_a_pull_request(
    as_app: Any, with_credential: Callable[[str], Any], world: World, api: Repository, ada: Account
) -> None:
    # §9 close/reopen/edit: "issues:write, or PRs:write for a PR"
    happen.open_pull(world, api, by=ada)
    path = f"/app/installations/{next(iter(world.installations))}/access_tokens"
    minted = await as_app("POST", path, {"permissions": {"pull_requests": "write"}})

    closed = await with_credential(minted.body["token"])("PATCH", f"{ISSUES}/1", {"state": "closed"})

    assert (closed.status, closed.body["state"]) == (200, "closed")
