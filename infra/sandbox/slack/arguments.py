"""Reads a Web API request as Slack does: query, form and JSON merged, token in header or field (slack.md §8).

An app's client id and secret may be in the header too (Basic).
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from infra.sandbox.slack.refused import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """`in_header`: the token was not an argument."""

    values: Mapping[str, Any]
    token: str | None
    in_header: bool


async def arguments(request: web.Request) -> Arguments:
    """Return the request's arguments; the later of query, form and JSON wins."""
    values: dict[str, Any] = dict(request.query)
    if request.method == "POST" and request.can_read_body:
        values |= await _body(request)
    field = values.pop("token", None)
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return Arguments(values=values, token=header.removeprefix("Bearer ").strip(), in_header=True)
    if header.startswith("Basic "):
        values |= _client(header.removeprefix("Basic "))
    return Arguments(values=values, token=None if field is None else str(field), in_header=False)


def _client(encoded: str) -> dict[str, str]:
    """The client id and secret of OAuth."""
    try:
        client_id, _, client_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client_id, "client_secret": client_secret}


async def _body(request: web.Request) -> dict[str, Any]:
    match request.content_type:
        case "application/json":
            try:
                body = await request.json()
            except ValueError:
                raise Refused("invalid_json") from None
            if not isinstance(body, dict):
                raise Refused("json_not_object")
            return body
        case "application/x-www-form-urlencoded" | "multipart/form-data":
            return dict(await request.post())
        case "application/octet-stream":
            raise Refused("missing_post_type")
        case _:
            raise Refused("invalid_post_type")
