"""People sign in to the App with their own accounts: the web flow, refreshing. ghes.md §4, §14 (Auth, Switches)."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import aiohttp
import pytest

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import oauth
from infra.sandbox.ghes.faults import LostAfterWrite
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import Switches, World

AUTHORIZE = "/login/oauth/authorize"
HALF_A_YEAR_S = 184 * 24 * 3600


def asked(world: World, callback: str, **more: str) -> dict[str, str]:
    return {"client_id": world.app.client_id, "redirect_uri": callback, "state": "s&1", **more}


def went_back_with(answer: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


async def test_a_browser_is_asked_who_it_is_and_goes_back_with_a_code_for_tokens(
    browse: Any,
    token_endpoint: Any,
    with_credential: Callable[[str], Any],
    world: World,
    callback: str,
) -> None:
    page = await browse("GET", f"{AUTHORIZE}?{urlencode(asked(world, callback))}")
    decided = await browse("POST", AUTHORIZE, asked(world, callback, person="grace", decision="authorize"))
    tokens = await token_endpoint(code=went_back_with(decided)["code"], redirect_uri=callback)
    me = await with_credential(tokens.body["access_token"])("GET", "/user")

    assert page.status == 200
    assert all(f'value="{login}"' in page.body for login in ("ada", "grace", "linus", "outsider"))
    assert 'value="s&amp;1"' in page.body
    assert (decided.status, went_back_with(decided)["state"]) == (302, "s&1")
    assert decided.headers["Location"].startswith(f"{callback}?")
    assert tokens.status == 200
    assert tokens.body["access_token"].startswith("ghu_")
    assert tokens.body["refresh_token"].startswith("ghr_")
    assert (tokens.body["expires_in"], tokens.body["refresh_token_expires_in"]) == (8 * 3600, HALF_A_YEAR_S)
    assert (tokens.body["token_type"], tokens.body["scope"]) == ("bearer", "")
    assert (me.body["login"], me.body["id"]) == ("grace", world.account("grace").id)


async def test_who_was_signed_in_last_is_chosen_beforehand_and_login_overrides_it(
    browse: Any, world: World, callback: str
) -> None:
    query = urlencode(asked(world, callback))

    decided = await browse("POST", AUTHORIZE, asked(world, callback, person="linus", decision="authorize"))
    cookie = decided.headers["Set-Cookie"].partition(";")[0]
    remembered = await browse("GET", f"{AUTHORIZE}?{query}", Cookie=cookie)
    overridden = await browse("GET", f"{AUTHORIZE}?{query}&login=grace", Cookie=cookie)

    assert 'value="linus" checked' in remembered.body
    assert 'value="grace" checked' in overridden.body


async def test_cancelling_goes_back_with_access_denied_and_no_code(browse: Any, world: World, callback: str) -> None:
    decided = await browse("POST", AUTHORIZE, asked(world, callback, person="grace", decision="cancel"))

    back = went_back_with(decided)
    assert (back["error"], back["state"]) == ("access_denied", "s&1")
    assert "code" not in back
    assert not world.codes


@pytest.mark.parametrize(
    "wrong",
    [
        "https://agent.example.com/link/callback/",
        "https://agent.example.com/link/callback?x=1",
        "https://evil.example.com/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_callback_must_be_registered_to_the_letter(
    browse: Any, world: World, callback: str, wrong: str, method: str
) -> None:
    # §4: "redirect_uri must equal a registered callback exactly"
    fields = asked(world, wrong, person="ada", decision="authorize")

    query = f"?{urlencode(fields)}" if method == "GET" else ""
    answer = await browse(method, AUTHORIZE + query, fields if method == "POST" else None)

    assert answer.headers["Location"].startswith(f"{callback}?error=redirect_uri_mismatch")
    assert not world.codes


async def test_an_unknown_app_gets_a_page_that_goes_nowhere(browse: Any, callback: str) -> None:
    answer = await browse("GET", f"{AUTHORIZE}?{urlencode({'client_id': 'Iv23nobody', 'redirect_uri': callback})}")

    assert answer.status == 404
    assert "Location" not in answer.headers


async def test_a_code_is_good_once(token_endpoint: Any, world: World, ada: Account, callback: str) -> None:
    code = oauth.authorize(world, world.app, ada, redirect_uri=callback)

    first, second = [await token_endpoint(code=code) for _ in range(2)]

    assert "access_token" in first.body
    assert (second.status, second.body["error"]) == (200, "bad_verification_code")


async def test_a_code_is_good_for_ten_minutes(
    token_endpoint: Any, world: World, ada: Account, callback: str, clock: DrivenClock
) -> None:
    code = oauth.authorize(world, world.app, ada, redirect_uri=callback)

    await clock.advance(600, step_s=600)
    answer = await token_endpoint(code=code)

    assert answer.body["error"] == "bad_verification_code"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"client_secret": "wrong"}, "incorrect_client_credentials"),
        ({"client_secret": None}, "incorrect_client_credentials"),
        ({"client_id": "Iv23nobody"}, "incorrect_client_credentials"),
        ({"code": "unknown"}, "bad_verification_code"),
        ({"code": None}, "bad_verification_code"),
        ({"redirect_uri": "https://agent.example.com/other"}, "redirect_uri_mismatch"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_errors_come_with_status_200_and_leave_the_code_alone(
    token_endpoint: Any, world: World, ada: Account, callback: str, fields: dict[str, str | None], error: str
) -> None:
    # §4: "Errors are HTTP 200 {"error": …}"
    code = oauth.authorize(world, world.app, ada, redirect_uri=callback)

    refused = await token_endpoint(**({"code": code} | fields))
    right = await token_endpoint(code=code)

    assert (refused.status, refused.body["error"]) == (200, error)
    assert "access_token" in right.body


async def test_the_switch_renames_errors(token_endpoint: Any, world: World) -> None:
    # §14 Switches: "names of web-flow errors"
    world.switches = Switches(oauth_errors={"bad_verification_code": "invalid_grant"})

    answer = await token_endpoint(code="unknown")

    assert answer.body["error"] == "invalid_grant"


async def test_the_answer_is_a_form_unless_json_is_asked_for(
    browse: Any, world: World, ada: Account, callback: str
) -> None:
    # §4: "POST …/access_token with Accept: application/json"
    code = oauth.authorize(world, world.app, ada, redirect_uri=callback)
    own = {"client_id": world.app.client_id, "client_secret": world.app.client_secret, "code": code}

    answer = await browse("POST", "/login/oauth/access_token", own)

    assert answer.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert parse_qs(answer.body)["access_token"][0] in world.user_tokens


async def test_refreshing_replaces_both_tokens_and_kills_the_old_ones_at_once(
    token_endpoint: Any, with_credential: Callable[[str], Any], world: World, ada: Account
) -> None:
    # §4: "refresh rotates both, old ones die at once"
    old = oauth.sign_in(world, world.app, ada)

    new = await token_endpoint(grant_type="refresh_token", refresh_token=old.refresh_token)
    again = await token_endpoint(grant_type="refresh_token", refresh_token=old.refresh_token)

    assert new.body["access_token"] != old.token
    assert new.body["refresh_token"] != old.refresh_token
    assert (again.status, again.body["error"]) == (200, "bad_refresh_token")
    assert (await with_credential(old.token)("GET", "/user")).status == 401
    assert (await with_credential(new.body["access_token"])("GET", "/user")).status == 200


async def test_an_answer_that_is_lost_has_replaced_the_pair_all_the_same(
    token_endpoint: Any, world: World, ada: Account
) -> None:
    # §14 Faults: "connection lost after the write"
    old = oauth.sign_in(world, world.app, ada)
    world.faults.append(LostAfterWrite(path="/login/oauth/access_token"))

    with pytest.raises(aiohttp.ClientError):
        await token_endpoint(grant_type="refresh_token", refresh_token=old.refresh_token)

    assert old.token not in world.user_tokens
    assert [it.user for it in world.user_tokens.values()] == [ada]


async def test_a_token_ends_after_eight_hours_and_can_be_refreshed_for_half_a_year(
    token_endpoint: Any, with_credential: Callable[[str], Any], world: World, ada: Account, clock: DrivenClock
) -> None:
    pair, other = [oauth.sign_in(world, world.app, ada) for _ in range(2)]

    await clock.advance(8 * 3600, step_s=8 * 3600)
    ended = await with_credential(pair.token)("GET", "/user")
    refreshed = await token_endpoint(grant_type="refresh_token", refresh_token=pair.refresh_token)
    await clock.advance(HALF_A_YEAR_S, step_s=HALF_A_YEAR_S)
    late = await token_endpoint(grant_type="refresh_token", refresh_token=other.refresh_token)

    assert (ended.status, ended.body["message"]) == (401, "Bad credentials")
    assert "access_token" in refreshed.body
    assert late.body["error"] == "bad_refresh_token"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"client_secret": "wrong"}, "incorrect_client_credentials"),
        ({"client_secret": None}, "incorrect_client_credentials"),
        ({"refresh_token": "ghr_unknown"}, "bad_refresh_token"),
        ({"refresh_token": ""}, "bad_refresh_token"),
    ],
)
async def test_a_refresh_that_is_refused_leaves_the_pair_alone(
    token_endpoint: Any, world: World, ada: Account, fields: dict[str, str | None], error: str
) -> None:
    pair = oauth.sign_in(world, world.app, ada)

    refused = await token_endpoint(**({"grant_type": "refresh_token", "refresh_token": pair.refresh_token} | fields))

    assert refused.body["error"] == error
    assert pair.token in world.user_tokens


async def test_the_switch_makes_tokens_that_stay(
    token_endpoint: Any,
    with_credential: Callable[[str], Any],
    world: World,
    ada: Account,
    callback: str,
    clock: DrivenClock,
) -> None:
    # §4: "If expiry is opted out there is no refresh_token / expires_in: support both shapes"
    world.switches = Switches(user_tokens_expire=False)

    tokens = await token_endpoint(code=oauth.authorize(world, world.app, ada, redirect_uri=callback))
    await clock.advance(HALF_A_YEAR_S, step_s=HALF_A_YEAR_S)
    me = await with_credential(tokens.body["access_token"])("GET", "/user")

    assert set(tokens.body) == {"access_token", "scope", "token_type"}
    assert me.status == 200


async def test_a_code_with_a_challenge_wants_its_verifier(
    browse: Any, token_endpoint: Any, world: World, callback: str
) -> None:
    # §4: "PKCE S256 … send it only if it works"
    verifier = "v" * 43
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    fields = asked(world, callback, code_challenge=challenge, code_challenge_method="S256")

    decided = await browse("POST", AUTHORIZE, fields | {"person": "ada", "decision": "authorize"})
    code = went_back_with(decided)["code"]
    without, wrong, right = [
        await token_endpoint(code=code, code_verifier=given) for given in (None, "w" * 43, verifier)
    ]

    assert [it.body.get("error") for it in (without, wrong, right)] == ["bad_verification_code"] * 2 + [None]


async def test_the_switch_refuses_a_challenge(browse: Any, world: World, callback: str) -> None:
    # §14 Switches: "PKCE accepted or refused"
    world.switches = Switches(pkce=False)
    fields = asked(world, callback, code_challenge="c" * 43, code_challenge_method="S256")

    answer = await browse("GET", f"{AUTHORIZE}?{urlencode(fields)}")

    assert went_back_with(answer)["error"] == "invalid_request"
