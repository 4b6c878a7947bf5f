"""The device flow: a code on one screen, entered on another (§4)."""

import secrets
from datetime import timedelta
from typing import Any

from infra.sandbox.ghes.apps import App
from infra.sandbox.ghes.grants import DeviceCode
from infra.sandbox.ghes.oauth import Asked, OAuthError, app_of, sign_in, token_json
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LIFE = timedelta(seconds=900)
INTERVAL_S = 5
SLOWER_BY_S = 5
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def begun(world: World, asked: Asked) -> dict[str, Any]:
    """Begin: what `POST /login/device/code` answers."""
    app = _app(world, asked)
    half = ["".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(2)]
    code = DeviceCode(
        device_code=secrets.token_hex(20),
        user_code="-".join(half),
        app=app,
        expires_at=world.now() + LIFE,
        interval_s=INTERVAL_S,
    )
    world.device_codes[code.device_code] = code
    return {
        "device_code": code.device_code,
        "user_code": code.user_code,
        "verification_uri": f"{world.web_url}/login/device",
        "expires_in": int(LIFE.total_seconds()),
        "interval": code.interval_s,
    }


def entered(world: World, user_code: str) -> DeviceCode | None:
    """The sign-in that waits for this code; None when there is none, or it came too late."""
    wanted = user_code.replace("-", "").replace(" ", "").upper()
    for code in world.device_codes.values():
        if code.user_code.replace("-", "") == wanted and code.state == "pending" and code.expires_at > world.now():
            return code
    return None


def decide(code: DeviceCode, person: Account | None) -> None:
    """Let the person grant it, or with None have it denied; the device hears of it when it polls next."""
    code.user, code.state = person, "granted" if person else "denied"


def polled(world: World, asked: Asked) -> dict[str, Any]:
    """Return the tokens once somebody has granted them; before that each answer is an `OAuthError`.

    Polling sooner than the interval is `slow_down`, and makes the interval 5 s longer.
    """
    app, now = _app(world, asked), world.now()
    code = world.device_codes.get(asked.get("device_code", ""))
    if code is None or code.app is not app:
        raise OAuthError("incorrect_device_code", "The device_code provided is not valid.")
    if code.expires_at <= now:
        raise OAuthError("expired_token", "The device_code has expired.")
    soon = code.polled_at is not None and now < code.polled_at + timedelta(seconds=code.interval_s)
    code.polled_at = now
    if soon:
        code.interval_s += SLOWER_BY_S
        text = "Too many requests have been made in the same timeframe."
        raise OAuthError("slow_down", text, interval=code.interval_s)
    if code.state == "denied":
        raise OAuthError("access_denied", "The authorization request was denied.")
    if code.state == "pending" or code.user is None:
        raise OAuthError("authorization_pending", "The authorization request is still pending.")
    del world.device_codes[code.device_code]
    return token_json(world, sign_in(world, app, code.user, by_device=True))


def _app(world: World, asked: Asked) -> App:
    app = app_of(world, asked.get("client_id", ""))
    if not app.device_flow:
        text = "Device Flow must be explicitly enabled for this App"
        raise OAuthError("device_flow_disabled", text, status=400)
    return app
