from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import ServerError


@pytest.fixture
async def door(desk: Any) -> Any:
    """acme/api#1, opened by grace."""
    ghes = desk.rig.ghes
    return happen.open_issue(ghes, ghes.repository("acme/api"), by=ghes.account("grace"), title="The door squeaks")


async def test_an_issue_is_closed_as_who_typed_it(rig: Any, desk: Any, door: Any) -> None:
    answer = await rig.said("close acme/api#1")

    assert (door.state, door.state_reason, door.closed_by.login) == ("closed", "completed", "ada")
    assert answer.text.startswith("Closed <")
    assert "acme/api#1 The door squeaks" in answer.text
    assert await desk.noted() == [("ada", "close", "acme/api#1", "done")]


async def test_an_issue_is_closed_by_its_address_as_not_planned(rig: Any, door: Any) -> None:
    address = f"{rig.world.ghes_server.url}/acme/api/issues/1#issuecomment-7"

    answer = await rig.said(f"close {address} reason:“not planned”")

    assert (door.state, door.state_reason) == ("closed", "not_planned")
    assert answer.text.endswith("as not planned.")


@pytest.mark.usefixtures("door")
async def test_what_is_closed_already_is_said_to_be(rig: Any, desk: Any) -> None:
    await rig.said("close acme/api#1")

    answer = await rig.said("close acme/api#1")

    assert "is closed already, so nothing was changed" in answer.text
    assert [each[1] for each in await desk.noted()] == ["close"]


async def test_a_closed_issue_is_reopened(rig: Any, desk: Any, door: Any) -> None:
    await rig.said("close acme/api#1")

    answer = await rig.said("reopen acme/api#1")

    assert door.state == "open"
    assert answer.text.startswith("Reopened <")
    assert [each[1] for each in await desk.noted()] == ["close", "reopen"]


@pytest.mark.usefixtures("door")
async def test_reopening_what_is_open_changes_nothing(rig: Any) -> None:
    answer = await rig.said("reopen acme/api#1")

    assert "is open already, so nothing was changed" in answer.text


@pytest.mark.usefixtures("desk")
async def test_a_number_that_is_nothing_there_is_said_so(rig: Any) -> None:
    answer = await rig.said("close acme/api#404")

    assert "I couldn't close" in answer.text
    assert "it isn't there, or you may not see it" in answer.text


async def test_somebody_without_rights_is_told_why_in_words(rig: Any, desk: Any, door: Any) -> None:
    rig.ghes.repository("acme/api").visibility = "public"
    await desk.link("defunkt", "outsider")

    answer = await rig.said("close acme/api#1", user="defunkt")

    assert door.state == "open"
    assert "I couldn't close" in answer.text
    assert "doesn't let you" in answer.text
    [entry] = await desk.noted()
    assert entry[:3] == ("outsider", "close", "acme/api#1")
    assert entry[3].startswith("refused: 403")


async def test_a_renamed_repository_is_found_by_its_former_name(rig: Any, door: Any) -> None:
    ghes = rig.ghes
    happen.rename_repository(ghes, ghes.repository("acme/api"), "backend", by=ghes.account("ada"))

    answer = await rig.said("close acme/api#1")

    assert door.state == "closed"
    assert answer.text.startswith("Closed <")


async def test_a_wrong_argument_is_pointed_at_and_nothing_is_changed(rig: Any, door: Any) -> None:
    answer = await rig.said("close acme/api#1 because")

    assert door.state == "open"
    assert "^^^^^^^" in answer.text
    assert "Nothing was changed." in answer.text


async def test_a_sign_in_that_has_ended_is_offered_anew_and_the_command_waits(rig: Any, door: Any) -> None:
    rig.ghes.user_tokens.clear()

    answer = await rig.said("close acme/api#1")

    assert door.state == "open"
    assert "no longer accepts your sign-in" in answer.text
    assert "Connect GitHub account" in str(answer.blocks)


@pytest.mark.usefixtures("desk")
async def test_a_suspended_person_is_told(rig: Any, door: Any) -> None:
    rig.ghes.account("ada").suspended = True

    answer = await rig.said("close acme/api#1")

    assert door.state == "open"
    assert "suspended" in answer.text


@pytest.fixture
async def pull(desk: Any) -> Any:
    """acme/api#1, a pull request of grace's."""
    ghes = desk.rig.ghes
    return happen.open_pull(ghes, ghes.repository("acme/api"), by=ghes.account("grace"), title="Oil the door")


async def test_a_pull_request_is_closed_and_reopened_too(rig: Any, pull: Any) -> None:
    closed = await rig.said(f"close {rig.world.ghes_server.url}/acme/api/pull/1/files")
    state = pull.state
    reopened = await rig.said("reopen acme/api#1")

    assert (state, pull.state) == ("closed", "open")
    assert closed.text.startswith("Closed <")
    assert "/acme/api/pull/1|" in closed.text
    assert reopened.text.startswith("Reopened <")


async def test_what_was_merged_is_neither_closed_nor_reopened(rig: Any, pull: Any) -> None:
    happen.merge(rig.ghes, rig.ghes.repository("acme/api"), pull, by=rig.ghes.account("ada"))

    closed = await rig.said("close acme/api#1")
    reopened = await rig.said("reopen acme/api#1")

    assert "is merged already, so nothing was changed" in closed.text
    assert "was merged, so it can't be reopened" in reopened.text


@pytest.mark.usefixtures("door")
async def test_with_ghes_away_nothing_was_changed(rig: Any, desk: Any) -> None:
    rig.ghes.faults.append(ServerError(path="/repos/acme/api", times=99))

    answer = await rig.said("close acme/api#1")

    assert "I couldn't close" in answer.text
    assert "Try again in a moment" in answer.text
    assert await desk.noted() == []
