"""Who is let in. ghes.md §3, §14 (Auth)."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.population import add_repository, new_keys
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import Switches, World


async def test_the_app_is_known_by_its_jwt(as_app: Any, world: World) -> None:
    answer = await as_app("GET", "/app")

    assert answer.status == 200
    assert (answer.body["id"], answer.body["slug"]) == (world.app.id, "ghes-slack")


async def test_the_client_id_may_be_the_issuer(
    with_credential: Callable[[str], Any], signed: Callable[..., str], world: World
) -> None:
    answer = await with_credential(signed(iss=world.app.client_id))("GET", "/app")

    assert answer.status == 200


@pytest.mark.parametrize("path", ["/meta", "/app", "/repos/acme/docs", "/users/ada", "/installation/repositories"])
async def test_without_credentials_everything_is_401(nobody: Any, path: str) -> None:
    # §14 Auth: "missing, unknown, expired or revoked token → 401"
    answer = await nobody("GET", path)

    assert answer.status == 401
    assert answer.body["message"] == "Requires authentication"


async def test_the_switch_opens_meta(nobody: Any, world: World) -> None:
    # §14 Switches: "GET /meta closed in private mode"
    world.switches = Switches(meta_closed=False)

    answer = await nobody("GET", "/meta")

    assert answer.status == 200
    assert answer.body["installed_version"] == "3.19.4"


@pytest.mark.parametrize("credential", ["ghs_unknown", "ghu_unknown", "nonsense", "a.b.c"])
async def test_an_unknown_credential_is_401(with_credential: Callable[[str], Any], credential: str) -> None:
    # §14 Auth: "missing, unknown, expired or revoked token → 401"
    assert (await with_credential(credential)("GET", "/repos/acme/api")).status == 401


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"exp": "in 11 minutes"}, "too far in the future"),
        ({"exp": "a second ago"}, "'Expiration time' claim"),
        ({"exp": None}, "'Expiration time' claim"),
        ({"iat": "in a minute"}, "'Issued at' claim"),
        ({"iat": None}, "'Issued at' claim"),
        ({"iss": "999999"}, "Integration not found"),
    ],
)
async def test_a_jwt_with_wrong_claims_is_401(
    with_credential: Callable[[str], Any],
    signed: Callable[..., str],
    clock: DrivenClock,
    claims: dict[str, str | None],
    told: str,
) -> None:
    # §3: "RS256, iat −60 s, exp ≤ 10 min, iss = app id"; §14: "JWT checked (signature, iat, exp ≤ 10 min)"
    offsets = {"in 11 minutes": 660, "a second ago": -1, "in a minute": 60}
    now = int(clock.now().timestamp())
    real = {name: now + offsets[it] if it in offsets else it for name, it in claims.items()}

    answer = await with_credential(signed(**real))("GET", "/app")

    assert answer.status == 401
    assert told in answer.body["message"]


async def test_a_jwt_signed_by_another_key_is_401(
    with_credential: Callable[[str], Any], signed: Callable[..., str]
) -> None:
    # §14 Auth: "JWT checked (signature …)"
    answer = await with_credential(signed(key=new_keys().private_pem))("GET", "/app")

    assert answer.status == 401
    assert answer.body["message"] == "A JSON web token could not be decoded"


async def test_a_skewed_clock_refuses_a_right_jwt(as_app: Any, world: World) -> None:
    # §3: "Clock skew is the classic failure"
    world.skew_s = -120

    answer = await as_app("GET", "/app")

    assert answer.status == 401
    assert "'Issued at'" in answer.body["message"]


async def test_a_token_is_long_and_lives_for_an_hour(as_app: Any, bot: Any, world: World, clock: DrivenClock) -> None:
    # §3: "New installation tokens may be long ghs_APPID_JWT strings"; §14: "token expires_at in the future"
    installation = next(iter(world.installations))

    minted = await as_app("POST", f"/app/installations/{installation}/access_tokens")
    before = await bot("GET", "/repos/acme/api")
    await clock.advance(3600, step_s=3600)
    after = await bot("GET", "/repos/acme/api")

    assert minted.status == 201
    assert minted.body["expires_at"] == "2026-11-22T10:00:00Z"
    assert minted.body["token"].startswith(f"ghs_{world.app.id}_")
    assert len(minted.body["token"]) > 300
    assert (before.status, after.status) == (200, 401)


async def test_the_switch_makes_short_tokens(as_app: Any, world: World) -> None:
    world.switches = Switches(long_tokens=False)
    installation = next(iter(world.installations))

    minted = await as_app("POST", f"/app/installations/{installation}/access_tokens")

    assert len(minted.body["token"]) == 40


async def test_a_token_may_be_narrowed_but_not_widened(
    as_app: Any, with_credential: Callable[[str], Any], world: World
) -> None:
    path = f"/app/installations/{next(iter(world.installations))}/access_tokens"

    narrow = await as_app("POST", path, {"repositories": ["docs"], "permissions": {"issues": "read"}})
    wide = await as_app("POST", path, {"permissions": {"checks": "write"}})
    foreign = await as_app("POST", path, {"repositories": ["secret"]})

    assert (narrow.status, wide.status, foreign.status) == (201, 422, 422)
    ask = with_credential(narrow.body["token"])
    assert (await ask("GET", "/repos/acme/api")).status == 404
    assert (await ask("POST", "/repos/acme/docs/issues", {"title": "x"})).status == 403


async def test_an_installation_token_isnt_the_app_and_the_app_isnt_an_installation(as_app: Any, bot: Any) -> None:
    assert (await bot("GET", "/app")).status == 401
    assert (await as_app("GET", "/installation/repositories")).status == 403
    assert (await as_app("GET", "/repos/acme/api")).status == 403


async def test_suspending_and_removing_end_the_tokens(as_app: Any, bot: Any, world: World, ada: Account) -> None:
    # §8 installation: "on delete/suspend drop tokens"; §14 Auth: "revoked token → 401"
    installation = next(iter(world.installations.values()))
    path = f"/app/installations/{installation.id}"

    happen.suspend_app(world, installation, by=ada)
    suspended = await bot("GET", "/repos/acme/api")
    refused = await as_app("POST", f"{path}/access_tokens")
    happen.uninstall_app(world, installation, by=ada)
    removed = await bot("GET", "/repos/acme/api")

    assert (suspended.status, refused.status, removed.status) == (403, 403, 401)
    assert (await as_app("GET", path)).status == 404


async def test_a_token_can_be_given_back(bot: Any) -> None:
    # §14 Auth: "revoked token → 401"
    assert (await bot("DELETE", "/installation/token")).status == 204
    assert (await bot("GET", "/repos/acme/api")).status == 401


async def test_installations_are_found_by_account_and_repository(as_app: Any, world: World, ada: Account) -> None:
    # §2: "404 = not installed; the repository form may answer 301"
    found = [
        await as_app("GET", path)
        for path in ("/repos/acme/api/installation", "/orgs/acme/installation", "/users/ACME/installation")
    ]
    happen.rename_repository(world, world.repository("acme/api"), "core", by=ada)
    moved = await as_app("GET", "/repos/acme/api/installation")

    assert {it.body["id"] for it in found} == set(world.installations)
    assert (await as_app("GET", "/repos/globex/secret/installation")).status == 404
    assert (await as_app("GET", "/orgs/globex/installation")).status == 404
    assert moved.status == 301
    assert (await as_app("GET", moved.headers["Location"])).status == 200


async def test_only_repositories_of_the_installation_are_listed(bot: Any, world: World) -> None:
    for number in range(40):
        add_repository(world, world.account("acme"), f"more-{number}")

    first = await bot("GET", "/installation/repositories?per_page=40")

    names = [it["full_name"] for it in first.body["repositories"]]
    assert first.body["total_count"] == 43
    assert len(names) == 40
    assert all(it.startswith("acme/") for it in names)
    assert 'page=2>; rel="next"' in first.headers["Link"]
