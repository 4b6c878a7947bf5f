"""By questions, section after section; an empty answer leaves things as they are."""

from pathlib import Path
from typing import Any


async def test_all_sections_can_be_left_empty(desk: Any) -> None:
    said = await desk.answers()

    assert "GitHub App" in said
    assert await desk.kept() == {}


async def test_each_section_is_carried_out_at_once_and_asked_again_when_it_was_wrong(desk: Any, tmp_path: Path) -> None:
    app = desk.github_app
    wrong = (("App ID", app["id"]), ("File", str(tmp_path / "gone.pem")))

    said = await desk.answers(
        *wrong,
        *_entering(app, tmp_path),
        ("App configuration token", desk.configuration_token()),
        ("Bot token", desk.bot_token(desk.world.slack.app)),
    )

    assert "That names no text file that can be read." in said
    assert "GHES knows it." in said
    assert "Slack app generated successfully" in said
    assert [each.name for each in await desk.workspaces()] == ["Acme"]
    assert (await desk.kept())["ghes_webhook_secret"] == app["webhook_secret"]


async def test_nothing_secret_is_said(desk: Any) -> None:
    token = desk.configuration_token()

    said = await desk.answers(("App configuration token", token))

    secret = list(desk.world.slack.apps.values())[-1].client_secret
    assert token not in said
    assert secret not in said


async def test_an_existing_slack_app_is_entered_switched_off_and_kept_to_some_workspaces(desk: Any) -> None:
    app = desk.world.slack.app

    said = await desk.answers(
        ("App ID", ""),
        ("App ID", app.app_id),
        ("Client ID", app.client_id),
        ("Client secret", app.client_secret),
        ("App-level token", desk.app_token(app)),
        ("Enabled", "perhaps"),
        ("Enabled", "no"),
        ("Ids, separated by commas", "T00000001, E1"),
    )

    assert "Answer yes or no." in said
    kept = await desk.kept()
    assert (kept["slack_app_id"], kept["slack_client_id"], kept["slack_enabled"]) == (
        app.app_id,
        app.client_id,
        "false",
    )
    assert kept["slack_allowed_workspaces"] == "T00000001, E1"
    assert {who for who, _action, _target in await desk.noted()} == {"setup (mona)"}


async def test_half_a_slack_app_is_not_taken(desk: Any) -> None:
    app = desk.world.slack.app

    said = await desk.answers(("App ID", ""), ("App ID", app.app_id), ("Client ID", app.client_id))

    assert "The client id and the client secret go together" in said
    assert await desk.kept() == {}


async def test_what_a_workspace_is_shown_is_chosen(desk: Any) -> None:
    said = await desk.answers(
        ("Bot token", desk.bot_token(desk.world.slack.app)),
        ("Id of the workspace", "T00000001"),
        ("Data class", "everything"),
        ("Id of the workspace", "T00000001"),
        ("Data class", "link"),
    )

    assert "Data class is one of full, title, link." in said
    assert [each.data_class for each in await desk.workspaces()] == ["link"]


async def test_nothing_is_taken_away_unless_it_is_said_twice(desk: Any, tmp_path: Path) -> None:
    entering = _entering(desk.github_app, tmp_path)

    said = await desk.answers(*entering, ("Which of these", "github app"), ("The same again", "git"))
    kept = await desk.kept()
    done = await desk.answers(("Which of these", "github app"), ("The same again", "github app"))

    assert "That isn't the same: nothing was changed." in said
    assert kept["ghes_app_id"] == desk.github_app["id"]
    assert "its values are forgotten here" in done
    assert await desk.kept() == {}


async def test_ghes_is_told_where_webhooks_go(desk: Any, tmp_path: Path) -> None:
    desk.world.ghes.app.hook.url = "https://elsewhere.example.com/"

    said = await desk.answers(*_entering(desk.github_app, tmp_path), ("yes, to tell it", "yes"))

    assert "GHES sends webhooks to https://agent.example.com/webhooks/github from now on." in said
    assert desk.world.ghes.app.hook.url == "https://agent.example.com/webhooks/github"


def _entering(app: dict[str, str], folder: Path) -> tuple[tuple[str, str], ...]:
    (folder / "app.pem").write_text(app["private_key"])
    return (
        ("App ID", app["id"]),
        ("File", str(folder / "app.pem")),
        ("Client secret", app["client_secret"]),
        ("Webhook secret", app["webhook_secret"]),
    )
