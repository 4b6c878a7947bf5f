"""An organisation installs an app and lets it into workspaces, in a browser; and where one arrives in Slack."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from infra.sandbox.slack import manifests
from infra.sandbox.slack.app import App
from infra.sandbox.slack.installing import end, install
from infra.sandbox.slack.population import add_organisation, add_user
from infra.sandbox.slack.state import Organisation

MONA = {"Cookie": "slack_person=mona"}


@pytest.fixture
def group(slack: Any) -> Organisation:
    """Of both workspaces."""
    return add_organisation(slack.world, "umbrella", teams=["acme", "globex"])


@pytest.fixture
def address(eu: App) -> str:
    asked = {"client_id": eu.client_id, "scope": "commands,chat:write", "state": "1"}
    return f"/oauth/v2/authorize?{urlencode(asked)}"


@pytest.fixture
def adding(eu: App, group: Organisation) -> str:
    return f"/manage/{group.organisation_id}/integrations/profile/{eu.app_id}/workspaces/add"


async def test_a_whole_organisation_can_be_chosen(
    slack: Any, browse: Any, address: str, eu: App, group: Organisation
) -> None:
    page = await browse("GET", address, **MONA)
    sent = await browse("POST", address, {"act": "allow", "place": group.organisation_id}, **MONA)
    code = parse_qs(urlsplit(sent.headers["Location"]).query)["code"][0]
    own = {"client_id": eu.client_id, "client_secret": eu.client_secret, "code": code}
    answer = await slack.call("oauth.v2.access", token="", **own)

    assert "Umbrella Group (the whole organisation)" in page.body
    assert (answer["is_enterprise_install"], answer["team"]) == (True, None)
    assert answer["enterprise"]["id"] == group.organisation_id


async def test_whoever_is_a_member_somewhere_is_one_of_the_organisation(
    slack: Any, browse: Any, address: str, group: Organisation
) -> None:
    add_user(slack.world, "globex", "gus")

    sent = await browse("POST", address, {"act": "allow", "place": group.organisation_id}, Cookie="slack_person=gus")

    assert sent.status == 302
    assert [it.user_id for it in slack.world.codes.values()] == [slack.world.user("globex", "gus").user_id]


async def test_an_app_that_isnt_for_organisations_isnt_offered_to_one(
    browse: Any, address: str, eu: App, group: Organisation
) -> None:
    eu.org_deploy = False

    page = await browse("GET", address, **MONA)
    answer = await browse("POST", address, {"act": "allow", "place": group.organisation_id}, **MONA)

    assert group.organisation_id not in page.body
    assert answer.status == 422


async def test_an_organisations_member_lets_the_app_into_workspaces(
    slack: Any, browse: Any, adding: str, eu: App, group: Organisation
) -> None:
    installation = install(slack.world, eu, group)
    globex = slack.world.team("globex")

    page = await browse("GET", adding, **MONA)
    unchosen = await browse("POST", adding, {}, **MONA)
    added = await browse("POST", adding, {"team": globex.team_id}, **MONA)

    assert [page.body.count(f'name="team" value="{it}"') for it in slack.world.teams] == [1, 1]
    assert unchosen.status == 422
    assert "GHE EU is let into Globex." in added.body
    assert installation.teams == {globex.team_id}
    assert globex.installed[eu.app_id] is installation


async def test_nobody_else_lets_an_app_in_and_none_that_isnt_there(
    slack: Any, browse: Any, adding: str, eu: App, group: Organisation
) -> None:
    before = await browse("GET", adding, **MONA)
    installation = install(slack.world, eu, group)
    fields = {"team": slack.world.team("acme").team_id}

    guest = await browse("POST", adding, fields, Cookie="slack_person=gus")
    nobody = await browse("POST", adding, fields)
    end(slack.world, installation)
    after = await browse("POST", adding, fields, **MONA)

    assert [it.status for it in (before, guest, nobody, after)] == [404, 403, 302, 404]
    assert installation.teams == set()


async def test_a_browser_arrives_at_the_app_in_the_workspace(slack: Any, browse: Any, eu: App) -> None:
    acme, globex = (slack.world.team(it).team_id for it in ("acme", "globex"))

    there = await browse("GET", f"/app_redirect?app={eu.app_id}&team={acme}")
    elsewhere = await browse("GET", f"/app_redirect?app={eu.app_id}&team={globex}", **MONA)
    nowhere = [await browse("GET", f"/app_redirect{it}") for it in ("", f"?app={eu.app_id}", f"?team={acme}")]
    manifests.delete(slack.world, eu)
    deleted = await browse("GET", f"/app_redirect?app={eu.app_id}&team={acme}")

    assert there.status == 200
    assert "<h1>GHE EU in Acme</h1>" in there.body
    assert "installed in Globex." in elsewhere.body
    assert [it.status for it in (*nowhere, deleted)] == [404] * 4
