"""Authorizations end: by the App, by the person. ghes.md §4 (Sign-out), §14 (browser, OAuth)."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import happen, oauth
from infra.sandbox.ghes.population import add_app
from infra.sandbox.ghes.server import Running
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World


@pytest.fixture
def as_client(session: aiohttp.ClientSession, server: Running, world: World) -> Any:
    """Asks as the App with its id and secret; returns status and body."""

    async def ask(method: str, what: str, token: str | None, secret: str = "", client_id: str = "") -> tuple[int, Any]:
        app = world.app
        pair = f"{app.client_id}:{secret or app.client_secret}"
        headers = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
        url = f"{server.api_url}/applications/{client_id or app.client_id}/{what}"
        body = {"access_token": token} if token else {}
        async with session.request(method, url, json=body, headers=headers) as response:
            raw = await response.read()
            return response.status, json.loads(raw) if raw else None

    return ask


async def test_a_token_that_works_can_be_checked(as_client: Any, world: World, ada: Account) -> None:
    token = oauth.sign_in(world, world.app, ada).token

    status, body = await as_client("POST", "token", token)

    assert status == 200
    assert (body["user"]["login"], body["token"], body["token_last_eight"]) == ("ada", token, token[-8:])
    assert (body["expires_at"], body["app"]["client_id"]) == ("2026-11-22T17:00:00Z", world.app.client_id)


async def test_a_deleted_token_is_dead_with_its_refresh_token_and_others_live(
    as_client: Any, token_endpoint: Any, with_credential: Callable[[str], Any], world: World, ada: Account
) -> None:
    pair, other = [oauth.sign_in(world, world.app, ada) for _ in range(2)]

    deleted = await as_client("DELETE", "token", pair.token)
    refreshed = await token_endpoint(grant_type="refresh_token", refresh_token=pair.refresh_token)

    assert deleted == (204, None)
    assert (await with_credential(pair.token)("GET", "/user")).status == 401
    assert (await with_credential(other.token)("GET", "/user")).status == 200
    assert refreshed.body["error"] == "bad_refresh_token"
    assert (await as_client("POST", "token", pair.token))[0] == 404
    assert (await as_client("DELETE", "token", pair.token))[0] == 422


async def test_a_deleted_grant_takes_all_tokens_of_the_person(
    as_client: Any, with_credential: Callable[[str], Any], world: World, ada: Account, grace: Account
) -> None:
    first, second, graces = [oauth.sign_in(world, world.app, it).token for it in (ada, ada, grace)]

    status, _ = await as_client("DELETE", "grant", first)

    assert status == 204
    answers = [await with_credential(it)("GET", "/user") for it in (first, second, graces)]
    assert [it.status for it in answers] == [401, 401, 200]


async def test_another_secret_app_or_token_gets_nowhere(as_client: Any, world: World, ada: Account) -> None:
    other = add_app(world, world.account("globex"), slug="other")
    mine, theirs = oauth.sign_in(world, world.app, ada).token, oauth.sign_in(world, other, ada).token

    assert (await as_client("DELETE", "token", mine, secret="wrong"))[0] == 401
    assert (await as_client("DELETE", "token", mine, client_id=other.client_id))[0] == 404
    assert (await as_client("POST", "token", theirs))[0] == 404
    assert (await as_client("DELETE", "token", theirs))[0] == 422
    assert (await as_client("DELETE", "token", None))[0] == 422
    assert {mine, theirs} <= set(world.user_tokens)


async def test_the_secret_isnt_good_for_anything_else(
    session: aiohttp.ClientSession, server: Running, world: World
) -> None:
    pair = f"{world.app.client_id}:{world.app.client_secret}"
    headers = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    statuses = []
    for path in ("/app", "/user", "/repos/acme/api", "/installation/repositories"):
        async with session.get(server.api_url + path, headers=headers) as response:
            statuses.append(response.status)

    assert statuses == [401, 403, 404, 403]


async def test_an_expired_token_isnt_valid(as_client: Any, world: World, ada: Account, clock: DrivenClock) -> None:
    token = oauth.sign_in(world, world.app, ada).token

    await clock.advance(8 * 3600, step_s=8 * 3600)

    assert (await as_client("POST", "token", token))[0] == 404


async def test_a_person_who_takes_it_back_is_told_of_by_a_webhook_without_a_repository(
    with_credential: Callable[[str], Any], world: World, ada: Account, receiver: Any, callback: str
) -> None:
    # §4: "Hook github_app_authorization.revoked has only action + sender"; §14: every webhook has `enterprise`
    token, code = (
        oauth.sign_in(world, world.app, ada).token,
        oauth.authorize(world, world.app, ada, redirect_uri=callback),
    )
    ask = with_credential(token)
    world.app.events.clear()

    happen.revoke_authorization(world, ada)
    await world.delivered()

    payload = receiver.payload("github_app_authorization.revoked")
    assert set(payload) == {"action", "sender", "enterprise"}
    assert payload["sender"]["id"] == ada.id
    assert (await ask("GET", "/user")).status == 401
    assert code not in world.codes
