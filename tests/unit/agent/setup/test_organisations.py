"""An organisation's workspaces come and go; what Slack lists now counts, not the order of its events."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from agent.setup.organisations import INTERVAL_S
from agent.slack.form_calls import FormAnswer, Unanswered
from agent.store.tables import workspaces

Error = Callable[[str], FormAnswer]


@pytest.fixture
async def organisation(rig: Any) -> Any:
    rig.granted("E1", "xoxb-org")
    rig.slack.teams["E1"] = [("T1", "One")]
    await rig.installs()
    await rig.subscribed("T1")
    rig.looks.clear()
    rig.greetings._waiting.get_nowait()
    return rig


def known(rig: Any) -> dict[str, str]:
    return {team_id: each.name for team_id, each in rig.grounds.workspaces.items()}


async def test_a_workspace_that_is_let_in_is_known_with_the_organisations_token(organisation: Any) -> None:
    organisation.slack.teams["E1"] = [("T1", "One"), ("T2", "Two")]

    done = await organisation.organisations.bring_up_to_date()

    assert done
    assert known(organisation) == {"T1": "One", "T2": "Two"}
    assert organisation.grounds.workspaces["T2"].token == "xoxb-org"
    assert organisation.looks == ["look", "woken"]
    assert organisation.greetings._waiting.empty()


async def test_one_that_is_taken_out_is_known_no_more_and_its_channels_wait(organisation: Any) -> None:
    organisation.slack.teams["E1"] = []
    await organisation.organisations.bring_up_to_date()
    out, parked = known(organisation), await organisation.parked()

    organisation.slack.teams["E1"] = [("T1", "One")]
    await organisation.organisations.bring_up_to_date()

    assert (out, parked) == ({}, {"T1": "team_access_revoked"})
    assert known(organisation) == {"T1": "One"}
    assert await organisation.parked() == {"T1": None}


async def test_when_nothing_has_changed_nothing_is_written(organisation: Any) -> None:
    before = await organisation.rows(workspaces)
    await organisation.clock.advance(100, step_s=100)

    done = await organisation.organisations.bring_up_to_date()

    assert done
    assert organisation.looks == []
    assert await organisation.rows(workspaces) == before


async def test_a_slack_that_does_not_say_takes_nothing_out(organisation: Any) -> None:
    organisation.slack.told("auth.teams.list", Unanswered("unreachable"))

    done = await organisation.organisations.bring_up_to_date()

    assert not done
    assert known(organisation) == {"T1": "One"}


async def test_it_is_asked_at_the_start_every_hour_when_told_to_and_soon_after_a_failure(organisation: Any) -> None:
    def asked() -> int:
        return len(organisation.slack.asked_for("auth.teams.list")) - 1

    clock = organisation.clock
    running = asyncio.create_task(organisation.organisations.run())
    await organisation.until(lambda: asked() == 1 and clock.next_in() is not None, step_s=0.01)
    organisation.organisations.wake()
    await organisation.until(lambda: asked() == 2, step_s=0.01)
    organisation.slack.told("auth.teams.list", Unanswered("unreachable"))
    woken_at = clock.monotonic()
    await organisation.until(lambda: asked() == 3, step_s=20)
    hour_s = clock.monotonic() - woken_at
    await organisation.until(lambda: asked() == 4, step_s=0.5)
    running.cancel()

    assert hour_s > INTERVAL_S - 1
    assert clock.monotonic() - woken_at - hour_s < INTERVAL_S / 2


async def test_who_installed_it_before_there_was_a_workspace_is_greeted_in_the_first_one(rig: Any) -> None:
    rig.granted("E1", "xoxb-org")
    rig.slack.teams["E1"] = []
    await rig.installs()
    before = rig.greetings._waiting.empty()
    rig.slack.teams["E1"] = [("T1", "One")]

    await rig.organisations.bring_up_to_date()

    assert before
    assert rig.greetings._waiting.get_nowait() == (["T1"], "U1")


async def test_a_list_in_several_pages_is_read_to_its_end(organisation: Any) -> None:
    def page(team_id: str, cursor: str) -> FormAnswer:
        team = {"id": team_id, "name": team_id}
        return FormAnswer(fields={"ok": True, "teams": [team], "response_metadata": {"next_cursor": cursor}})

    organisation.slack.told("auth.teams.list", page("T1", "next"), page("T2", ""))

    await organisation.organisations.bring_up_to_date()

    assert set(known(organisation)) == {"T1", "T2"}
    assert organisation.slack.asked_for("auth.teams.list")[-1].fields["cursor"] == "next"
