"""An app's settings in a browser: credentials, app-level tokens, Socket Mode, manifest, distribution, deletion."""

import json
import re
from html import unescape
from typing import Any

import pytest

from infra.sandbox.slack.app import App
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.installing import install, let_in
from infra.sandbox.slack.population import add_organisation

MONA = {"Cookie": "slack_person=mona"}


@pytest.fixture
def press(browse: Any, eu: App) -> Any:
    """Presses a button of a page of the app's settings as mona."""

    async def press(act: str, section: str = "", **fields: Any) -> Any:
        return await browse("POST", f"/apps/{eu.app_id}{section}", {"act": act, **fields}, **MONA)

    return press


@pytest.mark.parametrize("section", ["", "/install", "/socket-mode", "/manifest", "/distribution", "/app-tokens/new"])
async def test_each_page_is_its_owners_alone(browse: Any, eu: App, section: str) -> None:
    path = f"/apps/{eu.app_id}{section}"

    mine = await browse("GET", path, **MONA)
    others = [await browse(method, path, Cookie="slack_person=ada") for method in ("GET", "POST")]
    nobodys = [await browse(method, path) for method in ("GET", "POST")]

    assert mine.status == 200
    assert [it.status for it in others] == [404, 404]
    assert [it.status for it in nobodys] == [302, 302]


async def test_an_app_or_a_page_that_isnt_there_is_said_not_to_be(browse: Any, eu: App) -> None:
    paths = ("/apps/A0NOBODY", "/apps/A0GHESLACK", f"/apps/{eu.app_id}/nothing", f"/apps/{eu.app_id}/app-tokens/7")

    answers = [await browse("GET", it, **MONA) for it in paths]

    assert [it.status for it in answers] == [404] * 4


@pytest.mark.parametrize("which", ["client", "signing"])
async def test_a_secret_is_shown_when_its_button_is_pressed(browse: Any, press: Any, eu: App, which: str) -> None:
    secrets = {"client": eu.client_secret, "signing": eu.signing_secret}

    before = await browse("GET", f"/apps/{eu.app_id}", **MONA)
    page = await press("show", secret=which)

    assert eu.client_id in before.body
    assert [it in before.body for it in secrets.values()] == [False, False]
    assert {name for name, it in secrets.items() if it in page.body} == {which}


async def test_a_generated_app_level_token_opens_sockets_until_it_is_revoked(
    slack: Any, browse: Any, press: Any, eu: App
) -> None:
    path, scopes = f"/apps/{eu.app_id}/app-tokens/new", ["connections:write", "authorizations:read"]

    sent = await browse("POST", path, {"name": "<agent>", "scope": scopes}, **MONA)
    page = await browse("GET", sent.headers["Location"], **MONA)
    token = re.findall('id="token" readonly value="(xapp-[^"]*)"', page.body)[0]
    opened = await slack.call("apps.connections.open", token=token)
    listed = await browse("GET", f"/apps/{eu.app_id}", **MONA)
    revoked = await press("revoke", number="1")
    refused = await slack.call("apps.connections.open", token=token)
    gone = await browse("GET", sent.headers["Location"], **MONA)

    assert sent.headers["Location"] == f"/apps/{eu.app_id}/app-tokens/1"
    assert opened["ok"]
    assert "<td>authorizations:read, connections:write</td>" in listed.body
    assert "&lt;agent&gt;</a>" in listed.body
    assert token not in listed.body
    assert "The token &lt;agent&gt; is revoked." in revoked.body
    assert "&lt;agent&gt;</a>" not in revoked.body
    assert (refused["error"], gone.status) == ("token_revoked", 404)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"scope": "connections:write"}, "Give the token a name."),
        ({"name": "agent"}, "Choose at least one of the scopes."),
        ({"name": "agent", "scope": ["connections:write", "admin"]}, "Choose at least one of the scopes."),
    ],
)
async def test_an_app_level_token_needs_a_name_and_scopes(
    browse: Any, eu: App, fields: dict[str, Any], says: str
) -> None:
    answer = await browse("POST", f"/apps/{eu.app_id}/app-tokens/new", fields, **MONA)

    assert (answer.status, says in answer.body) == (422, True)
    assert len(eu.tokens) == 1


@pytest.mark.parametrize("number", ["7", "-1", "x", ""])
async def test_a_token_that_isnt_there_cant_be_revoked(press: Any, eu: App, number: str) -> None:
    answer = await press("revoke", number=number)

    assert answer.status == 422
    assert not eu.tokens[0].revoked


