"""Pull requests, reviews and merges by REST. ghes.md §9."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.render.pulls import pull_of
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Issue
from infra.sandbox.ghes.world import World

ONE = "/repos/acme/api/pulls/1"


@pytest.fixture
def pull(world: World, api: Repository, ada: Account) -> Issue:
    return happen.open_pull(world, api, by=ada)


@pytest.fixture
async def merger(as_app: Any, with_credential: Callable[[str], Any], world: World, ada: Account) -> Any:
    """Asks with contents: write, which the Merge button needs."""
    installation = next(iter(world.installations.values()))
    world.app.permissions["contents"] = "write"
    happen.accept_permissions(world, installation, by=ada)
    minted = await as_app("POST", f"/app/installations/{installation.id}/access_tokens")
    return with_credential(minted.body["token"])


@pytest.mark.usefixtures("pull")
async def test_a_pull_request_is_read_and_listed(bot: Any) -> None:
    one = await bot("GET", ONE)
    listed = await bot("GET", "/repos/acme/api/pulls?head=acme:mend&base=main")
    elsewhere = await bot("GET", "/repos/acme/api/pulls?head=acme:other")

    assert (one.body["number"], one.body["mergeable"], one.body["merged"]) == (1, True, False)
    assert [it["number"] for it in listed.body] == [1]
    assert "additions" not in listed.body[0]
    assert elsewhere.body == []


async def test_an_issue_is_no_pull_request(bot: Any, world: World, api: Repository, ada: Account) -> None:
    happen.open_issue(world, api, by=ada)

    assert (await bot("GET", ONE)).status == 404


@pytest.mark.usefixtures("pull")
async def test_a_merge_is_refused_when_the_head_moved(merger: Any, world: World, api: Repository, ada: Account) -> None:
    # §9 merge: "405 not mergeable, 409 sha moved; send `sha`"
    seen = (await merger("GET", ONE)).body["head"]["sha"]
    happen.push(world, api, by=ada, branch="mend")

    moved = await merger("PUT", f"{ONE}/merge", {"sha": seen})
    merged = await merger("PUT", f"{ONE}/merge", {"sha": (await merger("GET", ONE)).body["head"]["sha"]})
    again = await merger("PUT", f"{ONE}/merge", {})

    assert (moved.status, merged.status, again.status) == (409, 200, 405)
    assert merged.body["merged"] is True
    assert (await merger("GET", ONE)).body["merged_by"]["login"] == "ghes-slack[bot]"
    assert api.head == merged.body["sha"]


async def test_a_draft_or_a_conflict_cant_be_merged(
    merger: Any, world: World, api: Repository, ada: Account, pull: Issue
) -> None:
    # §9 merge: "405 not mergeable"
    happen.convert_to_draft(world, api, pull, by=ada)
    draft = await merger("PUT", f"{ONE}/merge", {})
    happen.ready_for_review(world, api, pull, by=ada)
    pull_of(pull).mergeable = False
    conflict = await merger("PUT", f"{ONE}/merge", {})

    assert (draft.status, conflict.status) == (405, 405)


@pytest.mark.usefixtures("pull")
async def test_a_merged_pull_request_isnt_reopened(merger: Any) -> None:
    await merger("PUT", f"{ONE}/merge", {})

    assert (await merger("PATCH", ONE, {"state": "open"})).status == 422


@pytest.mark.usefixtures("pull")
async def test_title_base_and_state_change(bot: Any, world: World, api: Repository, ada: Account) -> None:
    happen.create_branch(world, api, "release", by=ada)

    changed = await bot("PATCH", ONE, {"title": "New", "base": "release", "state": "closed"})
    unknown = await bot("PATCH", ONE, {"base": "nowhere"})

    assert (changed.body["title"], changed.body["base"]["ref"], changed.body["state"]) == ("New", "release", "closed")
    assert unknown.status == 422


@pytest.mark.parametrize("who", ["ada", "outsider"])
@pytest.mark.usefixtures("pull")
async def test_neither_the_author_nor_a_stranger_can_be_asked_for_a_review(bot: Any, who: str) -> None:
    # §9 request review: "422 for the author or a non-collaborator"
    assert (await bot("POST", f"{ONE}/requested_reviewers", {"reviewers": [who]})).status == 422


@pytest.mark.usefixtures("pull")
async def test_reviewers_are_asked_and_taken_back(bot: Any) -> None:
    # §14 pulls: "…/requested_reviewers 201"
    asked = await bot("POST", f"{ONE}/requested_reviewers", {"reviewers": ["grace"], "team_reviewers": ["backend"]})
    listed = await bot("GET", f"{ONE}/requested_reviewers")
    taken = await bot("DELETE", f"{ONE}/requested_reviewers", {"reviewers": ["grace"]})

    assert asked.status == 201
    assert [it["login"] for it in asked.body["requested_reviewers"]] == ["grace"]
    assert [it["slug"] for it in listed.body["teams"]] == ["backend"]
    assert taken.body["requested_reviewers"] == []


@pytest.mark.usefixtures("pull")
async def test_a_review_needs_a_body_unless_it_approves(bot: Any) -> None:
    # §9 submit review: "body required except APPROVE"; §14: "POST …/reviews 200"; §8: "UPPER in REST"
    empty = await bot("POST", f"{ONE}/reviews", {"event": "REQUEST_CHANGES"})
    unknown = await bot("POST", f"{ONE}/reviews", {"event": "SHRUG", "body": "x"})
    approved = await bot("POST", f"{ONE}/reviews", {"event": "APPROVE"})

    assert (empty.status, unknown.status, approved.status) == (422, 422, 200)
    assert [it["state"] for it in (await bot("GET", f"{ONE}/reviews")).body] == ["APPROVED"]


async def test_ones_own_pull_request_cant_be_approved(bot: Any, world: World, api: Repository) -> None:
    # §9 submit review: "own PR → 422"
    happen.open_pull(world, api, by=world.app.bot)

    assert (await bot("POST", f"{ONE}/reviews", {"event": "APPROVE"})).status == 422
    assert (await bot("POST", f"{ONE}/reviews", {"event": "COMMENT", "body": "x"})).status == 200
