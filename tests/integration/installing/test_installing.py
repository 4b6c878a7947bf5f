"""Installed from the agent's own pages, into any number of workspaces."""

from typing import Any

import pytest

from agent.store.people_tables import audit
from agent.store.setup_tables import installations, round_trips


async def test_two_workspaces_are_installed_greeted_and_at_work_at_once(rig: Any) -> None:
    pages = [await rig.installs("acme"), await rig.installs("globex")]
    await rig.until(lambda: rig.greetings("acme") and rig.greetings("globex"))
    for team in ("acme", "globex"):
        await rig.subscribes(team)
    await rig.opens_issue("It leaks")
    await rig.until(lambda: len(rig.posts("acme")) == len(rig.posts("globex")) == 2)

    assert ['id="place">Acme<' in pages[0], 'id="place">Globex<' in pages[1]] == [True, True]
    assert [len(rig.greetings(team)) for team in ("acme", "globex")] == [1, 1]
    assert (await rig.slack_part())["says"].startswith("Known workspaces: 2,")


async def test_a_second_installation_changes_the_scopes_and_greets_nobody_again(rig: Any) -> None:
    first = await rig.installs("acme", declined=["channels:history"])
    await rig.until(lambda: rig.greetings("acme"))

    second = await rig.installs("acme")
    await rig.clock.advance(60)

    assert "<code>channels:history</code>" in first
    assert "<code>channels:history</code>" not in second
    assert "channels:history" in (await rig.rows(installations))[0].scopes.split()
    assert len(rig.greetings("acme")) == 1
    assert [row.action for row in await rig.rows(audit)] == ["install", "install"]


@pytest.mark.parametrize("variables", [{"SLACK_ALLOWED_WORKSPACES": "T0OTHER"}])
async def test_a_workspace_that_is_not_allowed_gets_nothing_and_leaves_nothing(rig: Any) -> None:
    page = await rig.installs("acme")

    assert 'data-why="not_allowed"' in page
    assert rig.world.slack.team("acme").token_error == "token_revoked"
    assert await rig.rows(installations) == []
    assert await rig.rows(round_trips) == []


async def test_no_secret_lies_in_a_log_line_a_page_or_an_address(rig: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rig.world.slack.app.token_rotation = True
    page = await rig.installs("acme")
    await rig.clock.advance(5)

    told = capsys.readouterr().out + page + str(await rig.slack_part())
    secrets = (rig.world.slack.team("acme").bot_token, "xoxe-1-", rig.world.slack.app.client_secret, rig.codes[0])
    assert [secret for secret in secrets if secret in told] == []


@pytest.mark.parametrize("variables", [{"SLACK_CLIENT_SECRET": "", "SLACK_CLIENT_ID": ""}])
async def test_before_the_slack_app_is_known_the_page_says_what_an_administrator_does(rig: Any) -> None:
    async with rig.session.get(f"{rig.url}/_slack/") as answer:
        page = await answer.text()

    assert answer.status == 503
    assert 'href="../setup/settings"' in page
