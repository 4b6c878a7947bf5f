"""An app that there is: brought up to date, deleted at Slack, forgotten here."""

from typing import Any

import pytest

from infra.sandbox.slack import breakage, manifests
from infra.sandbox.slack.app_settings import revoke_app_token, rotate_configuration_token


def older(desk: Any) -> None:
    """Somebody has struck a scope and renamed the command on the app's pages."""
    manifest = dict(desk.app.manifest)
    scopes = manifest["oauth_config"]["scopes"]
    bot = [scope for scope in scopes["bot"] if scope != "team:read"]
    manifest["oauth_config"] = manifest["oauth_config"] | {"scopes": scopes | {"bot": bot}}
    manifest["features"] = manifest["features"] | {
        "slash_commands": [manifest["features"]["slash_commands"][0] | {"command": "/old"}]
    }
    manifests.update(desk.slack, desk.app, manifest)


async def shows_the_difference(desk: Any, token: str = "") -> Any:
    given = token or desk.configuration_token().token
    return await desk.browser.presses("Show the difference", configuration_token=given)


async def test_the_difference_is_shown_and_changes_nothing_yet(desk: Any) -> None:
    await desk.generates()
    older(desk)
    before = desk.app.manifest

    page = await shows_the_difference(desk)

    assert page.status == 200
    assert "oauth_config.scopes.bot" in page.says
    assert '"/old"' in page.says
    assert desk.app.manifest == before


async def test_an_update_brings_our_manifest_and_says_that_it_must_be_installed_again(desk: Any) -> None:
    await desk.generates()
    ours = desk.app.manifest
    older(desk)
    await shows_the_difference(desk)

    page = await desk.browser.presses("Update app", configuration_token=desk.configuration_token().token)

    assert "The Slack app is up to date. Its permissions changed: install it again in each workspace" in page.says
    assert desk.app.manifest == ours


async def test_where_nothing_differs_nothing_is_offered(desk: Any) -> None:
    await desk.generates()

    page = await shows_the_difference(desk)

    assert "Nothing: the app is as this version of the agent wants it." in page.says
    assert "Update app" not in page.says


async def test_the_refresh_token_that_showed_the_difference_is_spent(desk: Any) -> None:
    await desk.generates()
    older(desk)
    before, token = desk.app.manifest, desk.configuration_token().refresh_token
    await shows_the_difference(desk, token)

    page = await desk.browser.presses("Update app", configuration_token=token)

    assert (page.status, "This refresh token was used already or has expired" in page.says) == (422, True)
    assert desk.app.manifest == before


def expired(desk: Any) -> str:
    made = desk.configuration_token()
    made.ends_at = desk.rig.clock.now()
    return str(made.token)


def spent(desk: Any) -> str:
    refresh_token = desk.configuration_token().refresh_token
    rotate_configuration_token(desk.slack, refresh_token)
    return str(refresh_token)


def after_deletion(desk: Any) -> str:
    manifests.delete(desk.slack, desk.app)
    return str(desk.configuration_token().token)


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (expired, "This token has expired; it holds 12 hours."),
        (spent, "This refresh token was used already or has expired."),
        (lambda desk: desk.configuration_token("defunkt").token, "may not change this app: a collaborator of the app"),
        (after_deletion, "Slack doesn't know this app any more: it was deleted, or belongs to another workspace."),
    ],
    ids=["expired", "spent", "of somebody else", "after its deletion"],
)
@pytest.mark.parametrize("button", ["Show the difference", "Update app"])
async def test_where_slack_refuses_it_is_said_at_the_field(desk: Any, button: str, token: Any, says: str) -> None:
    await desk.generates()
    older(desk)
    before = desk.app.manifest
    if button == "Update app":
        await shows_the_difference(desk)

    page = await desk.browser.presses(button, configuration_token=token(desk))

    assert (page.status, says in page.says) == (422, True)
    assert '<p class="error" id="configuration_token-hint">' in page.body
    assert desk.app.manifest == before


async def test_an_update_that_slack_refuses_shows_the_place(desk: Any) -> None:
    await desk.generates()
    older(desk)
    before = desk.app.manifest
    await shows_the_difference(desk)
    desk.slack.loopback_http = False

    page = await desk.browser.presses("Update app", configuration_token=desk.configuration_token().token)

    assert "Slack refuses it (invalid_manifest). /oauth_config/redirect_urls/0: " in page.says
    assert desk.app.manifest == before


async def test_only_the_app_whose_difference_was_shown_is_updated(desk: Any) -> None:
    await desk.generates()
    older(desk)
    before, shown = desk.app, await shows_the_difference(desk)
    await desk.browser.opens("settings")
    await desk.browser.presses("Forget this app", forget_slack_confirmed="on")
    token = desk.configuration_token().token

    desk.browser.page = shown
    forgotten = await desk.browser.presses("Update app", configuration_token=token)
    await desk.rig.leap(60)
    await desk.browser.presses("Generate app", **desk.generating())
    desk.browser.page = shown
    another = await desk.browser.presses("Update app", configuration_token=token)

    assert "No Slack app with its App ID is known here" in forgotten.says
    assert "Somebody else has saved settings since this page was opened" in another.says
    assert before.command == "/old"


async def deleted(desk: Any) -> None:
    manifests.delete(desk.slack, desk.app)


async def revoked(desk: Any) -> None:
    """Sockets of a revoked token go on until Slack refreshes them."""
    revoke_app_token(desk.app, desk.app.token)
    await breakage.refresh(desk.slack)


async def switched_off(desk: Any) -> None:
    await breakage.disable_link(desk.slack, desk.app)


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (deleted, "SLACK_APP_TOKEN belongs to a Slack app that was deleted"),
        (revoked, "SLACK_APP_TOKEN was revoked: make a new app-level token"),
        (switched_off, "Socket Mode is switched off: switch it on in the Slack app's settings"),
    ],
)
async def test_what_happens_to_the_app_at_slack_is_said_in_the_status_and_on_the_page(
    desk: Any, happens: Any, says: str
) -> None:
    await desk.connects()

    await happens(desk)
    await desk.rig.until(lambda: not desk.sockets)
    asked = len(desk.slack.calls)
    await desk.rig.leap(3600)
    await desk.rig.until(lambda: len(desk.slack.calls) > asked)
    told = await desk.status(says)
    page = await desk.browser.signs_in()

    assert told in page.says


async def test_a_forgotten_app_is_nothing_here_and_stays_at_slack(desk: Any) -> None:
    await desk.connects()

    page = await desk.browser.presses("Forget this app", forget_slack_confirmed="on")
    await desk.rig.until(lambda: not desk.sockets)

    assert await desk.status("Not set up.")
    assert "The Slack app's values are forgotten here. Delete the app itself on its page at Slack." in page.says
    assert "Generate app" in page.says
    assert await desk.kept() == {"slack_enabled": "true"}
    assert not desk.app.deleted


async def test_who_forgets_on_an_older_page_forgets_nothing(desk: Any) -> None:
    other = desk.rig.browser()
    await desk.generates()
    await other.signs_in()
    await desk.browser.presses("Save settings", slack_app_token=desk.app_token())
    before = await desk.kept()

    page = await other.presses("Forget this app", forget_slack_confirmed="on")

    assert (page.status, "Somebody else has saved settings" in page.says) == (422, True)
    assert await desk.kept() == before


async def test_forgetting_the_app_wants_a_yes(desk: Any) -> None:
    await desk.generates()
    before = await desk.kept()

    page = await desk.browser.presses("Forget this app")

    assert (page.status, "Tick the box first: the app's secret" in page.says) == (422, True)
    assert await desk.kept() == before
