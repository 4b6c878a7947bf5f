"""`POST /login/oauth/access_token`, and the beginning of the device flow: JSON for whom asks for it, else a form."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from infra.sandbox.ghes import device, oauth
from infra.sandbox.ghes.browser.pages import Row
from infra.sandbox.ghes.gate import WORLD
from infra.sandbox.ghes.oauth import Asked, OAuthError
from infra.sandbox.ghes.world import World

GRANTS: dict[str, Callable[[World, Asked], dict[str, Any]]] = {
    "": oauth.exchanged,
    "authorization_code": oauth.exchanged,
    "refresh_token": oauth.refreshed,
    device.GRANT: device.polled,
}


async def access_token(request: web.Request) -> web.StreamResponse:
    """Tokens for a code, a refresh token or a device code."""
    return await _answered(request, _granted)


async def device_code(request: web.Request) -> web.StreamResponse:
    """POST /login/device/code."""
    return await _answered(request, device.begun)


def _granted(world: World, asked: Asked) -> dict[str, Any]:
    grant = GRANTS.get(asked.get("grant_type", ""))
    if grant is None:
        raise OAuthError("unsupported_grant_type", "The grant_type isn't one of those that this server knows.")
    return grant(world, asked)


async def _answered(request: web.Request, ask: Callable[[World, Asked], dict[str, Any]]) -> web.StreamResponse:
    world, status = request.app[WORLD], 200
    try:
        body = ask(world, await _asked(request))
    except OAuthError as refused:
        body, status = refused.body(world), refused.status
    if "json" in request.headers.get("Accept", ""):
        text, content_type = json.dumps(body), "application/json"
    else:
        text, content_type = urlencode(body), "application/x-www-form-urlencoded"
    return web.Response(
        text=text, content_type=content_type, charset="utf-8", status=status, headers={"Cache-Control": "no-store"}
    )


async def _asked(request: web.Request) -> Asked:
    """The fields, wherever they stand; a body that can't be read has none."""
    fields: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            body = {}
        fields |= body if isinstance(body, dict) else {}
    else:
        fields |= await request.post()
    return {name: value for name, value in fields.items() if isinstance(value, str)}


ROWS: tuple[Row, ...] = (
    ("POST", "/login/oauth/access_token", access_token),
    ("POST", "/login/device/code", device_code),
)
