"""The agent's own client before the relay's own front: neither is a stand-in here."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial
from typing import Any

import pytest
from aiohttp import ClientSession, web

from agent.net.outbound import Network
from agent.net.proxy import Proxy
from agent.relay.batches import Batches
from agent.relay.client import Client, Said
from agent.relay.health import Health
from agent.relay.keys import new_pair, put_next
from agent.relay.signer import Signer
from agent.transports.relay import RelayTransport
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.relay.caller import event
from shared.address import Address
from shared.blockkit.message import merged
from shared.card import Card, DataClass, reference
from shared.dispatch import Speaker
from shared.outcome import Accepted, Delivered, Outcome, Retry
from shared.post import Post, Role
from shared.receipt import Receipt, receipt_of
from shared.relay_requests import (
    RECEIPTS,
    WORKSPACE_PUT,
    WORKSPACE_REMOVE,
    Place,
    ReceiptsAsked,
    WorkspacePut,
    place_fields,
    receipts_fields,
    workspace_put_fields,
)


@dataclass(kw_only=True)
class Ours:
    """An agent's side, by a clock that it shares with the relay."""

    rig: Any
    clock: DrivenClock
    client: Client
    transport: RelayTransport

    async def sent(self, *posts: Post) -> list[Outcome]:
        sending = asyncio.gather(*(self.transport.send(post) for post in posts))
        while not sending.done():
            await self.clock.advance(0.05)
        return list(await sending)

    def post(self, id_: str, *also: str, team_id: str = "T1", channel_id: str = "C1") -> Post:
        card = Card(color="#24292f", headline=(reference("hello"),), parts=(), fallback=(reference("ü￾"),))
        members = (id_, *also)
        return Post(
            id=id_,
            also=also,
            delivery_id="d1",
            address=Address(team_id=team_id, channel_id=channel_id),
            role=Role.PLAIN,
            ts=None,
            thread_key=None,
            message=merged([card] * len(members), DataClass.TITLE),
            cards=dict.fromkeys(members, card),
            data_class=DataClass.TITLE,
        )


@pytest.fixture
async def ours(online: Any) -> AsyncIterator[Ours]:
    """The agent that `rig.agent()` enters, over HTTP."""
    caller, clock = online.agent(), DrivenClock(online.clock.now())

    async def bridged(request: web.Request) -> web.Response:
        names = {name.lower(): value for name, value in request.headers.items()}
        asked = event(request.path, await request.read(), names, method=request.method)
        answered = await asyncio.to_thread(online.ask, asked)
        told = {"Date": format_datetime(online.clock.now(), usegmt=True)}
        return web.json_response(answered.body, status=answered.status, headers=told)

    application = web.Application(client_max_size=2**22)
    application.router.add_route("*", "/{path:.*}", bridged)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        speaker = Speaker(agent_id="agent-1", key_id="k1", audience="relay-1")
        signer = Signer(speaker=speaker, key=caller.private)
        client = Client(
            network=Network(session=session, proxy=Proxy()),
            url=f"http://127.0.0.1:{runner.addresses[0][1]}",
            signer=signer,
            health=Health(clock=clock),
            clock=clock,
        )
        batches = Batches(client, clock, lambda _team_id: None)
        at_work = asyncio.create_task(batches.run())
        transport = RelayTransport(signer=signer, batches=batches, unknown="park", accepted=lambda: None, clock=clock)
        yield Ours(rig=online, clock=clock, client=client, transport=transport)
        at_work.cancel()
    await runner.cleanup()


async def test_a_workspace_is_registered_spoken_to_and_taken_back(ours: Ours, slack: Any) -> None:
    team = slack.team("acme")
    put = partial(ours.client.ask, WORKSPACE_PUT)
    early = await ours.sent(ours.post("n0", team_id=team.team_id))
    done = await put(workspace_put_fields(WorkspacePut(place=Place(id=team.team_id), token=team.bot_token)))
    wrong = await put(workspace_put_fields(WorkspacePut(place=Place(id="T404"), token=team.bot_token)))

    said = await ours.sent(ours.post("n1", "n2", team_id=team.team_id), ours.post("n3", team_id=team.team_id))
    removed = await ours.client.ask(WORKSPACE_REMOVE, place_fields(Place(id=team.team_id)))
    late = await ours.sent(ours.post("n4", team_id=team.team_id))

    assert early == late == [Retry(5.0, "relay_403: workspace_not_registered")]
    assert isinstance(done, Said)
    assert isinstance(removed, Said)
    assert (done.ok, removed.ok) == (True, True)
    assert isinstance(wrong, Said)
    assert not wrong.ok
    assert wrong.why.startswith("relay_403: token_not_confirmed")
    assert said == [Accepted(), Accepted()]
    group = f"agent-1#{team.team_id}#C1"
    assert ours.rig.queued() == [(group, "n1"), (group, "n2"), (group, "n3")]


async def test_a_rewrite_whose_name_is_not_plain_is_taken_too(ours: Ours) -> None:
    ours.rig.registered(ours.rig.agent())

    assert await ours.sent(ours.post("1/7/issue/1/90.0")) == [Accepted()]


async def test_receipts_are_read_as_they_were_written(ours: Ours) -> None:
    receipt = Receipt(id="n1", outcome=Delivered("1.1"))
    ours.rig.parts.receipts.put("agent-1", receipt)
    ours.rig.clock.wait(6)
    await ours.clock.advance(6)

    first = await ours.client.ask(RECEIPTS, receipts_fields(ReceiptsAsked(after="", limit=500)))
    assert isinstance(first, Said)
    after = first.fields["cursor"]
    second = await ours.client.ask(RECEIPTS, receipts_fields(ReceiptsAsked(after=after, limit=500)))

    assert isinstance(second, Said)
    assert [receipt_of(each) for each in first.fields["receipts"]] == [receipt]
    assert (second.fields["receipts"], second.fields["cursor"], second.fields["more"]) == ([], after, False)


async def test_the_next_key_is_taken_and_signs_from_then_on(ours: Ours) -> None:
    pair = new_pair()
    ours.rig.registered(ours.rig.agent())

    answer = await put_next(ours.client, pair, "k2")
    ours.client.signer = Signer.of(Speaker(agent_id="agent-1", key_id="k2", audience="relay-1"), pair.private)
    asked = await ours.client.ask(RECEIPTS, receipts_fields(ReceiptsAsked(after="", limit=1)))

    assert isinstance(answer, Said)
    assert isinstance(asked, Said)
    assert (answer.ok, asked.ok) == (True, True)


async def test_a_wrong_key_is_refused_and_the_agent_knows_why(ours: Ours) -> None:
    ours.client.signer = Signer.of(ours.client.signer.speaker, new_pair().private)

    answer = await ours.client.ask(RECEIPTS, receipts_fields(ReceiptsAsked(after="", limit=1)))

    assert isinstance(answer, Said)
    assert answer.status == 401
    assert ours.client.health.refused.startswith("The relay doesn't take our signature")
