"""A function URL: HTTP in, an event of payload format 2.0 to the function, its answer out.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from infra.sandbox.addresses import LOOPBACK
from infra.sandbox.cloud.runtime import FunctionError, Pool

MOST_BYTES = 6 * 1024 * 1024
_TEXT = ("text/", "application/json", "application/javascript", "application/xml")


@asynccontextmanager
async def serving(pool: Pool, port: int = 0) -> AsyncIterator[str]:
    """Serve a function on a port of loopback, 0 for a free one; its URL, without a slash at its end."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return response(await pool.invoke(await event_of(request)))
        except FunctionError:
            return web.json_response({"Message": "Internal Server Error"}, status=502)

    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield "http://{}:{}".format(*runner.addresses[0])
    finally:
        await runner.cleanup()


async def event_of(request: web.Request) -> dict[str, Any]:
    """The request as an event: a header that came twice is joined, a body without a text's type is base64."""
    body = await request.read()
    is_text = request.headers.get("content-type", "").startswith(_TEXT)
    headers = {name.lower(): ",".join(request.headers.getall(name)) for name in request.headers}
    return {
        "version": "2.0",
        "rawPath": request.raw_path.partition("?")[0],
        "rawQueryString": request.query_string,
        "headers": headers,
        "requestContext": {
            "http": {"method": request.method, "path": request.path, "sourceIp": request.remote or ""},
        },
        "body": (body.decode() if is_text else base64.b64encode(body).decode()) if body else None,
        "isBase64Encoded": bool(body) and not is_text,
    }


def response(answer: Any) -> web.Response:
    """What the function answers, as HTTP; whatever isn't an answer's shape is the JSON body of a 200."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return web.json_response(answer)
    text = answer.get("body") or ""
    body = (
        base64.b64decode(text)
        if answer.get("isBase64Encoded")
        else (text if isinstance(text, str) else json.dumps(text)).encode()
    )
    return web.Response(status=int(answer["statusCode"]), headers=dict(answer.get("headers") or {}), body=body)
