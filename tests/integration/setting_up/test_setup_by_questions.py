"""By questions, section after section; an empty answer leaves things as they are."""

from pathlib import Path
from typing import Any


async def test_all_sections_can_be_left_empty(desk: Any) -> None:
    said = await desk.answers("", "", "", "")

    assert "GitHub App" in said
    assert await desk.kept() == {}


async def test_each_section_is_carried_out_at_once_and_asked_again_when_it_was_wrong(desk: Any, tmp_path: Path) -> None:
    app = desk.github_app
    (tmp_path / "app.pem").write_text(app["private_key"])
    right = (app["id"], str(tmp_path / "app.pem"), app["client_secret"], app["webhook_secret"])
    wrong = (app["id"], str(tmp_path / "gone.pem"))

    said = await desk.answers(*wrong, *right, desk.configuration_token(), "", desk.bot_token(desk.world.slack.app))

    assert "That names no text file that can be read." in said
    assert "GHES knows it." in said
    assert "Slack app generated successfully" in said
    assert [each.name for each in await desk.workspaces()] == ["Acme"]
    assert (await desk.kept())["ghes_webhook_secret"] == app["webhook_secret"]


async def test_nothing_secret_is_said(desk: Any) -> None:
    token = desk.configuration_token()

    said = await desk.answers("", token, "", "")

    secret = list(desk.world.slack.apps.values())[-1].client_secret
    assert token not in said
    assert secret not in said
