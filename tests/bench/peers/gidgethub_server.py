"""What one writes with gidgethub and aiohttp: the signature is checked, the event is routed; nothing is stored."""

import os
from typing import Any

from aiohttp import web
from gidgethub import routing, sansio

router = routing.Router()
_ENVIRONMENT = os.environ  # noqa: TID251 - a program of its own, told by environment
PORT, SECRET = int(_ENVIRONMENT["PORT"]), _ENVIRONMENT["SECRET"]


@router.register("issues")
@router.register("pull_request")
@router.register("push")
async def seen(event: sansio.Event) -> Any:
    return event.data["repository"]["full_name"]


async def take(request: web.Request) -> web.Response:
    event = sansio.Event.from_http(request.headers, await request.read(), secret=SECRET)
    await router.dispatch(event)
    return web.json_response({"id": event.delivery_id}, status=202)


def main() -> None:
    app = web.Application(client_max_size=25 * 2**20)
    app.router.add_post("/webhooks/github", take)
    web.run_app(app, host="127.0.0.1", port=PORT, print=None, access_log=None)


if __name__ == "__main__":
    main()
