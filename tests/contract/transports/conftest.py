"""The ways of a post into the Slack stand-in: direct, one that accepts and settles by receipts, and the relay."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import ClientSession
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.net.outbound import Network
from agent.net.proxy import Proxy
from agent.outbox.transport import Transport
from agent.relay.batches import Batches
from agent.relay.client import Client
from agent.relay.health import Health
from agent.relay.signer import Signer
from agent.slack.web_api import WebApi
from agent.transports.relay import RelayTransport
from agent.transports.slack import SlackTransport
from agent.workspaces import Workspace, Workspaces
from infra.sandbox.accepting_transport import AcceptingTransport
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.relay_stand_in.carrying import StandInRelay
from infra.sandbox.relay_stand_in.http import Front
from infra.sandbox.relay_stand_in.http import running as relay_running
from infra.sandbox.slack.feed import Change as Happening
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.server import running
from infra.sandbox.slack.state import Message
from infra.sandbox.slack.world import World
from shared.address import Address
from shared.blockkit.message import merged
from shared.card import Card, DataClass, reference
from shared.dispatch import Speaker
from shared.outcome import Accepted, Outcome
from shared.post import Post, Role


@dataclass(kw_only=True)
class Way:
    """A transport into `#general` of the first workspace; `relay` where it accepts and settles by receipts."""

    world: World
    clock: DrivenClock
    workspaces: dict[str, Workspace]
    transport: Transport
    relay: AcceptingTransport | None
    front: Front | None = None
    unregistered: list[str] = field(default_factory=list)
    """Workspaces that the relay didn't know."""
    client: Client | None = None
    """Of the relay."""

    @property
    def address(self) -> Address:
        team_id = next(iter(self.world.teams))
        return Address(team_id=team_id, channel_id=self.world.channel(team_id, "general").channel_id)

    @property
    def messages(self) -> list[Message]:
        """All that stands in the channel and its threads, in order."""
        channel = self.world.channel(self.address.team_id, "general")
        return [each for each in channel.messages.values() if not each.deleted]

    def delete(self, message: Message) -> None:
        """Somebody deletes it."""
        self.world.put(replace(message, deleted=True), Happening(kind="deletion"))

    def post(self, id_: str = "n1", role: Role = Role.PLAIN, *, text: str = "hello", **fields: Any) -> Post:
        """Each of its members has a card that says `text`."""
        card = Card(color="#24292f", headline=(reference(text),), parts=(), fallback=(reference(text),))
        members = (id_, *fields.get("also", ()))
        nothing: dict[str, Any] = {
            "address": self.address,
            "also": (),
            "ts": None,
            "thread_key": None,
            "delivery_id": "d-1",
        }
        return Post(
            id=id_,
            role=role,
            message=merged([card] * len(members), DataClass.FULL),
            cards=dict.fromkeys(members, card),
            data_class=DataClass.FULL,
            **(nothing | fields),
        )

    async def said(self, post: Post) -> Outcome:
        """What came of it: the answer, or what every receipt of it says."""
        outcome = await self.sent(post)
        carries = self.front.relay if self.front else self.relay
        if carries is None:
            return outcome
        assert outcome == Accepted()
        carries.hands_back = True
        receipts = await carries.carry()
        assert [receipt.id for receipt in receipts] == [*post.members]
        (said,) = {receipt.outcome for receipt in receipts}
        return said

    async def sent(self, post: Post) -> Outcome:
        """The answer. What the relay is sent waits for company, so time passes meanwhile."""
        return (await self.all_sent(post))[0]

    async def all_sent(self, *posts: Post) -> Sequence[Outcome]:
        """The answers to posts that are sent at the same time."""
        sending = asyncio.gather(*(self.transport.send(post) for post in posts))
        while self.front and not sending.done():
            await self.clock.advance(0.05)
        return await sending


@asynccontextmanager
async def _opened(kind: str, *, limits: bool) -> AsyncIterator[Way]:
    clock = DrivenClock()
    world = sample(clock, workspaces=1, limits=limits)
    known = {
        team.team_id: Workspace(
            team_id=team.team_id,
            name=team.name,
            domain=team.domain,
            bot_user_id=team.bot_user_id,
            token=team.bot_token,
            scopes=team.scopes,
        )
        for team in world.teams.values()
    }
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(running(world))
        net = Network(session=await stack.enter_async_context(ClientSession()), proxy=Proxy())

        def direct(workspaces: Workspaces) -> SlackTransport:
            return SlackTransport(WebApi(network=net, api_url=urls.api_url, workspaces=workspaces, clock=clock))

        way = Way(world=world, clock=clock, workspaces=known, transport=direct(known), relay=None)
        if kind == "accepting":
            way.transport = way.relay = AcceptingTransport(way.transport, clock)
        elif kind == "relay":
            way.front = Front(StandInRelay(clock, direct))
            way.transport = await _relayed(way, net, stack)
        yield way
    assert (way.relay or StandInRelay(clock, direct)).complaints == []
    assert (way.front or Front(StandInRelay(clock, direct))).relay.complaints == []


async def _relayed(way: Way, net: Network, stack: AsyncExitStack) -> RelayTransport:
    """An agent's transport to the stand-in relay, which knows its key and its workspaces."""
    assert way.front
    key = Ed25519PrivateKey.generate()
    speaker = Speaker(agent_id="agent-1", key_id="k1", audience=way.front.relay.relay_id)
    signer = Signer(speaker=speaker, key=key)
    way.front.relay.enter("agent-1", "k1", key.public_key())
    for each in way.workspaces.values():
        way.front.relay.put("agent-1", each.team_id, each.token)
    url = await stack.enter_async_context(relay_running(way.front))
    client = Client(network=net, url=url, signer=signer, health=Health(clock=way.clock), clock=way.clock)
    way.client = client
    batches = Batches(client, way.clock, way.unregistered.append)
    at_work = asyncio.create_task(batches.run())
    stack.callback(at_work.cancel)
    return RelayTransport(signer=signer, batches=batches, unknown="resend", accepted=lambda: None, clock=way.clock)


@pytest.fixture(params=["direct", "accepting", "relay"])
async def way(request: pytest.FixtureRequest) -> AsyncIterator[Way]:
    """A transport, each of them; Slack has its limits."""
    async with _opened(request.param, limits=True) as opened:
        yield opened


@pytest.fixture(params=["direct", "accepting"])
async def at_once(request: pytest.FixtureRequest) -> AsyncIterator[Way]:
    """Those that send a post at once, and look into Slack."""
    async with _opened(request.param, limits=True) as opened:
        yield opened


@pytest.fixture
async def accepting() -> AsyncIterator[Way]:
    """The one that accepts, into a Slack without limits."""
    async with _opened("accepting", limits=False) as opened:
        yield opened


@pytest.fixture
async def by_relay() -> AsyncIterator[Way]:
    """The relay, into a Slack without limits."""
    async with _opened("relay", limits=False) as opened:
        yield opened
