"""What people granted to an App, checked and ended by the App: Basic `client_id:client_secret` (§4)."""

from hashlib import sha256
from typing import Any

from infra.sandbox.ghes import oauth
from infra.sandbox.ghes.answers import Answer, invalid, not_found
from infra.sandbox.ghes.gate import Call, Route
from infra.sandbox.ghes.grants import UserToken
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.ghes.times import iso, iso_or_null


def check(call: Call) -> Answer:
    """POST /applications/{client_id}/token: 200 for a token that works, 404 for one that doesn't."""
    found = _token(call)
    if found is None or (found.expires_at and found.expires_at <= call.world.now()):
        raise not_found()
    return Answer(body=_authorization(call, found))


def delete_token(call: Call) -> Answer:
    """DELETE /applications/{client_id}/token: 204; the pair is dead."""
    del call.world.user_tokens[_known(call).token]
    return Answer(status=204)


def delete_grant(call: Call) -> Answer:
    """DELETE /applications/{client_id}/grant: 204; all tokens of the person for the App are dead."""
    found = _known(call)
    oauth.forget(call.world, found.app, found.user)
    return Answer(status=204)


def _token(call: Call) -> UserToken | None:
    app, token = call.client, call.body.get("access_token")
    if call.word("client_id") != app.client_id:
        raise not_found()
    if not isinstance(token, str) or not token:
        raise invalid("OauthAccess", "access_token", "missing_field")
    found = call.world.user_tokens.get(token)
    return found if found and found.app is app else None


def _known(call: Call) -> UserToken:
    """The token of the body; an unknown one is 422, as the reference has no 404 here."""
    found = _token(call)
    if found is None:
        raise invalid("OauthAccess", "access_token")
    return found


def _authorization(call: Call, found: UserToken) -> dict[str, Any]:
    app = found.app
    return {
        "id": found.user.id,
        "url": f"{call.world.web_url}/api/v3/authorizations/{found.user.id}",
        "scopes": [],
        "token": found.token,
        "token_last_eight": found.token[-8:],
        "hashed_token": sha256(found.token.encode()).hexdigest(),
        "app": {"client_id": app.client_id, "name": app.name, "url": app.external_url},
        "note": None,
        "note_url": None,
        "fingerprint": None,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.created_at),
        "expires_at": iso_or_null(found.expires_at),
        "user": user_json(call.world, found.user),
    }


TOKEN = "/applications/{client_id}/token"

ENDPOINTS = (
    Route(method="POST", path=TOKEN, answer=check),
    Route(method="DELETE", path=TOKEN, answer=delete_token),
    Route(method="DELETE", path="/applications/{client_id}/grant", answer=delete_grant),
)
