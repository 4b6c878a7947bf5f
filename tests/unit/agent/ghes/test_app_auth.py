import asyncio
from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from gidgethub import BadRequest

from agent.ghes.app_auth import App, AppAuth, load_key
from infra.sandbox.driven_clock import DrivenClock

UNCHECKED: Any = {"verify_exp": False, "verify_iat": False}
UNVERIFIED: Any = {"verify_signature": False, **UNCHECKED}


@pytest.fixture
def auth(key: RSAPrivateKey, clock: DrivenClock) -> AppAuth:
    return AppAuth(app_id="7", key=key, clock=clock)


async def test_the_signature_says_who_and_when(auth: AppAuth, key: RSAPrivateKey, clock: DrivenClock) -> None:
    claims = jwt.decode(await auth.signature(), key.public_key(), algorithms=["RS256"], options=UNCHECKED)

    now_s = int(clock.now().timestamp())
    assert claims == {"iss": "7", "iat": now_s - 60, "exp": now_s + 540}


async def test_a_signature_is_kept_for_eight_minutes(auth: AppAuth, clock: DrivenClock) -> None:
    first = await auth.signature()

    await clock.advance(479, step_s=479)
    assert await auth.signature() == first

    await clock.advance(1)
    assert await auth.signature() != first


async def test_callers_at_the_same_moment_share_one_signature(auth: AppAuth) -> None:
    assert len(set(await asyncio.gather(*(auth.signature() for _ in range(20))))) == 1


async def test_a_server_whose_clock_differs_is_signed_for_by_its_own_clock(
    serve: Callable[[web.Application], Awaitable[str]], app_at: Callable[[str], App], clock: DrivenClock
) -> None:
    signed_at_s: list[int] = []

    async def app(request: web.Request) -> web.Response:
        signature = request.headers["Authorization"].split()[1]
        signed_at_s.append(jwt.decode(signature, options=UNVERIFIED)["iat"] + 60)
        ahead_s = signed_at_s[-1] - int(clock.now().timestamp())
        answer = web.json_response({"id": 7}, status=200 if ahead_s == 900 else 401)
        answer.headers["Date"] = format_datetime(clock.now().replace(minute=15), usegmt=True)
        return answer

    application = web.Application()
    application.router.add_get("/api/v3/app", app)

    assert await app_at(await serve(application)).get("/app") == {"id": 7}

    assert [second - int(clock.now().timestamp()) for second in signed_at_s] == [0, 900]


async def test_a_refusal_that_no_clock_explains_stands(
    serve: Callable[[web.Application], Awaitable[str]], app_at: Callable[[str], App], clock: DrivenClock
) -> None:
    calls = 0

    async def app(_: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        return web.json_response({}, status=401, headers={"Date": format_datetime(clock.now(), usegmt=True)})

    application = web.Application()
    application.router.add_get("/api/v3/app", app)

    with pytest.raises(BadRequest):
        await app_at(await serve(application)).get("/app")

    assert calls == 1


def test_a_key_is_read_from_its_pem(key: RSAPrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()

    assert load_key(pem).private_numbers() == key.private_numbers()


def test_what_is_no_rsa_key_is_refused_in_a_sentence() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    pem = elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    for wrong in (pem, "not a key"):
        with pytest.raises(ValueError, match="must be the RSA key"):
            load_key(wrong)
