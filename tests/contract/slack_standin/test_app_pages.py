"""Whoever administers an app at Slack, in a browser: the first steps of the seed (3 to 6, 9 to 12), and signing in."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from infra.sandbox.slack.app_settings import generate_configuration_token

MONA = {"Cookie": "slack_person=mona"}


@pytest.fixture
def acme(slack: Any) -> str:
    return str(slack.world.team("acme").team_id)


@pytest.fixture
def generated(browse: Any, acme: str) -> Callable[[], Awaitable[tuple[str, str]]]:
    """Generates an app configuration token as mona; returns it and its refresh token, as they are shown."""

    async def generate() -> tuple[str, str]:
        page = await browse("POST", "/apps/configuration-tokens/new", {"team": acme}, **MONA)
        return shown(page.body, "access-token"), shown(page.body, "refresh-token")

    return generate


def shown(body: str, name: str) -> str:
    """What stands in a field that can only be read."""
    found = re.search(f'id="{name}" readonly\\s+value="([^"]*)"', body)
    assert found, body
    return found[1]


async def test_whoever_isnt_signed_in_does_that_first_and_comes_back(browse: Any) -> None:
    sent = await browse("GET", "/apps/new")
    page = await browse("GET", sent.headers["Location"])
    signed_in = await browse("POST", "/signin", {"return_to": "/apps/new", "person": "mona"})
    unchosen = await browse("POST", "/signin", {"return_to": "/apps/new"})

    assert sent.headers["Location"] == "/signin?return_to=%2Fapps%2Fnew"
    assert 'name="return_to" value="/apps/new"' in page.body
    assert "mona (Acme, Globex)" in page.body
    assert (signed_in.status, signed_in.headers["Location"]) == (302, "/apps/new")
    assert signed_in.headers["Set-Cookie"].startswith("slack_person=mona;")
    assert (unchosen.status, "Choose who you are." in unchosen.body) == (422, True)


@pytest.mark.parametrize("elsewhere", ["https://evil.example.com", "//evil.example.com", "/\\evil.example.com"])
async def test_signing_in_leads_to_no_other_server(browse: Any, elsewhere: str) -> None:
    answer = await browse("POST", "/signin", {"return_to": elsewhere, "person": "mona"})

    assert answer.headers["Location"] == "/apps"


async def test_only_people_of_this_slack_sign_in(browse: Any) -> None:
    page = await browse("GET", "/signin")
    refused = [await browse("POST", "/signin", {"person": it}) for it in ("ghe", "stella", "nobody")]

    assert re.findall('name="person" required value="([^"]*)"', page.body) == ["mona", "defunkt", "ada", "gus"]
    assert [it.status for it in refused] == [422, 422, 422]


async def test_a_generated_configuration_token_makes_an_app_that_is_listed(
    slack: Any, browse: Any, generated: Any, manifest: Any
) -> None:
    before = await browse("GET", "/apps", **MONA)

    token, _ = await generated()
    made = await slack.call("apps.manifest.create", token=token, manifest=json.dumps(manifest()))
    after = await browse("GET", "/apps", **MONA)
    page = await browse("GET", f"/apps/{made['app_id']}", **MONA)

    assert "You have no app yet." in before.body
    assert f'<a href="/apps/{made["app_id"]}">GHE EU</a>' in after.body
    assert page.status == 200
    assert all(made["credentials"][it] not in page.body for it in ("client_secret", "signing_secret"))


async def test_a_configuration_token_and_its_refresh_token_are_shown_once(
    slack: Any, browse: Any, generated: Any
) -> None:
    token, refresh = await generated()

    rotated = await slack.call("tooling.tokens.rotate", token="", refresh_token=refresh)
    again = await browse("GET", "/apps", **MONA)

    assert rotated["ok"]
    assert [token in again.body, refresh in again.body] == [False, False]
    assert "was shown once" in again.body
    assert "is spent" in again.body


async def test_nobody_elses_tokens_are_listed_and_no_dead_ones(slack: Any, browse: Any) -> None:
    generate_configuration_token(slack.world, "acme", "ada")
    generate_configuration_token(slack.world, "acme", "mona").revoked = True
    generate_configuration_token(slack.world, "acme", "mona").ends_at = slack.clock.now()

    page = await browse("GET", "/apps", **MONA)

    assert "was shown once" not in page.body


@pytest.mark.parametrize("path", ["/apps/configuration-tokens/new", "/apps/new"])
async def test_guests_make_neither_tokens_nor_apps(
    slack: Any, browse: Any, acme: str, manifest: Any, path: str
) -> None:
    fields = {"team": acme, "manifest": json.dumps(manifest())}

    answer = await browse("POST", path, fields, Cookie="slack_person=gus")

    assert (answer.status, "Ask a member of the workspace." in answer.body) == (403, True)
    assert slack.world.configuration_tokens == []
    assert len(slack.world.apps) == 1


async def test_a_workspace_that_one_isnt_in_cant_be_chosen(slack: Any, browse: Any) -> None:
    globex = slack.world.team("globex").team_id

    answer = await browse("POST", "/apps/configuration-tokens/new", {"team": globex}, Cookie="slack_person=gus")

    assert (answer.status, "Choose a workspace." in answer.body) == (422, True)


async def test_an_app_is_made_of_a_manifest_that_is_pasted(slack: Any, browse: Any, acme: str, manifest: Any) -> None:
    sent = await browse("POST", "/apps/new", {"team": acme, "manifest": json.dumps(manifest())}, **MONA)
    page = await browse("GET", sent.headers["Location"], **MONA)

    assert sent.status == 302
    assert (page.status, "Basic Information" in page.body) == (200, True)
    assert list(slack.world.apps.values())[-1].owner_team_id == acme


async def test_a_wrong_manifest_is_said_to_be_wrong_where_it_is_and_stays_in_the_field(
    slack: Any, browse: Any, acme: str, manifest: Any
) -> None:
    wrong = json.dumps(manifest({"display_information.name": "<b>" * 20}))

    answers = [await browse("POST", "/apps/new", {"team": acme, "manifest": it}, **MONA) for it in (wrong, "{", "")]

    assert [it.status for it in answers] == [422, 422, 422]
    assert "<code>/display_information/name</code>: Must be at most 35 characters long" in answers[0].body
    assert "&lt;b&gt;" in answers[0].body
    assert "<b>" not in answers[0].body
    assert len(slack.world.apps) == 1


async def test_pages_hold_no_script_and_arent_kept(browse: Any) -> None:
    answer = await browse("GET", "/apps", **MONA)
    style = await browse("GET", "/apps/style.css")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; style-src 'self'" in policy
    assert "form-action 'self'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.body
    assert (style.status, style.headers["Content-Type"]) == (200, "text/css")
