"""What a file takes away, who it was, and what is left where somebody else, Slack or GHES comes between."""

from typing import Any

import pytest

from agent.cli_errors import Failure
from agent.settings_errors import SettingsError
from agent.store.configuration import SqlConfiguration
from infra.sandbox.slack.faults import Says


def slack_app(desk: Any) -> dict[str, str]:
    app = desk.world.slack.app
    return {"id": app.app_id, "client_id": app.client_id, "client_secret": app.client_secret}


async def test_both_apps_are_forgotten_and_a_second_time_there_is_nothing_left(desk: Any) -> None:
    await desk.sets_up(github_app=desk.github_app, slack_app=slack_app(desk) | {"enabled": False})
    file = {"github_app": {"forget": True}, "slack_app": {"forget": True}}

    first = await desk.sets_up(**file)
    before = await desk.noted()
    second = await desk.sets_up(**file)

    assert "GitHub App: its values are forgotten here" in first
    assert "Forgotten: GHES_APP_ID, " in first
    assert await desk.kept() == {"slack_enabled": "false"}
    assert "Slack app: nothing is kept here." in second
    assert await desk.noted() == before


async def test_an_existing_slack_app_is_kept_and_a_second_time_nothing_changes(desk: Any) -> None:
    file = {"slack_app": slack_app(desk) | {"enabled": True, "allowed_workspaces": ["T00000001", "E1"]}}

    await desk.sets_up(**file)
    before = await desk.noted()
    again = await desk.sets_up(**file)

    assert "Saved" not in again
    assert await desk.noted() == before
    assert (await desk.kept())["slack_allowed_workspaces"] == "T00000001,E1"


async def test_an_empty_list_lets_every_workspace_in_again(desk: Any) -> None:
    await desk.sets_up(slack_app={"allowed_workspaces": ["T9"]})

    await desk.sets_up(slack_app={"allowed_workspaces": []})

    assert await desk.kept() == {}


async def test_the_slack_app_is_removed_from_a_workspace_once(desk: Any) -> None:
    token = desk.bot_token(desk.world.slack.app)
    await desk.sets_up(slack_app=slack_app(desk), workspaces=[{"bot_token": token}])
    file: dict[str, Any] = {"workspaces": [{"id": "T00000001", "remove": True}]}

    first = await desk.sets_up(**file)
    second = await desk.sets_up(**file)

    assert "The Slack app is removed from Acme; what was subscribed there is kept for 30 days." in first
    assert "The Slack app isn't installed in T00000001: there is nothing to remove." in second
    assert [each.installed for each in await desk.workspaces()] == [None]
    assert ("setup (mona)", "uninstall", "Acme") in await desk.noted()


async def test_a_removal_that_slack_refuses_leaves_the_workspace_as_it_was(desk: Any) -> None:
    token = desk.bot_token(desk.world.slack.app)
    await desk.sets_up(slack_app=slack_app(desk), workspaces=[{"bot_token": token}])
    desk.world.slack.faults.add(Says(error="bad_client_secret"), method="apps.uninstall")

    with pytest.raises(Failure, match="Check the Slack app's client secret"):
        await desk.sets_up(workspaces=[{"id": "T00000001", "remove": True}])

    assert [bool(each.installed) for each in await desk.workspaces()] == [True]


async def test_a_data_class_that_is_chosen_already_is_not_written_down_again(desk: Any) -> None:
    token = desk.bot_token(desk.world.slack.app)
    file: dict[str, Any] = {"workspaces": [{"bot_token": token, "data_class": "full"}]}
    await desk.sets_up(**file)
    before = await desk.noted()

    again = await desk.sets_up(**file)

    assert "Workspace T00000001: full; nothing changed." in again
    assert ("setup (mona)", "configure", "data class full") in before
    assert await desk.noted() == before


async def test_a_new_slack_app_is_kept_although_somebody_else_has_saved_settings_meanwhile(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _somebody_saves(monkeypatch, {"slack_allowed_workspaces": "T1"})
    file = {
        "github_app": desk.github_app,
        "slack_app": {"configuration_token": desk.configuration_token()},
    }

    with pytest.raises(Failure) as failed:
        await desk.sets_up(**file)

    app = list(desk.world.slack.apps.values())[-1]
    assert f"only the new Slack app {app.app_id} was kept. Run it again." in str(failed.value)
    kept = await desk.kept()
    assert (kept["slack_client_secret"], kept["slack_allowed_workspaces"]) == (app.client_secret, "T1")
    assert "ghes_app_id" not in kept


async def test_a_new_slack_app_is_not_put_over_one_that_somebody_else_has_saved_meanwhile(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _somebody_saves(monkeypatch, {"slack_app_id": "A0OTHER"})

    with pytest.raises(Failure, match="was made at Slack and isn't used: delete it there"):
        await desk.sets_up(slack_app={"configuration_token": desk.configuration_token()})

    assert await desk.kept() == {"slack_app_id": "A0OTHER"}


async def test_slack_is_left_alone_when_somebody_else_has_saved_settings_meanwhile(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.sets_up(slack_app={"configuration_token": desk.configuration_token()})
    desk.settings = desk.settings.model_copy(update={"slack_command": "/ghe-eu"})
    _somebody_saves(monkeypatch, {"slack_enabled": "false"})
    update = {"configuration_token": desk.configuration_token(), "update": True, "allowed_workspaces": ["T1"]}

    with pytest.raises(Failure, match="nothing was saved"):
        await desk.sets_up(slack_app=update)

    assert list(desk.world.slack.apps.values())[-1].command == "/ghe"


async def test_a_refresh_token_is_spent_once_for_an_update(desk: Any) -> None:
    await desk.sets_up(slack_app={"configuration_token": desk.configuration_token()})
    desk.settings = desk.settings.model_copy(update={"slack_command": "/ghe-eu"})

    done = await desk.sets_up(slack_app={"configuration_token": desk.refresh_token(), "update": True})

    assert "is up to date." in done
    assert list(desk.world.slack.apps.values())[-1].command == "/ghe-eu"


async def test_without_a_name_it_is_the_operating_systems_user(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.invoker._user", lambda: "root")
    desk.by = ""

    await desk.sets_up(slack_app={"allowed_workspaces": ["T1"]})

    assert await desk.noted() == [("setup (root)", "configure", "SLACK_ALLOWED_WORKSPACES")]


async def test_there_is_no_webhook_address_without_an_app(desk: Any) -> None:
    with pytest.raises(SettingsError, match="There is no GitHub App whose webhook address could be set"):
        await desk.sets_up(github_app={"set_webhook_address": True})


async def test_a_webhook_address_that_is_right_is_left_alone(desk: Any) -> None:
    desk.world.ghes.app.hook.url = "https://elsewhere.example.com/"
    file = {"github_app": desk.github_app | {"set_webhook_address": True}}

    first = await desk.sets_up(**file)
    second = await desk.sets_up(**file)

    assert "GHES sends webhooks to https://agent.example.com/webhooks/github from now on." in first
    assert "GHES sends webhooks to https://agent.example.com/webhooks/github already." in second


def _somebody_saves(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    """Just before the next saving."""
    save, others = SqlConfiguration.save, [values]

    async def later(self: SqlConfiguration, given: Any, **more: Any) -> bool:
        if others:
            await save(self, others.pop(), by="ada")
        return await save(self, given, **more)

    monkeypatch.setattr(SqlConfiguration, "save", later)
