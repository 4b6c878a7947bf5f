"""What the agent remembers of a relay, on both stores."""

from functools import partial
from typing import Any

from agent.store.relay import Fetched, cursor, note_registered, registered, settle_fetched
from shared.outcome import Accepted, Delivered
from shared.receipt import Receipt
from shared.relay_requests import Place

HERE = "relay-1/agent-1"


async def settled(agent: Any, *receipts: Receipt, behind: str) -> int:
    fetched = Fetched(receipts=receipts, cursor=behind)
    work = partial(settle_fetched, now=agent.clock.now().timestamp(), relay=HERE, fetched=fetched)
    found: int = await agent.store.write(work)
    return found


async def test_receipts_and_the_cursor_behind_them_are_settled_together_and_once(agent: Any) -> None:
    agent.slack.answers(Accepted())
    await agent.push("one")
    await agent.work()
    receipt = Receipt(id=agent.slack.attempts[0].id, outcome=Delivered("7.1"))

    news = await settled(agent, receipt, behind="0000000000002#a")
    again = await settled(agent, receipt, behind="0000000000002#a")

    assert (news, again) == (1, 0)
    assert await agent.states() == ["delivered"]
    assert await agent.store.read(partial(cursor, relay=HERE)) == "0000000000002#a"


async def test_a_cursor_never_goes_back_and_each_relay_has_its_own(agent: Any) -> None:
    await settled(agent, behind="0000000000002#a")
    await settled(agent, behind="0000000000001#f")
    await settled(agent, behind="")

    assert await agent.store.read(partial(cursor, relay=HERE)) == "0000000000002#a"
    assert await agent.store.read(partial(cursor, relay="relay-2/agent-1")) == ""


async def test_the_places_that_it_was_given_are_known_until_they_are_taken_back(agent: Any) -> None:
    for place in (Place(id="T1"), Place(id="E1", is_organisation=True), Place(id="T1")):
        await agent.store.write(partial(note_registered, relay=HERE, place=place, there=True))
    both = await agent.store.read(partial(registered, relay=HERE))

    await agent.store.write(partial(note_registered, relay=HERE, place=Place(id="T1"), there=False))

    assert both == [Place(id="E1", is_organisation=True), Place(id="T1")]
    assert await agent.store.read(partial(registered, relay=HERE)) == [Place(id="E1", is_organisation=True)]
    assert await agent.store.read(partial(registered, relay="relay-2/agent-1")) == []
