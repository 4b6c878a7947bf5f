"""Who asks: an App by its JWT or its secret, one of its installations or a person by a token."""

import hmac
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import jwt

from infra.sandbox.ghes.answers import RefusalError
from infra.sandbox.ghes.apps import App, Installation, InstallationToken
from infra.sandbox.ghes.grants import UserToken
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

JWT_LIFE_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymous:
    """No credentials; only a switch lets such a caller in anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppIdentity:
    """The App itself."""

    app: App


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationIdentity:
    """An installation; what it does, the App's bot does."""

    installation: Installation
    token: InstallationToken

    @property
    def actor(self) -> Account:
        """`slug[bot]`."""
        return self.installation.app.bot


@dataclass(frozen=True, slots=True, kw_only=True)
class UserIdentity:
    """A person, through an App: he may what both may (§4)."""

    token: UserToken

    @property
    def actor(self) -> Account:
        """The person."""
        return self.token.user


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientIdentity:
    """The App by `client_id:client_secret`, to check and to end what people granted to it."""

    app: App


Identity = Anonymous | AppIdentity | InstallationIdentity | UserIdentity | ClientIdentity


def identify(world: World, authorization: str) -> Identity:
    """Read the `Authorization` header; raises 401 for what is missing, unknown, expired or revoked."""
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() == "basic":
        return _client(world, credential)
    if scheme.lower() not in {"bearer", "token"} or not credential:
        raise RefusalError(401, "Requires authentication")
    if credential.startswith("ghs_"):
        return _installation(world, credential)
    if credential.startswith("ghu_"):
        return _user(world, credential)
    if scheme.lower() == "bearer" and credential.count(".") == 2:  # noqa: PLR2004 - header.claims.signature
        return AppIdentity(app=_app(world, credential))
    raise RefusalError(401, "Bad credentials")


def _installation(world: World, credential: str) -> InstallationIdentity:
    token = world.tokens.get(credential)
    installation = world.installations.get(token.installation_id) if token else None
    if token is None or installation is None or token.expires_at <= world.now():
        raise RefusalError(401, "Bad credentials")
    if installation.suspended_at:
        raise RefusalError(403, "This installation has been suspended")
    return InstallationIdentity(installation=installation, token=token)


def _user(world: World, credential: str) -> UserIdentity:
    token = world.user_tokens.get(credential)
    if token is None or (token.expires_at and token.expires_at <= world.now()):
        raise RefusalError(401, "Bad credentials")
    if token.user.suspended:
        raise RefusalError(403, "Sorry. Your account was suspended")
    return UserIdentity(token=token)


def _client(world: World, credential: str) -> ClientIdentity:
    try:
        client_id, _, secret = b64decode(credential, validate=True).decode().partition(":")
    except ValueError:
        raise RefusalError(401, "Bad credentials") from None
    for app in world.apps.values():
        if app.client_id == client_id and hmac.compare_digest(app.client_secret.encode(), secret.encode()):
            return ClientIdentity(app=app)
    raise RefusalError(401, "Bad credentials")


def _app(world: World, credential: str) -> App:
    undecodable = RefusalError(401, "A JSON web token could not be decoded")
    try:
        issuer = _claims(credential, key="").get("iss")
    except jwt.InvalidTokenError:
        raise undecodable from None
    known = (it for it in world.apps.values() if str(issuer) in {str(it.id), it.client_id})
    app = next(known, None)
    if app is None:
        raise RefusalError(401, "Integration not found")
    try:
        claims = _claims(credential, key=app.public_key_pem)
    except jwt.InvalidTokenError:
        raise undecodable from None
    now = world.now().timestamp()
    issued, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int | float) or issued > now:
        raise RefusalError(
            401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        )
    if not isinstance(ends, int | float) or ends <= now:
        raise RefusalError(
            401,
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the "
            "assertion expires",
        )
    if ends > now + JWT_LIFE_S:
        raise RefusalError(401, "'Expiration time' claim ('exp') is too far in the future")
    return app


def _claims(credential: str, *, key: str) -> dict[str, Any]:
    """Decode, and with a key verify, a JWT; its times are checked by the world's clock, not by the library's."""
    unchecked = {
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
        "verify_iss": False,
        "verify_aud": False,
    }
    options: Any = {**unchecked, "verify_signature": bool(key)}
    return jwt.decode(credential, key, algorithms=["RS256"], options=options)
