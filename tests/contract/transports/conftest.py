"""Both ways of a post into the Slack stand-in: the direct one, and one that accepts and settles by receipts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiohttp import ClientSession

from agent.net.outbound import Network
from agent.net.proxy import Proxy
from agent.outbox.transport import Transport
from agent.slack.web_api import WebApi
from agent.transports.slack import SlackTransport
from agent.workspaces import Workspace
from infra.sandbox.accepting_transport import AcceptingTransport
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.slack.feed import Change as Happening
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.server import running
from infra.sandbox.slack.state import Message
from infra.sandbox.slack.world import World
from shared.address import Address
from shared.blockkit.message import Message as Drawn
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
        drawn = Drawn(
            text=text, blocks=({"type": "section", "text": {"type": "mrkdwn", "text": text}},), attachments=()
        )
        nothing: dict[str, Any] = {"also": (), "ts": None, "thread_key": None, "delivery_id": "d-1"}
        return Post(id=id_, address=self.address, role=role, message=drawn, **(nothing | fields))

    async def said(self, post: Post) -> Outcome:
        """What came of it: the answer, or what every receipt of it says."""
        outcome = await self.transport.send(post)
        if self.relay is None:
            return outcome
        assert outcome == Accepted()
        self.relay.hands_back = True
        receipts = await self.relay.carry()
        assert [receipt.id for receipt in receipts] == [*post.members]
        (said,) = {receipt.outcome for receipt in receipts}
        return said


@asynccontextmanager
async def _opened(*, accepts: bool, limits: bool) -> AsyncIterator[Way]:
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
    async with running(world) as urls, ClientSession() as session:
        net = Network(session=session, proxy=Proxy())
        slack = SlackTransport(WebApi(network=net, api_url=urls.api_url, workspaces=known, clock=clock))
        relay = AcceptingTransport(slack, clock) if accepts else None
        yield Way(world=world, clock=clock, workspaces=known, transport=relay or slack, relay=relay)
    if relay:
        assert relay.complaints == []


@pytest.fixture(params=["direct", "accepting"])
async def way(request: pytest.FixtureRequest) -> AsyncIterator[Way]:
    """A transport, each of the two; Slack has its limits."""
    async with _opened(accepts=request.param == "accepting", limits=True) as opened:
        yield opened


@pytest.fixture
async def accepting() -> AsyncIterator[Way]:
    """The one that accepts, into a Slack without limits."""
    async with _opened(accepts=True, limits=False) as opened:
        yield opened
