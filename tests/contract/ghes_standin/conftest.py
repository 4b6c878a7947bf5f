"""A small company's GHES on loopback, a receiver for its webhooks, and ways to ask it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web

from agent.manifests import ghes_manifest
from infra.sandbox.concessions import SANDBOX
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import oauth
from infra.sandbox.ghes.apps import App
from infra.sandbox.ghes.population import Keys, new_keys, populated
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.server import Running, running
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the server said."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Receiver:
    """An agent that only listens: what came in, and what it answers."""

    url: str = ""
    status: int = 202
    hold: Any = None
    heads: list[Mapping[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        """`issues.opened`, `push`… in the order of arrival."""
        return [
            ".".join(filter(None, (head["X-GitHub-Event"], json.loads(body).get("action"))))
            for head, body in zip(self.heads, self.bodies, strict=True)
        ]

    def payload(self, event: str) -> Any:
        """The payload of the newest delivery of that event."""
        places = [at for at, name in enumerate(self.events) if name == event]
        return json.loads(self.bodies[places[-1]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Asks the REST API as somebody; the credential is made anew for each call."""

    session: aiohttp.ClientSession
    server: Running
    authorization: Callable[[], str]

    async def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Answered:
        url = path if path.startswith("http") else self.server.api_url + path
        authorization = self.authorization()
        sent = {"Authorization": authorization} if authorization else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, url, json=body, headers=sent, allow_redirects=False) as response:
            raw = await response.read()
            return Answered(status=response.status, body=json.loads(raw) if raw else None, headers=response.headers)


@pytest.fixture(scope="session")
def keys() -> Keys:
    return new_keys()


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def world(clock: DrivenClock, keys: Keys) -> World:
    return populated(clock, concessions=SANDBOX, keys=keys)


@pytest.fixture
def ada(world: World) -> Account:
    return world.account("ada")


@pytest.fixture
def grace(world: World) -> Account:
    return world.account("grace")


@pytest.fixture
def api(world: World) -> Repository:
    """`acme/api`, private, with the App on it."""
    return world.repository("acme/api")


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def receiver(world: World) -> AsyncIterator[Receiver]:
    got = Receiver()

    async def listen(request: web.Request) -> web.Response:
        got.heads.append(dict(request.headers))
        got.bodies.append(await request.read())
        if got.hold:
            await got.hold.wait()
        return web.json_response({"id": "x"}, status=got.status)

    app = web.Application(client_max_size=26 * 2**20)
    app.router.add_post("/webhooks/github", listen)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    got.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/github"
    for registered in world.apps.values():
        registered.hook.url = got.url
    yield got
    await runner.cleanup()


@pytest.fixture
async def server(world: World, receiver: Receiver) -> AsyncIterator[Running]:
    del receiver
    async with running(world) as server:
        yield server


Signed = Callable[..., str]
Browse = Callable[..., Awaitable[Answered]]
TokenEndpoint = Callable[..., Awaitable[Answered]]


@pytest.fixture
def signed(world: World, clock: DrivenClock) -> Signed:
    """Make a JWT of the App; `claims` replace its own."""

    def sign(app: App | None = None, key: str = "", **claims: Any) -> str:
        app, now = app or world.app, clock.now()
        usual = {
            "iat": int((now - timedelta(seconds=60)).timestamp()),
            "exp": int((now + timedelta(seconds=540)).timestamp()),
            "iss": str(app.id),
        }
        chosen = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(chosen, key or app.private_key_pem, algorithm="RS256")

    return sign


@pytest.fixture
def as_app(session: aiohttp.ClientSession, server: Running, signed: Signed) -> Ask:
    return Ask(session=session, server=server, authorization=lambda: f"Bearer {signed()}")


@pytest.fixture
def nobody(session: aiohttp.ClientSession, server: Running) -> Ask:
    return Ask(session=session, server=server, authorization=str)


@pytest.fixture
def with_credential(session: aiohttp.ClientSession, server: Running) -> Callable[[str], Ask]:
    return lambda credential: Ask(session=session, server=server, authorization=lambda: f"Bearer {credential}")


@pytest.fixture
def as_person(world: World, with_credential: Callable[[str], Ask]) -> Callable[[str], Ask]:
    """Asks with a token of a person's own, who has signed in to the App."""
    return lambda login: with_credential(oauth.sign_in(world, world.app, world.account(login)).token)


@pytest.fixture
def browse(session: aiohttp.ClientSession, server: Running) -> Browse:
    """Asks the web host as a browser does, following no redirect; in `Answered.body` is the page."""

    async def browse(method: str, path: str, form: Mapping[str, str] | None = None, **headers: str) -> Answered:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        url = server.url + path
        async with session.request(method, url, data=form, headers=sent, allow_redirects=False) as response:
            return Answered(status=response.status, body=await response.text(), headers=response.headers)

    return browse


@pytest.fixture
def manifest(receiver: Receiver) -> dict[str, Any]:
    """The product's own, with a webhook that is listened to."""
    made = ghes_manifest("https://agent.example.com")
    return made | {"hook_attributes": {"url": receiver.url, "active": True}}


@pytest.fixture
def token_endpoint(session: aiohttp.ClientSession, server: Running, world: World) -> TokenEndpoint:
    """Asks for tokens as the App does; what is given replaces the App's own fields, None leaves one out."""

    async def ask(**fields: str | None) -> Answered:
        own: dict[str, str | None] = {"client_id": world.app.client_id, "client_secret": world.app.client_secret}
        form = {name: value for name, value in (own | fields).items() if value is not None}
        accept = {"Accept": "application/json"}
        async with session.post(f"{server.url}/login/oauth/access_token", data=form, headers=accept) as response:
            return Answered(status=response.status, body=await response.json(), headers=response.headers)

    return ask


@pytest.fixture
def callback(world: World) -> str:
    """The App's callback URL."""
    world.app.callback_urls = ["https://agent.example.com/link/callback"]
    return world.app.callback_urls[0]


@pytest.fixture
async def bot(world: World, as_app: Ask, with_credential: Callable[[str], Ask]) -> Ask:
    """Asks with a token of the installation on acme."""
    installation = next(iter(world.installations.values()))
    minted = await as_app("POST", f"/app/installations/{installation.id}/access_tokens")
    return with_credential(minted.body["token"])
