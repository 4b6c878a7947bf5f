"""Everything by a file: what is declared is looked at, then kept; a second time changes nothing."""

from typing import Any

import pytest

from agent.cli_errors import Failure
from agent.settings_errors import SettingsError
from infra.sandbox.slack.app_settings import distribute


async def test_from_nothing_to_a_workspace_in_two_runs(desk: Any) -> None:
    first = await desk.sets_up(
        github_app=desk.github_app, slack_app={"configuration_token": desk.configuration_token()}
    )
    app = list(desk.world.slack.apps.values())[-1]
    distribute(app)
    second = await desk.sets_up(
        slack_app={"app_token": desk.app_token(app)},
        workspaces=[
            {"bot_token": desk.bot_token(app), "data_class": "title"},
            {"bot_token": desk.bot_token(app, "globex")},
        ],
    )

    assert f"GitHub App {desk.world.ghes.app.slug}: GHES knows it." in first
    assert f"Slack app generated successfully: {app.app_id}, " in first
    assert "Next: make an app-level token with connections:write and authorizations:read" in first
    assert "App-level token: a socket was opened with it." in second
    assert [(each.name, each.data_class) for each in await desk.workspaces()] == [
        ("Acme", "title"),
        ("Globex", "full"),
    ]
    kept = await desk.kept()
    assert (kept["slack_app_id"], kept["slack_client_secret"]) == (app.app_id, app.client_secret)
    assert kept["ghes_client_id"] == desk.world.ghes.app.client_id


async def test_a_second_run_changes_nothing(desk: Any) -> None:
    app = desk.world.slack.app
    file: dict[str, Any] = {"github_app": desk.github_app, "workspaces": [{"bot_token": desk.bot_token(app)}]}
    await desk.sets_up(**file)
    before = await desk.kept()

    again = await desk.sets_up(**file)

    assert "GHES knows it; nothing changed." in again
    assert "is installed in Acme (T00000001) already." in again
    assert "Saved" not in again
    assert await desk.kept() == before


async def test_an_app_that_is_there_needs_no_token_any_more(desk: Any) -> None:
    file = {"slack_app": {"configuration_token": desk.configuration_token()}}
    await desk.sets_up(**file)
    desk.spends_tokens()

    again = await desk.sets_up(**file)

    assert "it is there already; `update = true` brings it up to date." in again
    assert len(desk.world.slack.apps) == 2


async def test_an_update_of_the_slack_app_says_what_it_changes(desk: Any) -> None:
    await desk.sets_up(slack_app={"configuration_token": desk.configuration_token()})
    desk.settings = desk.settings.model_copy(update={"slack_command": "/ghe-eu"})
    update = {"configuration_token": desk.configuration_token(), "update": True}

    done = await desk.sets_up(slack_app=update)

    assert '"/ghe-eu"' in done
    assert "is up to date." in done
    assert list(desk.world.slack.apps.values())[-1].command == "/ghe-eu"


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({"github_app": {"id": "4711"}}, "Paste the private key"),
        ({"slack_app": {"app_token": "xapp-made-up"}}, "Slack doesn't know this token"),
        ({"slack_app": {"app_token": "wrong"}}, "SLACK_APP_TOKEN"),
        ({"slack_app": {"configuration_token": "xoxe.xoxp-1-made-up"}}, "Slack doesn't know this token"),
        ({"slack_app": {"client_id": "1.2"}}, "SLACK_CLIENT_SECRET: The client id and the client secret go together"),
        ({"slack_app": {"update": True}}, "a configuration token is needed, and an app that is there"),
        ({"workspaces": [{"bot_token": "xoxb-made-up"}]}, "Slack doesn't take the bot token (invalid_auth)"),
        ({"workspaces": [{"id": "T9", "data_class": "link"}]}, "The Slack app isn't installed in T9"),
        ({"workspaces": [{"id": "T9", "transport": "relay"}]}, "Transport relay needs a relay"),
    ],
)
async def test_what_is_refused_is_said_and_nothing_of_the_file_is_kept(
    desk: Any, sections: dict[str, Any], says: str
) -> None:
    declared: dict[str, Any] = {"github_app": desk.github_app} | sections

    with pytest.raises((Failure, SettingsError)) as failure:
        await desk.sets_up(**declared)

    assert says in str(failure.value)
    assert await desk.kept() == {}


async def test_no_app_is_made_at_slack_when_something_else_is_refused(desk: Any) -> None:
    before = set(desk.world.slack.apps)

    with pytest.raises(Failure):
        await desk.sets_up(
            slack_app={"configuration_token": desk.configuration_token()}, workspaces=[{"bot_token": "xoxb-made-up"}]
        )

    assert set(desk.world.slack.apps) == before


async def test_a_workspace_that_is_not_allowed_stays_out(desk: Any) -> None:
    with pytest.raises(Failure, match="isn't among SLACK_ALLOWED_WORKSPACES"):
        await desk.sets_up(
            slack_app={"allowed_workspaces": ["T9"]}, workspaces=[{"bot_token": desk.bot_token(desk.world.slack.app)}]
        )

    assert await desk.workspaces() == []


async def test_a_bot_token_of_another_workspace_than_the_named_one_is_refused(desk: Any) -> None:
    with pytest.raises(Failure, match=r"The bot token of T9 belongs to another workspace, T00000001\."):
        await desk.sets_up(workspaces=[{"id": "T9", "bot_token": desk.bot_token(desk.world.slack.app)}])


class TestWithAnEnvironment:
    @pytest.fixture
    def variables(self) -> dict[str, str]:
        return {"GHES_APP_ID": "12", "SLACK_CLIENT_ID": "1.2"}

    async def test_what_the_environment_sets_is_not_set_up(self, desk: Any) -> None:
        with pytest.raises(SettingsError, match="The environment sets GHES_APP_ID, and wins"):
            await desk.sets_up(github_app=desk.github_app)

    async def test_no_slack_app_is_made_beside_one_that_the_environment_names(self, desk: Any) -> None:
        with pytest.raises(SettingsError, match="The environment sets SLACK_CLIENT_ID, and wins"):
            await desk.sets_up(slack_app={"configuration_token": desk.configuration_token()})
