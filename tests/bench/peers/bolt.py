"""What one writes with slack_bolt: it acknowledges the command, then answers by `response_url`; nothing is stored."""

import asyncio
import os
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

_ENVIRONMENT = os.environ  # noqa: TID251 - a program of its own, told by environment


async def main() -> None:
    client = AsyncWebClient(token=_ENVIRONMENT["BOT_TOKEN"], base_url=_ENVIRONMENT["API_URL"])
    app = AsyncApp(client=client)

    @app.command("/ghe")
    async def answer(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="This is what `/ghe` can do.")

    await AsyncSocketModeHandler(app, _ENVIRONMENT["APP_TOKEN"]).connect_async()  # type: ignore[no-untyped-call]
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", int(_ENVIRONMENT["PORT"]))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
