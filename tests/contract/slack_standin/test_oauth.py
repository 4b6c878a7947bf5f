"""Installing by OAuth: what may be asked for, codes that are good once, and who may exchange them."""

from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from infra.sandbox.slack import manifests
from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_settings import add_redirect_url, distribute, stop_distributing
from infra.sandbox.slack.consent import consent, requested, way_back
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.workspace import revoke, uninstall

BACK = "https://agent.example.com/_slack/oauth/callback"


@pytest.fixture
def app(slack: Any, manifest: Any) -> App:
    """A distributed app that is installed nowhere."""
    made = manifests.create(slack.world, manifest(), team="acme", user="mona")
    distribute(made)
    return made


def agreed(slack: Any, app: App, team: str = "acme", *, scopes: Any = ("commands", "chat:write")) -> str:
    return consent(slack.world, app, slack.world.team(team), "mona", scopes=scopes, redirect_uri=BACK)


async def access(slack: Any, app: App, **given: str) -> dict[str, Any]:
    whose = {"client_id": app.client_id, "client_secret": app.client_secret}
    asked = {**whose, "redirect_uri": BACK, **given}
    async with slack.session.post(f"{slack.urls.api_url}oauth.v2.access", data=asked) as answer:
        body: dict[str, Any] = await answer.json()
        return body


async def test_a_code_is_worth_the_token_of_its_workspace_once(slack: Any, app: App) -> None:
    code = agreed(slack, app, "globex")

    body = await access(slack, app, code=code)
    again = await access(slack, app, code=code)

    home = slack.world.team("globex")
    whose = await slack.call("auth.test", token=body["access_token"])
    assert (body["team"], body["enterprise"], body["is_enterprise_install"]) == (
        {"id": home.team_id, "name": "Globex"},
        None,
        False,
    )
    assert (body["app_id"], body["token_type"], body["scope"]) == (app.app_id, "bot", "chat:write,commands")
    assert body["authed_user"] == {"id": slack.world.user("globex", "mona").user_id}
    assert (whose["team_id"], whose["user_id"], whose["user"]) == (home.team_id, body["bot_user_id"], "ghe-eu")
    assert again["error"] == "invalid_code"
    assert "refresh_token" not in body


async def test_the_client_may_be_named_in_the_header(slack: Any, app: App) -> None:
    pair = b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    fields = {"code": agreed(slack, app), "redirect_uri": BACK}

    url, headers = f"{slack.urls.api_url}oauth.v2.access", {"Authorization": f"Basic {pair}"}
    async with slack.session.post(url, data=fields, headers=headers) as answer:
        assert (await answer.json())["ok"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "guessed"}, "bad_client_secret"),
        ({"code": "guessed"}, "invalid_code"),
        ({"code": ""}, "invalid_code"),
        ({"redirect_uri": f"{BACK}/elsewhere"}, "bad_redirect_uri"),
        ({"redirect_uri": ""}, "bad_redirect_uri"),
        ({"grant_type": "password"}, "invalid_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_refresh_token"),
    ],
)
async def test_what_doesnt_fit_is_refused_and_installs_nothing(
    slack: Any, app: App, given: dict[str, str], error: str
) -> None:
    body = await access(slack, app, **{"code": agreed(slack, app), **given})

    assert body["error"] == error
    assert app.app_id not in slack.world.team("acme").installed


async def test_a_code_is_of_one_app_and_lives_ten_minutes(slack: Any, app: App) -> None:
    first, second = agreed(slack, app), agreed(slack, app)
    ours = slack.world.app

    other = await access(slack, ours, code=first)
    await slack.clock.advance(601, step_s=601)
    late = await access(slack, app, code=second)

    assert (other["error"], late["error"]) == ("invalid_code", "invalid_code")


async def test_installing_again_adds_scopes_and_keeps_the_token_while_it_lives(slack: Any, app: App) -> None:
    first = await access(slack, app, code=agreed(slack, app))
    second = await access(slack, app, code=agreed(slack, app, scopes=["users:read"]))
    revoke(slack.world, "acme", app=app)
    third = await access(slack, app, code=agreed(slack, app, scopes=["users:read"]))

    assert second["scope"] == "chat:write,commands,users:read"
    assert first["access_token"] == second["access_token"] != third["access_token"]
    assert (third["scope"], third["bot_user_id"]) == ("users:read", first["bot_user_id"])


