"""What a person may do with a token of his own: App ∩ user. ghes.md §4, §9, §14 (Auth, State is real)."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.repository import Level, Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

AsPerson = Callable[[str], Any]


async def test_the_apps_permissions_bound_what_an_owner_may_do(
    as_person: AsPerson, world: World, api: Repository, ada: Account, grace: Account
) -> None:
    # §4: "Rights of a user token = App ∩ user"; the base manifest has contents: read (§2)
    pull = happen.open_pull(world, api, by=grace)
    merge = f"/repos/acme/api/pulls/{pull.number}/merge"
    ask = as_person("ada")

    refused = await ask("PUT", merge, {})
    next(iter(world.installations.values())).permissions["contents"] = "write"
    merged = await ask("PUT", merge, {})

    assert (refused.status, refused.body["message"]) == (403, "Resource not accessible by integration")
    assert (merged.status, pull.pull and pull.pull.merged_by) == (200, ada)


async def test_what_a_person_does_is_his_and_the_webhook_says_so(
    as_person: AsPerson, world: World, receiver: Any
) -> None:
    # §14 Auth: "issue by user token has the user as author, by App token slug[bot]"
    made = await as_person("outsider")("POST", "/repos/acme/docs/issues", {"title": "It leaks"})
    await world.delivered()

    assert made.status == 201
    assert made.body["user"]["login"] == "outsider"
    assert receiver.payload("issues.opened")["sender"]["login"] == "outsider"


@pytest.mark.parametrize(("level", "kept"), [("read", False), ("triage", False), ("write", True)])
async def test_without_push_access_labels_assignees_and_milestone_are_dropped_without_a_word(
    as_person: AsPerson, api: Repository, grace: Account, level: Level, *, kept: bool
) -> None:
    # §9 create issue: "labels/assignees silently dropped without push access"
    api.levels[grace.id] = level
    wished = {"labels": ["bug"], "assignees": ["ada"], "milestone": 1}
    ask = as_person("grace")

    made = await ask("POST", "/repos/acme/api/issues", {"title": "It leaks", **wished})
    changed = await ask("PATCH", f"/repos/acme/api/issues/{made.body['number']}", wished)

    for answer in (made, changed):
        assert [it["name"] for it in answer.body["labels"]] == (["bug"] if kept else [])
        assert [it["login"] for it in answer.body["assignees"]] == (["ada"] if kept else [])
        assert (answer.body["milestone"] is not None) is kept


async def test_authors_close_and_reopen_their_own(as_person: AsPerson, world: World) -> None:
    docs, outsider = world.repository("acme/docs"), world.account("outsider")
    issue = happen.open_issue(world, docs, by=outsider)
    ask, path = as_person("outsider"), f"/repos/acme/docs/issues/{issue.number}"

    closed = await ask("PATCH", path, {"state": "closed", "state_reason": "not_planned"})
    opened = await ask("PATCH", path, {"state": "open", "title": "It still leaks"})

    assert (closed.body["state"], closed.body["closed_by"]["login"]) == ("closed", "outsider")
    assert (opened.body["state"], opened.body["title"]) == ("open", "It still leaks")


@pytest.mark.parametrize(
    ("level", "change", "status"),
    [
        ("read", {"state": "closed"}, 403),
        ("triage", {"state": "closed"}, 200),
        ("triage", {"title": "Other words"}, 403),
        ("write", {"title": "Other words"}, 200),
    ],
)
@pytest.mark.parametrize("kind", ["issues", "pulls"])
async def test_others_work_takes_triage_to_close_and_push_to_reword(
    as_person: AsPerson,
    world: World,
    api: Repository,
    ada: Account,
    grace: Account,
    kind: str,
    level: Level,
    change: dict[str, str],
    status: int,
) -> None:
    api.levels[grace.id] = level
    made = happen.open_issue(world, api, by=ada) if kind == "issues" else happen.open_pull(world, api, by=ada)

    answer = await as_person("grace")("PATCH", f"/repos/acme/api/{kind}/{made.number}", change)

    assert answer.status == status
    if status == 403:
        assert answer.body["message"] == "Must have admin rights to Repository."
        assert (made.state, made.title) != ("closed", "Other words")
        assert made.state == "open"


async def test_readers_comment_but_only_writers_on_what_is_locked(
    as_person: AsPerson, world: World, api: Repository, ada: Account, grace: Account
) -> None:
    issue, path = happen.open_issue(world, api, by=ada), "/repos/acme/api/issues/1/comments"
    api.levels[grace.id] = "read"
    grace_asks, ada_asks = as_person("grace"), as_person("ada")

    before = await grace_asks("POST", path, {"body": "I see it too."})
    issue.locked = True
    after = [await ask("POST", path, {"body": "Now?"}) for ask in (grace_asks, ada_asks)]

    assert (before.status, before.body["user"]["login"]) == (201, "grace")
    assert [it.status for it in after] == [403, 201]


@pytest.mark.parametrize(("level", "status"), [("read", 403), ("triage", 200), ("write", 200)])
async def test_labels_take_triage(
    as_person: AsPerson, world: World, api: Repository, ada: Account, grace: Account, level: Level, status: int
) -> None:
    issue = happen.open_issue(world, api, by=ada)
    api.levels[grace.id] = level

    answer = await as_person("grace")("POST", f"/repos/acme/api/issues/{issue.number}/labels", {"labels": ["bug"]})

    assert answer.status == status


async def test_only_who_may_push_assigns_and_nobody_hears_of_it(
    as_person: AsPerson, world: World, api: Repository, ada: Account, grace: Account
) -> None:
    issue, path = happen.open_issue(world, api, by=ada), "/repos/acme/api/issues/1/assignees"
    api.levels[grace.id] = "triage"

    without = await as_person("grace")("POST", path, {"assignees": ["linus"]})
    with_push = await as_person("ada")("POST", path, {"assignees": ["linus"]})

    assert (without.status, without.body["assignees"]) == (201, [])
    assert (with_push.status, [it.login for it in issue.assignees]) == (201, ["linus"])


async def test_a_run_is_rerun_by_who_may_push(
    as_person: AsPerson, world: World, api: Repository, ada: Account, grace: Account
) -> None:
    run = happen.start_run(world, api, by=ada)
    happen.finish_run(world, api, run, "failure", by=ada)
    path = f"/repos/acme/api/actions/runs/{run.id}/rerun"
    api.levels[grace.id] = "triage"

    refused, done = await as_person("grace")("POST", path), await as_person("linus")("POST", path)

    assert (refused.status, done.status) == (403, 201)
    assert run.triggering_actor.login == "linus"


async def test_nobody_reviews_his_own_pull_request(
    as_person: AsPerson, world: World, api: Repository, grace: Account
) -> None:
    # §9 submit review: "own PR → 422"
    pull = happen.open_pull(world, api, by=grace)
    path = f"/repos/acme/api/pulls/{pull.number}/reviews"

    own, other = [await as_person(it)("POST", path, {"event": "APPROVE"}) for it in ("grace", "ada")]

    assert (own.status, other.status) == (422, 200)
    assert other.body["user"]["login"] == "ada"
