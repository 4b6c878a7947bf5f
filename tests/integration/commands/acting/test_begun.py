"""What was begun on GHES is never done twice, whatever breaks."""

from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import LostAfterWrite, ServerError, Slow


@pytest.fixture
async def door(desk: Any) -> Any:
    """acme/api#1, opened by grace."""
    ghes = desk.rig.ghes
    return happen.open_issue(ghes, ghes.repository("acme/api"), by=ghes.account("grace"), title="The door squeaks")


async def test_a_lost_answer_is_looked_up(rig: Any, desk: Any) -> None:
    view = await desk.form("open acme/api")
    rig.ghes.faults.append(LostAfterWrite(method="POST", path="/issues"))

    answer = await desk.submitted(view, Title="One", Description="Two")

    assert len(desk.issues()) == 1
    assert answer.text.startswith("Opened <")
    assert await desk.noted() == [("ada", "open", "acme/api#1", "done")]


async def test_what_was_written_before_a_kill_is_found_afterwards(rig: Any, desk: Any) -> None:
    view = await desk.form("open acme/api")
    lost, slow = LostAfterWrite(method="POST", path="/issues"), Slow(method="GET", path="/issues", seconds=5)
    rig.ghes.faults += [lost, slow]
    desk.submit(view, Title="One", Description="Two")
    await rig.passes(1)
    assert rig.seen() == []
    await rig.kill()

    await rig.start()
    await rig.answered()

    assert len(desk.issues()) == 1
    [answer] = rig.seen()
    assert answer.text.startswith("Opened <")


async def test_what_was_not_written_before_a_kill_is_unclear_and_can_be_tried_again(
    rig: Any, desk: Any, door: Any
) -> None:
    rig.ghes.faults.append(Slow(method="GET", path="/issues/1", seconds=5))
    rig.type("close acme/api#1")
    await rig.passes(1)
    await rig.kill()
    await rig.start()
    await rig.answered()

    [unclear] = rig.seen()
    [again] = await desk.press(unclear, "Try again")

    assert "it's unclear whether I did what you asked" in unclear.text
    assert door.state == "closed"
    assert again.text.startswith("Closed <")
    assert [each[3] for each in await desk.noted()] == ["unclear", "done"]


async def test_an_issue_that_was_not_opened_is_opened_by_try_again_and_only_once(rig: Any, desk: Any) -> None:
    view = await desk.form("open acme/api")
    rig.ghes.faults.append(ServerError(method="POST", path="/issues"))

    unclear = await desk.submitted(view, Title="One")
    before = len(desk.issues())
    [first] = await desk.press(unclear, "Try again")
    [second] = await desk.press(unclear, "Try again")

    assert "it's unclear" in unclear.text
    assert before == 0
    assert len(desk.issues()) == 1
    assert first.text == second.text


async def test_try_again_finds_what_arrived_late(rig: Any, desk: Any) -> None:
    view = await desk.form("open acme/api")
    rig.ghes.faults += [
        LostAfterWrite(method="POST", path="/issues"),
        ServerError(method="GET", path="/issues", times=9),
    ]
    unclear = await desk.submitted(view, Title="One")
    rig.ghes.faults.clear()

    [answer] = await desk.press(unclear, "Try again")

    assert len(desk.issues()) == 1
    assert answer.text.startswith("Opened <")


async def test_the_same_words_of_somebody_else_or_of_long_ago_are_not_taken_for_it(rig: Any, desk: Any) -> None:
    api, ghes = rig.ghes.repository("acme/api"), rig.ghes
    happen.open_issue(ghes, api, by=ghes.account("ada"), title="One", body="")
    await rig.passes(700, step_s=5)
    happen.open_issue(ghes, api, by=ghes.account("grace"), title="One", body="")
    view = await desk.form("open acme/api")
    rig.ghes.faults.append(ServerError(method="POST", path="/issues"))

    unclear = await desk.submitted(view, Title="One")

    assert "it's unclear" in unclear.text


@pytest.mark.usefixtures("door")
async def test_a_kill_between_a_comment_and_its_closing_repeats_neither(rig: Any, desk: Any) -> None:
    await rig.said("subscribe acme/docs issues")
    await rig.issue("The gate squeaks")
    [card] = [each for each in rig.slack.channel("acme", "general").messages.values() if each.metadata]
    rig.click(card, "Close", "defunkt")
    view = await desk.shown("defunkt")
    rig.ghes.faults.append(Slow(method="PATCH", path="/issues/1", seconds=5))
    desk.submit(view, Comment="Done.")
    [issue] = desk.issues("acme/docs")
    await rig.within(30, lambda: issue.comments)
    await rig.passes(1)
    await rig.kill()

    await rig.start()
    await rig.answered()

    assert [each.body for each in issue.comments] == ["Done."]
    assert issue.state == "open"
    [answer] = await desk.press(rig.seen(user="defunkt")[-1], "Try again", user="defunkt")
    assert "\nClosed <" in answer.text
    assert [each.body for each in issue.comments] == ["Done."]
    assert issue.state == "closed"
