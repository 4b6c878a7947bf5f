"""`/apps/<app id>`: the app's credentials, its app-level tokens, and its deletion."""

from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack import manifests
from infra.sandbox.slack.app_pages import pages
from infra.sandbox.slack.app_pages.pages import WrongError
from infra.sandbox.slack.app_pages.visit import Visit
from infra.sandbox.slack.app_settings import revoke_app_token


def draw(visit: Visit) -> Mapping[str, Any]:
    """The secrets only when their buttons are pressed; the tokens that are alive, with their numbers."""
    alive = [(number, it) for number, it in enumerate(visit.app.tokens) if not it.revoked]
    return {"tokens": alive, "shown": ""}


def _show(visit: Visit) -> Mapping[str, Any]:
    """Field `secret`: `client` or `signing`."""
    return {"shown": pages.one(visit.form, "secret")}


def _revoke(visit: Visit) -> Mapping[str, Any]:
    """Field `number`: the token's."""
    number, tokens = pages.one(visit.form, "number"), visit.app.tokens
    token = next((it for at, it in enumerate(tokens) if str(at) == number and not it.revoked), None)
    if token is None:
        raise WrongError("This token is revoked already.")
    revoke_app_token(visit.app, token.token)
    return {"done": f"The token {token.name} is revoked.", **draw(visit)}


def _delete(visit: Visit) -> Mapping[str, Any]:
    if "sure" not in visit.form:
        raise WrongError("To delete the app, say that you are sure.")
    manifests.delete(visit.world, visit.app)
    return {}


ACTS = {"show": _show, "revoke": _revoke, "delete": _delete}
