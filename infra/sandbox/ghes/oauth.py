"""Signing in to an App with one's own account: codes, tokens, refreshing (§4).

authorize ──▶ code ──▶ exchanged ──▶ ghu_… + ghr_… ──▶ refreshed ──▶ another pair; the old one is dead at once
device.begun ──▶ device.decide ──▶ device.polled ──┘
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

from infra.sandbox.ghes.apps import App
from infra.sandbox.ghes.grants import AuthorizationCode, UserToken
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

CODE_LIFE = timedelta(minutes=10)
TOKEN_LIFE = timedelta(hours=8)
REFRESH_LIFE = timedelta(days=184)
DOCUMENTATION_URL = "https://docs.github.com/enterprise-server@3.19/apps/oauth-apps"
Asked = Mapping[str, str]
"""The fields of a request, from its form, JSON or query."""


class OAuthError(Exception):
    """An OAuth endpoint says no: by a name, and with status 200 but for `device_flow_disabled`."""

    def __init__(self, name: str, description: str, *, status: int = 200, **beside: Any) -> None:
        super().__init__(name)
        self.name, self.description, self.status, self.beside = name, description, status, beside

    def body(self, world: World) -> dict[str, Any]:
        """What is answered; a switch may rename the error."""
        return {
            "error": world.switches.oauth_errors.get(self.name, self.name),
            "error_description": self.description,
            "error_uri": DOCUMENTATION_URL,
            **self.beside,
        }


def app_of(world: World, client_id: str) -> App:
    """The App with this client id; raises `incorrect_client_credentials`."""
    for app in world.apps.values():
        if app.client_id == client_id:
            return app
    raise _wrong_credentials()


def callback_of(app: App, redirect_uri: str) -> str:
    """Where the browser goes back to: the registered callback that was asked for, the first one for an empty wish.

    Raises `redirect_uri_mismatch` for anything that isn't registered to the letter.
    """
    if not redirect_uri and app.callback_urls:
        return app.callback_urls[0]
    if redirect_uri not in app.callback_urls:
        raise OAuthError(
            "redirect_uri_mismatch", "The redirect_uri MUST match the registered callback URL for this application."
        )
    return redirect_uri


def authorize(
    world: World, app: App, person: Account, *, redirect_uri: str = "", state: str = "", challenge: str = ""
) -> str:
    """Let the person authorize the App, and return the code that his browser would carry to the callback."""
    if person.type != "User" or person.suspended:
        raise OAuthError("access_denied", "The user can't sign in.")
    code = AuthorizationCode(
        code=secrets.token_hex(10),
        app=app,
        user=person,
        redirect_uri=callback_of(app, redirect_uri),
        state=state,
        challenge=challenge,
        expires_at=world.now() + CODE_LIFE,
    )
    world.codes[code.code] = code
    return code.code


def sign_in(world: World, app: App, person: Account, *, by_device: bool = False) -> UserToken:
    """Give the App a pair of tokens of the person, as the end of either flow does."""
    now, expires = world.now(), world.switches.user_tokens_expire
    pair = UserToken(
        token=f"ghu_{secrets.token_hex(18)}",
        refresh_token=f"ghr_{secrets.token_hex(38)}" if expires else None,
        app=app,
        user=person,
        created_at=now,
        expires_at=now + TOKEN_LIFE if expires else None,
        refresh_expires_at=now + REFRESH_LIFE if expires else None,
        by_device=by_device,
    )
    world.user_tokens[pair.token] = pair
    return pair


def exchanged(world: World, asked: Asked) -> dict[str, Any]:
    """Spend a code, and return its tokens; a code of another App, a spent or an old one is a bad one."""
    app = app_of(world, asked.get("client_id", ""))
    check_secret(app, asked)
    code = world.codes.get(asked.get("code", ""))
    if code is None or code.app is not app or code.expires_at <= world.now():
        raise _bad_code()
    if asked.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
        raise OAuthError("redirect_uri_mismatch", "The redirect_uri isn't the one that the code was made for.")
    if code.challenge and code.challenge != _challenge(asked.get("code_verifier", "")):
        raise _bad_code()
    del world.codes[code.code]
    return token_json(world, sign_in(world, app, code.user))


def refreshed(world: World, asked: Asked) -> dict[str, Any]:
    """Return the next pair; the one that it replaces is dead from now on (§4)."""
    app = app_of(world, asked.get("client_id", ""))
    wanted = asked.get("refresh_token", "")
    old = next((it for it in world.user_tokens.values() if wanted and it.refresh_token == wanted), None)
    if old is None or not old.by_device or "client_secret" in asked:
        check_secret(app, asked)
    if old is None or old.app is not app or (old.refresh_expires_at and old.refresh_expires_at <= world.now()):
        raise OAuthError("bad_refresh_token", "The refresh token passed is incorrect or expired.")
    del world.user_tokens[old.token]
    return token_json(world, sign_in(world, app, old.user, by_device=old.by_device))


def forget(world: World, app: App, person: Account) -> int:
    """End the person's authorization: all of his tokens and codes for the App. Return how many tokens that were."""
    tokens = [it.token for it in world.user_tokens.values() if it.app is app and it.user is person]
    for token in tokens:
        del world.user_tokens[token]
    for code in [it.code for it in world.codes.values() if it.app is app and it.user is person]:
        del world.codes[code]
    return len(tokens)


def token_json(world: World, pair: UserToken) -> dict[str, Any]:
    """A pair as the token endpoint says it; an App's tokens have no scopes."""
    body: dict[str, Any] = {"access_token": pair.token, "scope": "", "token_type": "bearer"}
    if pair.expires_at and pair.refresh_expires_at:
        now = world.now()
        body |= {
            "expires_in": int((pair.expires_at - now).total_seconds()),
            "refresh_token": pair.refresh_token,
            "refresh_token_expires_in": int((pair.refresh_expires_at - now).total_seconds()),
        }
    return body


def check_secret(app: App, asked: Asked) -> None:
    """Raise `incorrect_client_credentials` unless the App's secret was given."""
    if not hmac.compare_digest(app.client_secret.encode(), asked.get("client_secret", "").encode()):
        raise _wrong_credentials()


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def _wrong_credentials() -> OAuthError:
    return OAuthError("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.")


def _bad_code() -> OAuthError:
    return OAuthError("bad_verification_code", "The code passed is incorrect or expired.")
