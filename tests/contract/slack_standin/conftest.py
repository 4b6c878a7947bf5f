"""A running stand-in for Slack with a driven clock, and plain ways to talk to it as an app."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.server import Urls, running
from infra.sandbox.slack.world import World


@dataclass(slots=True, kw_only=True)
class Slack:
    """A world that is running, with the driven clock inside."""

    world: World
    clock: DrivenClock
    urls: Urls
    session: ClientSession

    async def call(self, method: str, *, token: str | None = None, **args: Any) -> dict[str, Any]:
        """Call a method as the bot of acme (or with `token`) and return the body."""
        return json.loads(await (await self.request(method, token=token, **args)).read())  # type: ignore[no-any-return]

    async def request(self, method: str, *, token: str | None = None, **args: Any) -> aiohttp.ClientResponse:
        """The same, returning the response."""
        bearer = self.world.team("acme").bot_token if token is None else token
        headers = {"Authorization": f"Bearer {bearer}"}
        return await self.session.post(self.urls.api_url + method, json=args, headers=headers)

    async def ticket(self) -> str:
        """A fresh URL for a socket."""
        body = await self.call("apps.connections.open", token=self.world.app.token)
        assert body["ok"], body
        return str(body["url"])

    def id(self, channel: str, team: str = "acme") -> str:
        """The id of a channel."""
        return self.world.channel(team, channel).channel_id

    async def post(self, channel: str = "general", **args: Any) -> str:
        """Post as the bot and return the ts."""
        body = await self.call("chat.postMessage", channel=self.id(channel), **{"text": "hello", **args})
        assert body["ok"], body
        return str(body["ts"])


class Start(Protocol):
    """Starts a stand-in with these arguments of `sample`."""

    def __call__(self, **options: Any) -> Awaitable[Slack]: ...


@dataclass(slots=True, kw_only=True)
class Peer:
    """The app's end of one socket."""

    socket: ClientWebSocketResponse
    hello: dict[str, Any] = field(default_factory=dict)

    async def frame(self) -> dict[str, Any]:
        """The next text frame."""
        return json.loads(await self.socket.receive_str(timeout=5))  # type: ignore[no-any-return]

    async def acknowledge(self, frame: dict[str, Any], payload: Any = None) -> None:
        """Acknowledge an envelope."""
        answer = {"envelope_id": frame["envelope_id"]} | ({} if payload is None else {"payload": payload})
        await self.socket.send_str(json.dumps(answer))

    async def ended(self) -> bool:
        """Whether the next thing that comes is the end."""
        message = await self.socket.receive(timeout=5)
        return message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR}


Connect = Callable[[Slack], Awaitable[Peer]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def started(**options: Any) -> Slack:
            clock = DrivenClock()
            world = sample(clock, **options)
            urls = await stack.enter_async_context(running(world))
            session = await stack.enter_async_context(ClientSession())
            return Slack(world=world, clock=clock, urls=urls, session=session)

        yield started


@pytest.fixture
async def slack(start: Start) -> Slack:
    return await start()


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        async def connected(slack: Slack) -> Peer:
            socket = await stack.enter_async_context(
                slack.session.ws_connect(await slack.ticket(), timeout=ClientWSTimeout(ws_close=0.1))
            )
            peer = Peer(socket=socket)
            peer.hello = await peer.frame()
            return peer

        yield connected
