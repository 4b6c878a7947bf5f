"""An end that nobody told us of is noticed by what posting found out."""

from typing import Any

import pytest

from agent.setup.departing import notice_departed
from agent.slack.form_calls import Unanswered
from agent.store.setup_tables import installations
from agent.store.tables import workspaces


async def parked_for(rig: Any, reason: str) -> None:
    parked = workspaces.update().values(parked_reason=reason, parked_at=1.0)
    await rig.store.write(lambda connection: connection.execute(parked).rowcount)


@pytest.fixture
async def installed(rig: Any) -> Any:
    rig.granted()
    await rig.installs()
    rig.slack.asked.clear()
    return rig


async def test_a_token_that_a_post_found_dead_is_deleted_and_the_thirty_days_begin(installed: Any) -> None:
    await parked_for(installed, "account_inactive")
    installed.slack.tokens.clear()

    await notice_departed(installed.grounds)

    [row] = await installed.rows(workspaces)
    assert await installed.rows(installations) == []
    assert (row.parked_reason, row.parked_at) == ("account_inactive", installed.grounds.now())


async def test_one_that_slack_takes_again_stays(installed: Any) -> None:
    await parked_for(installed, "account_inactive")

    await notice_departed(installed.grounds)

    assert len(installed.slack.asked) == 1
    assert "T1" in installed.grounds.workspaces


async def test_a_slack_that_does_not_answer_is_not_waited_for(installed: Any) -> None:
    await parked_for(installed, "account_inactive")
    installed.slack.told("auth.test", Unanswered("unreachable"))

    await notice_departed(installed.grounds)

    assert "T1" in installed.grounds.workspaces


async def test_what_is_parked_for_something_else_is_not_asked_about(installed: Any) -> None:
    await parked_for(installed, "missing_scope")

    await notice_departed(installed.grounds)

    assert installed.slack.asked == []
