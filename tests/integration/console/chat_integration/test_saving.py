"""*Save settings*: the app-level token is tried out and in use without a restart, or nothing is kept."""

from typing import Any

import pytest

from infra.sandbox.slack import manifests
from infra.sandbox.slack.app_settings import generate_app_token, revoke_app_token
from infra.sandbox.slack.breakage import disable_link
from infra.sandbox.slack.faults import RequestLost

AVAILABLE = "Chat integration is now available to be installed in the workspace"


async def test_a_token_that_opens_a_socket_is_kept_and_two_are_open_without_a_restart(desk: Any) -> None:
    await desk.generates()
    token = desk.app_token()

    page = await desk.browser.presses("Save settings", slack_app_token=token)
    await desk.rig.until(lambda: desk.sockets == 2)

    assert (page.status, "Slack app settings have been saved" in page.says) == (200, True)
    assert (AVAILABLE in page.says, f">{desk.rig.url}/_slack/</a>" in page.body) == (True, True)
    assert token not in page.body
    assert (await desk.kept())["slack_app_token"] == token
    assert await desk.status("2 of 2 sockets to Slack are open.")


async def test_from_the_saved_settings_one_comes_to_add_to_slack(desk: Any) -> None:
    await desk.connects()

    page = await desk.browser.opens("../_slack/")

    assert (page.status, "Add to Slack" in page.says) == (200, True)


async def test_while_it_is_switched_off_no_socket_is_open_and_nothing_is_said_to_be_available(desk: Any) -> None:
    await desk.connects()

    page = await desk.browser.presses("Save settings", enabled=None)
    await desk.rig.until(lambda: desk.sockets == 0)
    on_again = await desk.browser.presses("Save settings", enabled="on")
    await desk.rig.until(lambda: desk.sockets == 2)

    assert (AVAILABLE in page.says, AVAILABLE in on_again.says) == (False, True)


async def test_a_token_without_authorizations_is_kept_and_what_it_lacks_is_named(desk: Any) -> None:
    await desk.generates()

    page = await desk.browser.presses("Save settings", slack_app_token=desk.app_token("connections:write"))

    assert "Slack app settings have been saved. The token lacks authorizations:read: make one that has it" in page.says
    assert "slack_app_token" in await desk.kept()


def revoked(desk: Any) -> str:
    token: str = desk.app_token()
    revoke_app_token(desk.app, token)
    return token


def of_another_app(desk: Any) -> str:
    other = manifests.create(desk.slack, desk.app.manifest, team="acme", user="mona")
    return generate_app_token(desk.slack, other, "other", ["connections:write"]).token


def of_a_deleted_app(desk: Any) -> str:
    token: str = desk.app_token()
    manifests.delete(desk.slack, desk.app)
    return token


async def switched_off(desk: Any) -> str:
    await disable_link(desk.slack, desk.app)
    return str(desk.app_token())


def unreached(desk: Any) -> str:
    desk.slack.faults.add(RequestLost(), method="apps.connections.open")
    return str(desk.app_token())


def out_of_order(desk: Any) -> str:
    desk.slack.faults.handshakes.append(408)
    return str(desk.app_token())


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (revoked, "This token was revoked: make a new one in the Slack app's page"),
        (of_another_app, "This token is of another Slack app (A"),
        (lambda desk: desk.app_token("authorizations:read"), "This token lacks connections:write: make one with that"),
        (of_a_deleted_app, "The app that this token belongs to was deleted."),
        (lambda _: "xapp-guessed", "Slack doesn't know this token: make a new one"),
        (lambda _: "xoxb-of-a-bot", "SLACK_APP_TOKEN must"),
        (switched_off, "Socket Mode is switched off in the Slack app: switch it on in its page"),
        (unreached, "Slack gave no answer"),
        (out_of_order, "Slack's socket gave no answer"),
    ],
    ids=lambda it: getattr(it, "__name__", None) if callable(it) else "",
)
async def test_a_token_that_does_not_do_is_said_and_nothing_is_kept(desk: Any, token: Any, says: str) -> None:
    await desk.generates()
    before, given = await desk.kept(), token(desk)
    given = given if isinstance(given, str) else await given

    page = await desk.browser.presses("Save settings", slack_app_token=given, slack_allowed_workspaces="T1")

    assert (page.status, says in page.says, given in page.body) == (422, True, False)
    assert (await desk.kept(), desk.sockets) == (before, 0)


