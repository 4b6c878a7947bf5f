"""An organisation installs the app, and lets it into a workspace and out again."""

from typing import Any

import pytest

from agent.store.tables import addresses
from infra.sandbox.slack.installing import let_in, take_out
from infra.sandbox.slack.population import add_organisation


@pytest.fixture
async def whole(rig: Any) -> Any:
    """With an organisation that the first workspace belongs to."""
    add_organisation(rig.world.slack, "acme", teams=["acme"])
    return rig


async def test_a_workspace_that_is_let_in_later_is_at_work_and_the_installer_is_greeted_there(whole: Any) -> None:
    slack = whole.world.slack
    page = await whole.installs("organisation")
    before = (await whole.slack_part())["workspaces"]

    let_in(slack, whole.organisation, slack.team("acme"))
    await whole.until(lambda: whole.greetings("acme"))
    await whole.subscribes("acme")

    assert f"/manage/{whole.organisation.organisation_id}/integrations/profile/" in page
    assert before == []
    assert len(whole.greetings("acme")) == 1


async def test_one_that_is_taken_out_waits_and_goes_on_when_it_is_let_in_again(whole: Any) -> None:
    slack = whole.world.slack
    await whole.installs("organisation")
    let_in(slack, whole.organisation, slack.team("acme"))
    await whole.until(lambda: whole.greetings("acme"))
    await whole.subscribes("acme")

    take_out(slack, whole.organisation, slack.team("acme"))
    await whole.slack_says(lambda part: not any(each["installed"] for each in part["workspaces"]))
    await whole.opens_issue("It leaks")
    await whole.clock.advance(30)
    reason, meanwhile = (await whole.rows(addresses))[0].parked_reason, len(whole.posts("acme"))
    let_in(slack, whole.organisation, slack.team("acme"))
    await whole.until(lambda: len(whole.posts("acme")) == 2)

    assert (reason, meanwhile) == ("team_access_revoked", 1)
    assert "It leaks" in whole.posts("acme")[1]
