from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import LostAfterWrite, Slow
from infra.sandbox.ghes.things import Environment


@pytest.fixture
async def run(here: Any) -> Any:
    """A workflow of acme/docs that failed."""
    ghes = here.ghes
    docs, ada = ghes.repository("acme/docs"), ghes.account("ada")
    found = happen.start_run(ghes, docs, by=ada)
    happen.finish_run(ghes, docs, found, "failure", by=ada)
    await ghes.delivered()
    await here.passes(5)
    return found


def _latest(rig: Any, words: str) -> Any:
    posted = rig.slack.channel("acme", "general").messages.values()
    return [each for each in posted if each.metadata and words in str(each.attachments)][-1]


@pytest.mark.parametrize("button", ["Re-run all jobs", "Re-run failed jobs"])
async def test_a_workflow_is_run_again_with_debug_logging(rig: Any, desk: Any, run: Any, button: str) -> None:
    rig.click(_latest(rig, button), button, "defunkt")
    view = await desk.shown("defunkt")

    answer = await desk.submitted(view, user="defunkt", Options=["Enable debug logging"])

    assert (run.attempt, run.debug_logging, run.triggering_actor.login) == (2, True, "grace")
    assert answer.text.startswith("Running ")
    assert "again with debug logging" in answer.text


async def test_a_run_that_somebody_has_run_again_meanwhile_is_left_alone(rig: Any, desk: Any, run: Any) -> None:
    rig.click(_latest(rig, "Re-run all jobs"), "Re-run all jobs", "defunkt")
    view = await desk.shown("defunkt")
    docs, ada = rig.ghes.repository("acme/docs"), rig.ghes.account("ada")
    happen.rerun(rig.ghes, docs, run, by=ada)
    happen.finish_run(rig.ghes, docs, run, "failure", by=ada)

    answer = await desk.submitted(view, user="defunkt")

    assert run.attempt == 2
    assert "Somebody has run" in answer.text


async def test_a_run_that_still_goes_on_is_not_run_again(rig: Any, desk: Any, run: Any) -> None:
    button = _latest(rig, "Re-run all jobs")
    happen.rerun(rig.ghes, rig.ghes.repository("acme/docs"), run, by=rig.ghes.account("ada"))

    rig.click(button, "Re-run all jobs", "defunkt")
    view = await desk.shown("defunkt")

    assert "is running already" in str(view.body["blocks"])


@pytest.fixture
async def waiting(here: Any) -> Any:
    """A run of acme/docs that waits for grace to let it into production."""
    ghes = here.ghes
    docs, ada = ghes.repository("acme/docs"), ghes.account("ada")
    found = happen.start_run(ghes, docs, by=ada)
    production = Environment(id=77, name="production", reviewers=[ghes.account("grace")])
    happen.ask_for_approval(ghes, docs, found, production, by=ada)
    await ghes.delivered()
    await here.passes(5)
    return found


async def test_a_deployment_is_approved_by_a_required_reviewer(rig: Any, desk: Any, waiting: Any) -> None:
    rig.click(_latest(rig, "Approve"), "Approve", "defunkt")
    view = await desk.shown("defunkt")

    answer = await desk.submitted(view, user="defunkt", Comment="Go.")

    assert waiting.waits_for == []
    assert waiting.status == "in_progress"
    assert "You approved the deployment" in answer.text
    assert "`production`" in answer.text
    assert (await desk.noted())[-1][:2] == ("grace", "approve")


async def test_a_deployment_is_rejected(rig: Any, desk: Any, waiting: Any) -> None:
    rig.click(_latest(rig, "Reject"), "Reject", "defunkt")

    answer = await desk.submitted(await desk.shown("defunkt"), user="defunkt")

    assert (waiting.status, waiting.conclusion) == ("completed", "failure")
    assert "You rejected the deployment" in answer.text


async def test_who_is_no_reviewer_is_told_who_is(rig: Any, desk: Any, waiting: Any) -> None:
    rig.click(_latest(rig, "Approve"), "Approve", "mona")

    view = await desk.shown()

    assert len(waiting.waits_for) == 1
    assert "you aren't one" in str(view.body["blocks"])
    assert "`grace`" in str(view.body["blocks"])


async def test_a_deployment_that_was_answered_meanwhile_is_said_so(rig: Any, desk: Any, waiting: Any) -> None:
    rig.click(_latest(rig, "Approve"), "Approve", "defunkt")
    view = await desk.shown("defunkt")
    docs, grace = rig.ghes.repository("acme/docs"), rig.ghes.account("grace")
    happen.review_deployment(rig.ghes, docs, waiting, waiting.waits_for[0], "rejected", by=grace)

    answer = await desk.submitted(view, user="defunkt")

    assert "doesn't wait any more" in answer.text


async def test_a_lost_answer_to_an_approval_is_found_in_the_history_of_the_run(
    rig: Any, desk: Any, waiting: Any
) -> None:
    rig.click(_latest(rig, "Approve"), "Approve", "defunkt")
    view = await desk.shown("defunkt")
    rig.ghes.faults.append(LostAfterWrite(method="POST", path="/pending_deployments"))

    answer = await desk.submitted(view, user="defunkt")

    assert [each.state for each in waiting.reviews] == ["approved"]
    assert "You approved the deployment" in answer.text


async def test_what_somebody_else_answered_meanwhile_is_not_taken_for_the_persons_own_answer(
    rig: Any, desk: Any, waiting: Any
) -> None:
    rig.click(_latest(rig, "Approve"), "Approve", "defunkt")
    view = await desk.shown("defunkt")
    docs, ada = rig.ghes.repository("acme/docs"), rig.ghes.account("ada")
    rig.ghes.faults.append(Slow(method="GET", path="/pending_deployments", seconds=5))
    desk.submit(view)
    await rig.passes(1)
    await rig.kill()
    happen.review_deployment(rig.ghes, docs, waiting, waiting.waits_for[0], "rejected", by=ada)
    await rig.start()
    await rig.answered()

    answer = rig.seen(user="defunkt")[-1]
    assert "it's unclear whether I did what you asked" in answer.text
    assert (await desk.noted())[-1] == ("grace", "approve", f"acme/docs run {waiting.id} production", "unclear")
