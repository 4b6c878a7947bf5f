"""A running stand-in for Slack with a driven clock, and plain ways to talk to it as an app."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType
from yarl import URL

from agent.manifests import slack_manifest
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.slack import manifests
from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_settings import distribute, generate_app_token
from infra.sandbox.slack.installing import install
from infra.sandbox.slack.links import register_domain
from infra.sandbox.slack.people import say
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

    async def ticket(self, app: App | None = None) -> str:
        """A fresh URL for a socket of an app, the first."""
        body = await self.call("apps.connections.open", token=(app or self.world.app).token)
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


class Connect(Protocol):
    """Opens a socket of an app, the first."""

    def __call__(self, slack: Slack, app: App | None = None) -> Awaitable[Peer]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a browser was answered."""

    status: int
    body: str
    headers: Mapping[str, str]


Browse = Callable[..., Awaitable[Page]]
Manifest = Callable[..., dict[str, Any]]


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

        async def connected(slack: Slack, app: App | None = None) -> Peer:
            socket = await stack.enter_async_context(
                slack.session.ws_connect(await slack.ticket(app), timeout=ClientWSTimeout(ws_close=0.1))
            )
            peer = Peer(socket=socket)
            peer.hello = await peer.frame()
            return peer

        yield connected


@pytest.fixture
def linked(slack: Slack) -> Slack:
    """The stand-in with a domain whose links the app hears of."""
    register_domain(slack.world, "ghe.example.com")
    return slack


@pytest.fixture
def heard(linked: Slack, connect: Connect) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Lets mona write links into a channel; returns the event, acknowledged."""

    async def told(text: str, *, channel: str = "general") -> dict[str, Any]:
        peer = await connect(linked)
        say(linked.world, "acme", channel, "mona", text)
        frame = await peer.frame()
        await peer.acknowledge(frame)
        await linked.world.line.deliveries[-1].finished()
        return dict(frame["payload"]["event"])

    return told


@pytest.fixture
def manifest() -> Manifest:
    """Makes the agent's own manifest with other values at some places, as in `{"settings.socket_mode_enabled": False}`.

    None takes a field away.
    """

    def made(changes: dict[str, Any] | None = None, command: str = "/ghe-eu") -> dict[str, Any]:
        ours = slack_manifest("https://agent.example.com", "https://ghe.example.com", command=command, name="GHE EU")
        whole: dict[str, Any] = json.loads(json.dumps(ours))
        for place, value in (changes or {}).items():
            *path, last = place.split(".")
            part = whole
            for name in path:
                part = part[name]
            part.pop(last, None) if value is None else part.update({last: value})
        return whole

    return made


@pytest.fixture
def eu(slack: Slack, manifest: Manifest) -> App:
    """A second app, `/ghe-eu`, distributed, with an app-level token and installed in acme."""
    app = manifests.create(slack.world, manifest(), team="acme", user="mona")
    generate_app_token(slack.world, app, "agent", ["connections:write", "authorizations:read"])
    distribute(app)
    install(slack.world, app, slack.world.team("acme"))
    return app


@pytest.fixture
def browse(slack: Slack) -> Browse:
    """Asks as a browser does, following no redirect; a field may have several values."""

    async def browse(method: str, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> Page:
        fields = [
            (name, one)
            for name, value in (form or {}).items()
            for one in (value if isinstance(value, list) else [value])
        ]
        url, sent = URL(slack.urls.base_url + path, encoded=True), fields or None
        async with slack.session.request(method, url, data=sent, headers=headers, allow_redirects=False) as response:
            return Page(status=response.status, body=await response.text(), headers=response.headers)

    return browse
