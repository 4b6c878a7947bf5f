"""With token rotation: tokens are renewed before they end, and where that was missed as soon as Slack says so."""

from typing import Any

import pytest

from agent.store.setup_tables import installations
from infra.sandbox.slack.faults import Says


@pytest.fixture
async def rotating(rig: Any) -> Any:
    rig.world.slack.app.token_rotation = True
    await rig.installs("acme")
    await rig.until(lambda: rig.greetings("acme"))
    await rig.subscribes("acme")
    return rig


async def test_a_token_is_renewed_before_its_end_and_the_new_one_is_used(rotating: Any) -> None:
    held = rotating.world.slack.team("acme").installation
    before = held.bot_token

    await rotating.leap(43200 - 3600)
    late = rotating.clock.now().timestamp() + 40000
    await rotating.rows_are(installations, lambda rows: rows[0].token_ends_at > late)
    held.former.clear()
    await rotating.opens_issue("It leaks")
    await rotating.until(lambda: len(rotating.posts("acme")) == 2)

    assert held.bot_token != before
    assert rotating.world.slack.calls.count(("oauth.v2.access", None)) == 2


async def test_a_token_that_slack_calls_expired_is_renewed_and_the_post_follows(rotating: Any) -> None:
    before = rotating.world.slack.team("acme").bot_token
    rotating.world.slack.faults.add(Says(error="token_expired"), method="chat.postMessage")

    await rotating.opens_issue("It leaks")
    await rotating.until(lambda: len(rotating.posts("acme")) == 2)

    assert rotating.world.slack.team("acme").bot_token != before
    assert len(rotating.world.slack.team("acme").installation.spent) == 1


async def test_a_refused_renewal_is_said_and_parks_until_the_app_is_installed_again(rotating: Any) -> None:
    rotating.world.slack.team("acme").installation.refresh_token = "xoxe-1-another"
    rotating.world.slack.faults.add(Says(error="token_expired"), method="chat.postMessage")

    await rotating.opens_issue("It leaks")
    part = await rotating.slack_says(lambda part: not part["ok"] and part["workspaces"][0]["parked_reason"])
    await rotating.installs("acme")
    await rotating.until(lambda: len(rotating.posts("acme")) == 2)

    assert "(invalid_refresh_token): install the Slack app there again, from /_slack/." in part["says"]
    assert part["workspaces"][0]["parked_reason"] == "token_expired"
    assert (await rotating.slack_says(lambda part: part["ok"]))["ok"]
