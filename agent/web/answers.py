"""The shapes of what we answer."""

import json
from datetime import datetime
from typing import Any

from aiohttp import web

from agent.web.parts import parts_of

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Server": "ghe-slack",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def json_answer(status: int, fields: dict[str, Any], **headers: str) -> web.Response:
    """A JSON object; instants in it become ISO 8601. Underscores in names of headers stand for hyphens."""
    return web.Response(
        status=status,
        body=_JSON.encode(fields).encode(),
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def error(status: int, sentence: str, **headers: str) -> web.Response:
    """`{"error": sentence}`."""
    return json_answer(status, {"error": sentence}, **headers)


_HSTS = "max-age=31536000"


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that keep browsers from doing what no page of ours asks for (an `on_response_prepare` signal).

    What an answer says itself stands, but for the name of the server. That browsers never come by plain HTTP again is
    asked for only over TLS of our own, at an address that is https: what a proxy speaks for us is the proxy's to say.
    """
    headers = response.headers
    headers.pop("Server", None)
    for name, value in _HEADERS.items():
        if name not in headers:
            headers[name] = value
    if request.secure and parts_of(request).agent_url.startswith("https:"):
        headers["Strict-Transport-Security"] = _HSTS


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


_JSON = json.JSONEncoder(default=_plain, ensure_ascii=False)
