"""The stand-in behind real TLS, for clients that insist on it."""

import ssl

import trustme
from aiohttp import ClientSession

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.slack.people import slash
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.server import running


async def test_web_api_sockets_and_response_urls_are_https_and_wss() -> None:
    authority = trustme.CA()
    served, trusted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(served)
    authority.configure_trust(trusted)
    world = sample(DrivenClock())
    headers = {"Authorization": f"Bearer {world.app.token}"}

    async with running(world, tls=served, name="localhost") as urls, ClientSession() as session:
        answer = await session.post(urls.api_url + "apps.connections.open", headers=headers, ssl=trusted)
        url = (await answer.json())["url"]
        async with session.ws_connect(url, ssl=trusted) as socket:
            hello = await socket.receive_json(timeout=5)
        hook = slash(world, "acme", "general", "mona", "help").payload["response_url"]
        responded = await session.post(hook, json={"text": "x"}, ssl=trusted)

    assert urls.api_url.startswith("https://localhost:")
    assert url.startswith("wss://localhost:")
    assert hello["type"] == "hello"
    assert responded.status == 200
