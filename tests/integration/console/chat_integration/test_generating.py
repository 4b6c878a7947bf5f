"""*Generate app*: a Slack app is made of our manifest, or a sentence says why not and nothing is kept."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from agent.manifests import slack_manifest
from infra.sandbox.slack.app_settings import CONFIGURATION_LIFE, rotate_configuration_token
from infra.sandbox.slack.faults import AnswerLost, RequestLost, Says, Slow


async def test_the_app_is_made_of_our_manifest_and_its_values_are_kept(desk: Any) -> None:
    page = await desk.generates()

    app = desk.app
    assert (page.status, "Slack app generated successfully" in page.says) == (200, True)
    assert f'<a href="{desk.slack.public_url}/apps/{app.app_id}"' in page.body
    assert app.manifest == slack_manifest(desk.rig.url, desk.rig.settings.ghes_url)
    assert (app.command, app.link_enabled) == ("/ghe", True)
    assert app.redirect_urls == (f"{desk.rig.url}/_slack/oauth/callback",)
    assert await desk.kept() == {
        "slack_app_id": app.app_id,
        "slack_client_id": app.client_id,
        "slack_client_secret": app.client_secret,
        "slack_enabled": "true",
    }


async def test_the_next_step_is_the_token_and_nothing_secret_is_shown(desk: Any) -> None:
    token = desk.configuration_token()

    page = await desk.generates(configuration_token=token.token)

    assert "The app-level token comes next" in page.says
    assert "available to be installed" not in page.says
    assert not [secret for secret in (token.token, desk.app.client_secret) if secret in page.body]


async def test_a_refresh_token_does_too_and_is_spent_by_it(desk: Any) -> None:
    token = desk.configuration_token()

    page = await desk.generates(configuration_token=token.refresh_token)

    assert "Slack app generated successfully" in page.says
    assert token.refresh_token == ""
    assert not [value for value in (await desk.kept()).values() if value.startswith("xoxe")]


def expired(desk: Any) -> str:
    made = desk.configuration_token()
    made.ends_at = desk.rig.clock.now()
    return str(made.token)


def revoked(desk: Any) -> str:
    made = desk.configuration_token()
    made.revoked = True
    return str(made.token)


def spent(desk: Any) -> str:
    refresh_token = desk.configuration_token().refresh_token
    rotate_configuration_token(desk.slack, refresh_token)
    return str(refresh_token)


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (expired, "This token has expired; it holds 12 hours. Paste the access token"),
        (revoked, "This token was revoked. Paste the access token"),
        (spent, "This refresh token was used already or has expired. Paste the access token"),
        (lambda _: "xoxe.xoxp-1-guessed", "Slack doesn't know this token. Paste the access token"),
        (lambda _: "xoxe-1-guessed", "This refresh token was used already or has expired."),
        (lambda _: "xoxb-of-a-bot", "Paste the access token (xoxe.xoxp-…)"),
        (lambda _: "", "The token is missing. Paste the access token"),
    ],
    ids=["expired", "revoked", "spent", "unknown", "unknown refresh token", "of another kind", "missing"],
)
async def test_a_token_that_does_not_do_is_said_at_its_field(desk: Any, token: Any, says: str) -> None:
    page = await desk.generates(configuration_token=token(desk))

    assert (page.status, says in page.says) == (422, True)
    assert '<a href="#configuration_token">' in page.body
    assert (desk.slack.apps, await desk.kept()) == ({}, {})


async def test_a_token_of_yesterday_has_expired(desk: Any) -> None:
    token = desk.configuration_token().token
    await desk.rig.leap((CONFIGURATION_LIFE + timedelta(seconds=1)).total_seconds())

    page = await desk.generates(configuration_token=token)

    assert "This token has expired" in page.says
    assert desk.slack.apps == {}


async def test_what_slack_finds_wrong_in_the_manifest_is_shown_with_its_place(desk: Any) -> None:
    desk.slack.loopback_http = False

    page = await desk.generates()

    assert page.status == 422
    assert "Slack refuses it (invalid_manifest). /oauth_config/redirect_urls/0: " in page.says
    assert (desk.slack.apps, await desk.kept()) == ({}, {})


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ("socket_mode", "Leave it ticked: Socket Mode is how Slack's commands reach an agent"),
        ("enabled", "Tick Enable GitHub Chat integration first."),
    ],
)
async def test_a_box_that_is_not_ticked_is_said_and_slack_is_not_asked(desk: Any, box: str, says: str) -> None:
    page = await desk.generates(**{box: None})

    assert (page.status, says in page.says, f'<a href="#{box}">' in page.body) == (422, True, True)
    assert (desk.slack.calls, await desk.kept()) == ([], {})


@pytest.mark.parametrize(
    ("fault", "method", "says", "made"),
    [
        (RequestLost(), "apps.manifest.validate", "Slack gave no answer", 0),
        (Says(error="restricted_action"), "apps.manifest.create", "ask one of them", 0),
        (AnswerLost(), "apps.manifest.create", "Slack gave no answer, and may have made the app", 1),
    ],
    ids=["unreached", "not allowed", "answer lost"],
)
async def test_while_slack_does_not_say_that_it_was_made_nothing_is_kept(
    desk: Any, fault: Any, method: str, says: str, made: int
) -> None:
    desk.slack.faults.add(fault, method=method)

    page = await desk.generates()

    assert (page.status, says in page.says) == (422, True)
    assert (len(desk.slack.apps), await desk.kept()) == (made, {})


async def test_of_two_administrators_at_once_the_second_makes_no_other_app(desk: Any) -> None:
    other = desk.rig.browser()
    await other.signs_in()
    await desk.generates()
    kept = await desk.kept()

    page = await other.presses("Generate app", **desk.generating())

    assert (page.status, f"There is a Slack app already ({desk.app.app_id})" in page.says) == (422, True)
    assert (len(desk.slack.apps), await desk.kept()) == (1, kept)


async def test_who_generates_on_an_older_page_is_told_before_slack_is_asked(desk: Any) -> None:
    other = desk.rig.browser()
    await other.signs_in()
    await desk.browser.signs_in()
    await desk.browser.presses("Save settings", slack_allowed_workspaces="T1")

    page = await other.presses("Generate app", **desk.generating())

    assert (page.status, "Somebody else has saved settings" in page.says) == (422, True)
    assert desk.slack.calls == []


async def test_an_app_that_somebody_overtook_is_named_for_deleting(desk: Any) -> None:
    other = desk.rig.browser()
    await other.signs_in()
    desk.slack.faults.add(Slow(seconds=5), method="apps.manifest.create")

    async with asyncio.TaskGroup() as tasks:
        slow = tasks.create_task(desk.generates())
        await desk.rig.until(lambda: desk.slack.apps)
        await other.presses("Save settings", slack_allowed_workspaces="T1")
        await desk.rig.until(slow.done)

    page = slow.result()
    assert (page.status, f"The app {desk.app.app_id} was made at Slack and isn't used" in page.says) == (422, True)
    assert set(await desk.kept()) == {"slack_allowed_workspaces"}