async def test_an_app_that_was_made_by_hand_is_entered_and_its_token_tells_its_id(desk: Any) -> None:
    await desk.generates()
    app, token = desk.app, desk.app_token()
    await desk.browser.presses("Forget this app", forget_slack_confirmed="on")

    await desk.browser.presses(
        "Save settings", slack_client_id=app.client_id, slack_client_secret=app.client_secret, enabled="on"
    )
    page = await desk.browser.presses("Save settings", slack_app_token=token)
    await desk.rig.until(lambda: desk.sockets == 2)

    assert AVAILABLE in page.says
    assert (await desk.kept())["slack_app_id"] == app.app_id


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"slack_client_id": "1.2"}, "slack_client_secret"),
        ({"slack_client_secret": "hush"}, "slack_client_id"),
        ({"slack_app_id": "A0NEW"}, "slack_client_id"),
        ({"slack_app_id": "new", "slack_client_id": "1.2", "slack_client_secret": "hush"}, "slack_app_id"),
    ],
)
async def test_an_app_is_not_entered_by_half(desk: Any, entered: dict[str, str], field: str) -> None:
    await desk.browser.signs_in()

    page = await desk.browser.presses("Save settings", **entered)

    assert (page.status, f'<a href="#{field}">' in page.body, "hush" in page.body) == (422, True, False)
    assert await desk.kept() == {}


async def test_of_two_administrators_at_once_the_second_overwrites_nothing(desk: Any) -> None:
    other = desk.rig.browser()
    await desk.generates()
    await other.signs_in()
    await desk.browser.presses("Save settings", slack_app_token=desk.app_token())
    before = await desk.kept()

    page = await other.presses("Save settings", slack_app_token=desk.app_token(), slack_allowed_workspaces="T1")

    assert (page.status, "Somebody else has saved settings since this page was opened" in page.says) == (422, True)
    assert await desk.kept() == before


ENVIRONMENT = {
    "SLACK_ENABLED": "true",
    "SLACK_ALLOWED_WORKSPACES": "T1,T2",
    "SLACK_APP_ID": "A0ENV",
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "hush",
}


@pytest.mark.parametrize("variables", [ENVIRONMENT], indirect=True)
async def test_what_the_environment_has_set_is_shown_read_only(desk: Any) -> None:
    page = await desk.browser.signs_in()
    _, form = page.form_with("Save settings")

    assert form["slack_allowed_workspaces"] == "T1, T2"
    assert page.says.count("Set by the environment.") == 3
    assert ("hush" in page.body, "Forget this app" in page.says, "Generate app" in page.says) == (False,) * 3
    assert "Slack app settings have been saved" in (await desk.browser.presses("Save settings")).says


@pytest.mark.parametrize("variables", [ENVIRONMENT | {"SLACK_APP_TOKEN": "xapp-1-of-the-environment"}], indirect=True)
@pytest.mark.parametrize(
    ("act", "entered", "says"),
    [
        ("save_slack", {"slack_allowed_workspaces": "T3"}, "SLACK_ALLOWED_WORKSPACES is set by the environment"),
        ("save_slack", {"slack_app_token": "xapp-mine"}, "SLACK_APP_TOKEN is set by the environment"),
        ("save_slack", {"slack_client_secret": "mine"}, "SLACK_CLIENT_SECRET is set by the environment"),
        ("generate_slack_app", {"socket_mode": "on"}, "SLACK_APP_ID is set by the environment"),
        ("forget_slack_app", {}, "SLACK_APP_TOKEN is set by the environment"),
    ],
)
async def test_what_the_environment_has_set_is_not_changed(
    desk: Any, act: str, entered: dict[str, str], says: str
) -> None:
    page = await desk.browser.signs_in()
    _, form = page.form_with("Save settings")

    page = await desk.browser.posts("settings", **form | {"act": act} | entered)

    assert (page.status, says in page.says) == (422, True)
    assert await desk.kept() == {}


@pytest.mark.parametrize("variables", [{"SLACK_ENABLED": "true"}], indirect=True)
async def test_an_app_is_generated_where_the_environment_has_enabled_the_integration(desk: Any) -> None:
    page = await desk.generates(enabled=None)

    assert "Slack app generated successfully" in page.says
    assert "slack_enabled" not in await desk.kept()


async def test_saving_before_there_is_an_app_does_not_switch_chat_off(desk: Any) -> None:
    await desk.browser.signs_in()

    page = await desk.browser.presses("Save settings", slack_allowed_workspaces="T1")

    assert "Slack app settings have been saved" in page.says
    assert (await desk.kept())["slack_allowed_workspaces"] == "T1"
    assert "slack_enabled" not in await desk.kept()


async def test_a_box_that_is_unticked_with_an_app_switches_chat_off(desk: Any) -> None:
    await desk.generates()

    await desk.browser.presses("Save settings", enabled=None)

    assert (await desk.kept())["slack_enabled"] == "false"