async def test_socket_mode_goes_off_and_on_and_the_manifest_says_so(
    slack: Any, connect: Any, press: Any, browse: Any, eu: App
) -> None:
    peer = await connect(slack, eu)

    off = await press("off", "/socket-mode")
    told, ended = await peer.frame(), await peer.ended()
    refused = await slack.call("apps.connections.open", token=eu.token)
    without = await browse("GET", f"/apps/{eu.app_id}/manifest", **MONA)
    on = await press("on", "/socket-mode")
    opened = await slack.call("apps.connections.open", token=eu.token)

    assert "Socket Mode is off</h2>" in off.body
    assert (told["reason"], ended, open_sockets(slack.world)) == ("link_disabled", True, [])
    assert refused["error"] == "forbidden_team"
    assert '"socket_mode_enabled": false' in unescape(without.body)
    assert "Socket Mode is on</h2>" in on.body
    assert opened["ok"]
    assert eu.manifest["settings"]["socket_mode_enabled"] is True


async def test_the_manifest_is_read_and_changed(press: Any, browse: Any, eu: App, manifest: Any) -> None:
    page = await browse("GET", f"/apps/{eu.app_id}/manifest", **MONA)
    text = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page.body, re.DOTALL)[0]
    renamed, fewer = manifest({"display_information.name": "GHE 2"}), manifest({"features.slash_commands": None})

    saved = await press("save", "/manifest", manifest=json.dumps(renamed))
    again = await press("save", "/manifest", manifest=json.dumps(fewer))

    assert json.loads(unescape(text)) == manifest()
    assert "The manifest is saved.</p>" in saved.body
    assert "Install the app again" in again.body
    assert (eu.name, eu.commands) == ("GHE EU", {})


async def test_a_wrong_manifest_changes_nothing_and_stays_in_the_field(press: Any, eu: App, manifest: Any) -> None:
    wrong = json.dumps(manifest({"display_information.name": "GHE 2", "features.bot_user": None}))

    answer = await press("save", "/manifest", manifest=wrong)

    assert answer.status == 422
    assert "<code>/features/bot_user</code>: Bot scopes require a bot user" in answer.body
    assert wrong in unescape(answer.body)
    assert eu.name == "GHE EU"


async def test_distribution_is_activated_after_a_review_and_ends_with_the_installations_elsewhere(
    slack: Any, press: Any, eu: App
) -> None:
    eu.is_distributed = False

    unreviewed = await press("activate", "/distribution")
    active = await press("activate", "/distribution", reviewed="yes")
    was = eu.is_distributed
    over = await press("deactivate", "/distribution")

    assert unreviewed.status == 422
    assert f"/oauth/v2/authorize?client_id={eu.client_id}" in unescape(active.body)
    assert (was, eu.is_distributed) == (True, False)
    assert "removed from every workspace but Acme" in over.body
    assert slack.world.team("acme").installed[eu.app_id].token_error is None


async def test_an_app_without_a_redirect_address_isnt_distributed(press: Any, eu: App) -> None:
    eu.is_distributed, eu.redirect_urls = False, ()

    answer = await press("activate", "/distribution", reviewed="yes")

    assert (answer.status, "Add a redirect URL" in answer.body) == (422, True)
    assert not eu.is_distributed


async def test_an_app_is_installed_in_its_own_workspace_from_its_page(
    slack: Any, browse: Any, press: Any, eu: App
) -> None:
    held = slack.world.team("acme").installed[eu.app_id]
    held.token_error = "token_revoked"

    before = await browse("GET", f"/apps/{eu.app_id}/install", **MONA)
    page = await press("install", "/install")

    token = re.findall('id="bot-token" readonly value="([^"]*)"', page.body)[0]
    assert held.bot_token == token
    assert "bot-token" not in before.body
    assert "GHE EU is installed in Acme." in page.body
    assert (await slack.call("auth.test", token=token))["ok"]
    assert held.installed_by == slack.world.user("acme", "mona").user_id


async def test_what_the_organisation_has_let_in_isnt_installed_beside_it(slack: Any, press: Any, eu: App) -> None:
    group = add_organisation(slack.world, "umbrella", teams=["acme"])
    installation = install(slack.world, eu, group)
    let_in(slack.world, group, slack.world.team("acme"), app=eu)

    answer = await press("install", "/install")

    assert (answer.status, "The organisation of this workspace has installed the app" in answer.body) == (422, True)
    assert slack.world.team("acme").installed[eu.app_id] is installation


async def test_an_app_is_deleted_only_by_whoever_is_sure(slack: Any, press: Any, browse: Any, eu: App) -> None:
    bot = slack.world.team("acme").installed[eu.app_id].bot_token

    unsure = await press("delete")
    alive = not eu.deleted
    sent = await press("delete", sure="yes")
    listed = await browse("GET", "/apps", **MONA)

    assert (unsure.status, alive) == (422, True)
    assert (sent.status, sent.headers["Location"]) == (302, "/apps")
    assert "GHE EU" not in listed.body
    assert (await slack.call("auth.test", token=bot))["error"] == "account_inactive"
    assert (await browse("GET", f"/apps/{eu.app_id}", **MONA)).status == 404


async def test_a_button_that_isnt_there_does_nothing(press: Any) -> None:
    answers = [await press("explode"), await press("on"), await press("delete", "/nothing", sure="yes")]

    assert [it.status for it in answers] == [422, 422, 404]
