"""Deployments that wait for a reviewer: their cards, and the requests for a review, follow what people answer."""

from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.things import Environment
from infra.sandbox.slack.faults import Slow
from infra.sandbox.slack.state import Message


@pytest.fixture
def begins(here: Any) -> Any:
    """Starts a run of acme/docs that waits for grace to let it into these environments, all asked for at once.

    Slack is slow with the first message of it, so that the others wait together.
    """
    ghes = here.ghes
    docs, ada, grace = ghes.repository("acme/docs"), ghes.account("ada"), ghes.account("grace")

    async def began(*names: str) -> Any:
        here.slack.faults.add(Slow(seconds=5), method="chat.postMessage")
        run = happen.start_run(ghes, docs, by=ada)
        for id_, name in enumerate(names, start=77):
            happen.ask_for_approval(ghes, docs, run, Environment(id=id_, name=name, reviewers=[grace]), by=ada)
        await ghes.delivered()
        await here.passes(20)
        return run

    return began


def _posted(rig: Any, words: str) -> list[Message]:
    found = rig.slack.channel("acme", "general").messages.values()
    return [each for each in found if each.metadata and not each.deleted and words in str((each.text, each.blocks))]


def _card(rig: Any, environment: str) -> Message:
    [card] = _posted(rig, f"to `{environment}` created")
    return card


def _request(rig: Any, environment: str) -> Message:
    [request] = _posted(rig, f"to `{environment}` requested")
    return request


def _says(message: Message) -> str:
    return str(message.attachments)


def _can_be_answered(message: Message) -> bool:
    return "'text': 'Approve'" in _says(message) and "'text': 'Reject'" in _says(message)


async def _answers(rig: Any, desk: Any, message: Message, button: str) -> None:
    rig.click(message, button, "defunkt")
    await desk.submitted(await desk.shown("defunkt"), user="defunkt")
    await rig.ghes.delivered()
    await rig.passes(5)


async def test_a_run_that_waits_is_shown_as_waiting_until_it_is_approved(rig: Any, desk: Any, begins: Any) -> None:
    run = await begins("production")
    asked = (_can_be_answered(_card(rig, "production")), _can_be_answered(_request(rig, "production")))
    waited, shown = run.status, _says(_card(rig, "production"))

    await _answers(rig, desk, _card(rig, "production"), "Approve")

    assert (waited, run.status) == ("waiting", "in_progress")
    assert "Waiting for approval" in shown
    assert asked == (True, True)
    assert "In progress" in _says(_card(rig, "production"))
    assert not _can_be_answered(_card(rig, "production"))
    assert not _can_be_answered(_request(rig, "production"))


async def test_a_rejected_deployment_has_failed_and_its_run_with_it(rig: Any, desk: Any, begins: Any) -> None:
    run = await begins("production")

    await _answers(rig, desk, _request(rig, "production"), "Reject")

    assert (run.status, run.conclusion) == ("completed", "failure")
    assert "Failure" in _says(_card(rig, "production"))
    assert not _can_be_answered(_card(rig, "production"))
    assert not _can_be_answered(_request(rig, "production"))
    [parent] = _posted(rig, "Workflow was triggered")
    assert "Re-run failed jobs" in _says(parent)


async def test_what_nobody_answered_before_the_run_ended_can_be_answered_no_more(
    rig: Any, desk: Any, begins: Any
) -> None:
    run = await begins("production", "staging")

    await _answers(rig, desk, _request(rig, "staging"), "Reject")

    assert run.waits_for == []
    for environment in ("production", "staging"):
        assert not _can_be_answered(_card(rig, environment)), environment
        assert not _can_be_answered(_request(rig, environment)), environment


async def test_requests_at_the_same_moment_are_messages_of_their_own_whose_buttons_go_one_by_one(
    rig: Any, desk: Any, begins: Any
) -> None:
    run = await begins("production", "staging")
    first, second = _request(rig, "production"), _request(rig, "staging")

    await _answers(rig, desk, second, "Approve")
    halfway = (run.status, [each.name for each in run.waits_for])
    left = (_can_be_answered(_request(rig, "production")), _can_be_answered(_request(rig, "staging")))
    await _answers(rig, desk, _request(rig, "production"), "Approve")

    assert first.ts != second.ts
    assert halfway == ("waiting", ["production"])
    assert left == (True, False)
    assert (run.status, run.waits_for) == ("in_progress", [])
    assert not _can_be_answered(_request(rig, "production"))


async def test_requests_in_a_channel_without_threads_are_messages_of_their_own_too(
    rig: Any, desk: Any, begins: Any
) -> None:
    await desk.press(await rig.said("settings"), "Turn threading off")
    run = await begins("production", "staging")

    await _answers(rig, desk, _request(rig, "staging"), "Approve")

    assert [each.name for each in run.waits_for] == ["production"]
    assert _can_be_answered(_request(rig, "production"))
    assert not _can_be_answered(_request(rig, "staging"))
