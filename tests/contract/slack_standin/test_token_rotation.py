"""Token rotation: 12 hours, two tokens at most, refresh tokens that are worth a pair once."""

from typing import Any

import pytest

from infra.sandbox.slack.app import App
from infra.sandbox.slack.consent import consent

HALF_DAY_S = 43200


@pytest.fixture
def app(slack: Any) -> App:
    """The first app, with token rotation."""
    app: App = slack.world.app
    app.token_rotation = True
    return app


async def access(slack: Any, app: App, **given: str) -> dict[str, Any]:
    whose = {"client_id": app.client_id, "client_secret": app.client_secret}
    body: dict[str, Any] = await slack.call("oauth.v2.access", token="", **whose, **given)
    return body


async def installed(slack: Any, app: App) -> dict[str, Any]:
    code = consent(slack.world, app, slack.world.team("acme"), "mona", scopes=["chat:write"])
    return await access(slack, app, code=code)


async def refresh(slack: Any, app: App, spent: str) -> dict[str, Any]:
    return await access(slack, app, grant_type="refresh_token", refresh_token=spent)


async def says(slack: Any, token: str) -> str:
    body = await slack.call("auth.test", token=token)
    return "ok" if body["ok"] else str(body["error"])


async def test_an_installation_gets_a_token_that_ends(slack: Any, app: App) -> None:
    body = await installed(slack, app)

    early = await says(slack, body["access_token"])
    await slack.clock.advance(HALF_DAY_S, step_s=HALF_DAY_S)

    assert body["access_token"].startswith("xoxe.xoxb-")
    assert (body["refresh_token"][:6], body["expires_in"]) == ("xoxe-1", HALF_DAY_S)
    assert (early, await says(slack, body["access_token"])) == ("ok", "token_expired")


async def test_the_former_token_goes_on_to_its_end_and_a_third_revokes_it(slack: Any, app: App) -> None:
    first = await installed(slack, app)
    await slack.clock.advance(3600, step_s=3600)

    second = await refresh(slack, app, first["refresh_token"])
    both = [await says(slack, it["access_token"]) for it in (first, second)]
    third = await refresh(slack, app, second["refresh_token"])
    three = [await says(slack, it["access_token"]) for it in (first, second, third)]
    await slack.clock.advance(HALF_DAY_S - 1, step_s=HALF_DAY_S)
    early = await says(slack, third["access_token"])
    await slack.clock.advance(1, step_s=1)

    assert both == ["ok", "ok"]
    assert three == ["invalid_auth", "ok", "ok"]
    assert (early, await says(slack, third["access_token"])) == ("ok", "token_expired")


async def test_a_refresh_token_is_good_once_but_for_a_lost_answer(slack: Any, app: App) -> None:
    first = await installed(slack, app)
    await refresh(slack, app, first["refresh_token"])

    soon = await refresh(slack, app, first["refresh_token"])
    await slack.clock.advance(60, step_s=60)
    late = await refresh(slack, app, first["refresh_token"])

    assert (await says(slack, soon["access_token"]), late["error"]) == ("ok", "invalid_refresh_token")


async def test_of_a_dead_installation_or_by_another_app_nothing_is_refreshed(slack: Any, app: App, eu: App) -> None:
    first = await installed(slack, app)

    other = await refresh(slack, eu, first["refresh_token"])
    slack.world.team("acme").token_error = "account_inactive"
    gone = await refresh(slack, app, first["refresh_token"])

    assert [other["error"], gone["error"]] == ["invalid_refresh_token"] * 2


async def test_a_token_that_holds_for_good_is_exchanged_once(slack: Any, eu: App) -> None:
    app = slack.world.app
    whose = {"client_id": app.client_id, "client_secret": app.client_secret}
    old = slack.world.team("acme").bot_token

    async def exchange(token: str) -> dict[str, Any]:
        body: dict[str, Any] = await slack.call("oauth.v2.exchange", token=token, **whose)
        return body

    without = await exchange(old)
    app.token_rotation = True
    theirs = await exchange(slack.world.team("acme").installed[eu.app_id].bot_token)
    body = await exchange(old)
    again = await exchange(old)

    assert [it["error"] for it in (without, theirs, again)] == [
        "token_rotation_not_enabled",
        "invalid_token",
        "token_already_exchanged",
    ]
    assert [await says(slack, it) for it in (old, body["access_token"])] == ["invalid_auth", "ok"]
    assert (await refresh(slack, app, body["refresh_token"]))["ok"]