async def test_a_scope_that_was_declined_is_missing(slack: Any, app: App) -> None:
    body = await access(slack, app, code=agreed(slack, app))

    answer = await slack.call("users.list", token=body["access_token"])

    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")


async def test_a_request_names_what_the_page_shows(slack: Any, app: App) -> None:
    scopes = "commands,channels:history"
    asked = {"client_id": app.client_id, "scope": scopes, "redirect_uri": BACK, "state": "s&1"}

    wanted = requested(slack.world, asked)

    assert (wanted.app, wanted.optional) == (app, frozenset({"channels:history"}))
    assert wanted.scopes == set(scopes.split(","))
    assert parse_qs(urlsplit(way_back(BACK, code="c", state="s&1")).query) == {"code": ["c"], "state": ["s&1"]}
    assert "error=access_denied" in way_back(BACK, error="access_denied", state="")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_id": ""}, "invalid_client_id"),
        ({"scope": ""}, "no_scopes"),
        ({"scope": "commands,files:write"}, "invalid_scope"),
        ({"redirect_uri": "https://agent.example.com/"}, "bad_redirect_uri"),
        ({"redirect_uri": f"{BACK}.evil.example"}, "bad_redirect_uri"),
        ({"redirect_uri": BACK.replace("https", "http")}, "bad_redirect_uri"),
    ],
)
async def test_a_request_that_slack_doesnt_show_is_refused(
    slack: Any, app: App, changes: dict[str, str], error: str
) -> None:
    asked = {"client_id": app.client_id, "scope": "commands", "redirect_uri": BACK, **changes}

    with pytest.raises(Refused, match=error):
        requested(slack.world, asked)


async def test_below_a_registered_address_is_fine_and_loopback_only_while_allowed(slack: Any, app: App) -> None:
    home = slack.world.team("acme")
    local = "http://127.0.0.1:8080/_slack/oauth/callback"
    add_redirect_url(slack.world, app, local)

    for url in (f"{BACK}/x", f"{BACK}?x=1", local):
        assert consent(slack.world, app, home, "mona", scopes=["commands"], redirect_uri=url)
    slack.world.loopback_http = False

    with pytest.raises(Refused, match="bad_redirect_uri"):
        consent(slack.world, app, home, "mona", scopes=["commands"], redirect_uri=local)


async def test_an_app_that_isnt_distributed_is_for_its_own_workspace(slack: Any, app: App) -> None:
    for team in ("acme", "globex"):
        await access(slack, app, code=agreed(slack, app, team))

    stop_distributing(slack.world, app)

    states = [slack.world.team(team).installed[app.app_id].token_error for team in ("acme", "globex")]
    assert states == [None, "account_inactive"]
    assert agreed(slack, app)
    with pytest.raises(Refused, match="invalid_team_for_non_distributed_app"):
        agreed(slack, app, "globex")


async def test_guests_install_nothing(slack: Any, app: App) -> None:
    with pytest.raises(Refused, match="restricted_action"):
        consent(slack.world, app, slack.world.team("acme"), "gus", scopes=["commands"], redirect_uri=BACK)


async def test_a_token_is_given_back_and_an_app_removed_by_its_owner_alone(slack: Any, app: App) -> None:
    token = (await access(slack, app, code=agreed(slack, app)))["access_token"]
    whose = {"client_id": app.client_id, "client_secret": app.client_secret}
    ours = {"client_id": slack.world.app.client_id, "client_secret": slack.world.app.client_secret}

    tried = await slack.call("auth.revoke", token=token, test=True)
    wrong = await slack.call("apps.uninstall", token=token, **{**whose, "client_secret": "x"})
    await slack.clock.advance(60, step_s=60)
    other = await slack.call("apps.uninstall", token=token, **ours)
    await slack.clock.advance(60, step_s=60)
    done = await slack.call("apps.uninstall", token=token, **whose)
    dead = await slack.call("auth.revoke", token=token)

    assert (tried["revoked"], wrong["error"], done["ok"]) == (False, "bad_client_secret", True)
    assert (other.get("error"), dead["error"]) == ("client_id_token_mismatch", "account_inactive")


async def test_a_revoked_token_is_told_and_is_dead(slack: Any) -> None:
    token = slack.world.team("acme").bot_token

    answer = await slack.call("auth.revoke", token=token)

    (told,) = slack.world.line.deliveries
    assert (answer["revoked"], told.payload["event"]["type"]) == (True, "tokens_revoked")
    assert (await slack.call("auth.test", token=token))["error"] == "token_revoked"
    assert uninstall(slack.world, "acme") == []
