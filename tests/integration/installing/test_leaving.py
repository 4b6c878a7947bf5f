"""The app is uninstalled in Slack, or removed by an administrator; and it comes back."""

from typing import Any

import pytest

from agent.store.setup_tables import installations
from agent.store.tables import addresses, workspaces
from infra.sandbox.slack import events, workspace


@pytest.fixture
async def installed(rig: Any) -> Any:
    await rig.installs("acme")
    await rig.until(lambda: rig.greetings("acme"))
    await rig.subscribes("acme")
    return rig


async def left(rig: Any) -> None:
    """Until the tokens are deleted and the channel is parked."""
    await rig.rows_are(installations, lambda rows: not rows)
    await rig.rows_are(addresses, lambda rows: rows[0].parked_reason)


async def test_an_uninstalled_app_loses_its_token_at_once_and_goes_on_after_it_is_installed_again(
    installed: Any,
) -> None:
    workspace.uninstall(installed.world.slack, "acme")
    await left(installed)
    await installed.opens_issue("It leaks")
    await installed.clock.advance(30)
    meanwhile = installed.posts("acme")

    await installed.installs("acme")
    await installed.until(lambda: len(installed.posts("acme")) == 2)
    await installed.clock.advance(30)

    assert len(meanwhile) == 1
    assert "It leaks" in installed.posts("acme")[1]
    assert len(installed.greetings("acme")) == 1


@pytest.mark.parametrize("event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["U0"]}}])
async def test_an_old_event_that_comes_after_a_new_installation_takes_nothing_away(
    installed: Any, event: dict[str, Any]
) -> None:
    slack = installed.world.slack
    asked = slack.calls.count(("auth.test", slack.team("acme").team_id))

    events.emit(slack, slack.team("acme"), event)
    await installed.until(lambda: slack.calls.count(("auth.test", slack.team("acme").team_id)) > asked)
    await installed.opens_issue("It leaks")
    await installed.until(lambda: len(installed.posts("acme")) == 2)

    assert len(await installed.rows(installations)) == 1


async def test_people_whose_own_tokens_were_revoked_end_nothing(installed: Any) -> None:
    slack = installed.world.slack
    asked = slack.calls.count(("auth.test", slack.team("acme").team_id))

    events.emit(slack, slack.team("acme"), {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})
    await installed.clock.advance(10)

    assert slack.calls.count(("auth.test", slack.team("acme").team_id)) == asked
    assert len(await installed.rows(installations)) == 1


async def test_a_revoked_token_is_deleted_and_said(installed: Any) -> None:
    workspace.revoke(installed.world.slack, "acme")
    await left(installed)

    part = await installed.slack_says(lambda part: not part["ok"] and part["workspaces"][0]["parked_reason"])
    assert part["says"].startswith("Nothing can be posted to ")
    assert part["workspaces"][0]["parked_reason"] == "token_revoked"


async def test_after_thirty_days_what_was_subscribed_there_is_forgotten(installed: Any) -> None:
    workspace.uninstall(installed.world.slack, "acme")
    await left(installed)

    await installed.leap(29 * 86400)
    await installed.clock.advance(20)
    kept = len(await installed.rows(addresses))
    await installed.leap(86400 + 3600)

    assert kept == 1
    assert await installed.rows_are(addresses, lambda rows: not rows) == []
    assert await installed.rows_are(workspaces, lambda rows: not rows) == []
