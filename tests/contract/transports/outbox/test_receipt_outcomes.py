"""What each outcome comes to that a receipt tells, whatever has become of its notification meanwhile."""

from typing import Any

import pytest

from agent.store.outbox_parking import requeue
from agent.store.outbox_settlements import store_posting
from infra.sandbox.slack.faults import RequestLost, Says
from shared.outcome import Accepted, Outcome, Refused, Retry, Unknown
from shared.receipt import Receipt

POST = "chat.postMessage"
WAIT_S = 900.0


async def test_without_a_receipt_the_same_goes_again_and_a_late_receipt_of_the_first_settles_it(relayed: Any) -> None:
    for number in range(3):
        await relayed.push(f"push {number}")
    await relayed.issue()
    await relayed.work()
    late = await relayed.relay.carry()
    await relayed.pass_(WAIT_S + 1)
    await relayed.work()

    news = await relayed.settle(late)
    of_the_second = await relayed.relay.carry()
    news_of_the_second = await relayed.settle(of_the_second)

    first, second = relayed.relay.dispatched[:2], relayed.relay.dispatched[2:]
    assert [post.members for post in first] == [post.members for post in second]
    assert [post.client_msg_id for post in first] == [post.client_msg_id for post in second]
    assert news == [True] * 4
    assert [each.id for each in of_the_second] == [each.id for each in late]
    assert news_of_the_second == [False] * 4
    assert len(relayed.way.messages) == 2


@pytest.mark.parametrize(
    ("moment", "answer"),
    [
        ("stored", Accepted()),
        ("sent", Retry(0.0, "http_503")),
        ("sent", Refused("msg_too_long")),
    ],
    ids=repr,
)
async def test_a_receipt_that_comes_just_before_it_is_sent_again_is_not_undone_by_what_follows(
    relayed: Any, moment: str, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await relayed.issue()
    await relayed.work()
    late = await relayed.relay.carry()
    await relayed.pass_(WAIT_S + 1)
    relayed.relay.answers.append(answer)
    store, relay = relayed.store, relayed.relay
    storing, sending = store.write_many, relay.send

    async def settled_then_stored(work: Any, item: Any) -> Any:
        if work is store_posting:
            await relayed.settle(late)
        return await storing(work, item)

    async def settled_then_sent(post: Any) -> Any:
        await relayed.settle(late)
        return await sending(post)

    if moment == "stored":
        monkeypatch.setattr(store, "write_many", settled_then_stored)
    else:
        monkeypatch.setattr(relay, "send", settled_then_sent)
    await relayed.work()

    assert await relayed.states() == ["delivered"]
    assert (await relayed.thread()).ts == relayed.way.messages[0].ts
    assert len(relayed.sent) == 2


async def test_a_receipt_of_a_refusal_parks_it_and_a_delivery_is_believed_later_all_the_same(relayed: Any) -> None:
    await relayed.issue()
    await relayed.work()
    (delivered,) = await relayed.relay.carry()
    said: list[Outcome] = [Refused("msg_too_long"), Refused("is_archived"), Retry(0.0, "x"), Unknown("x"), Accepted()]

    news = await relayed.settle([Receipt(id=delivered.id, outcome=each) for each in said])
    (parked,) = await relayed.rows()
    address = await relayed.address()
    believed = await relayed.settle([delivered])

    assert news == [True, False, False, False, False]
    assert (parked.state, parked.reason, address.parked_reason) == ("parked", "msg_too_long", None)
    assert believed == [True]
    assert await relayed.states() == ["delivered"]
    assert (await relayed.thread()).ts == delivered.outcome.ts


async def test_what_was_parked_by_a_receipt_goes_again_under_its_id_when_somebody_frees_it(relayed: Any) -> None:
    await relayed.push("one", "d-9")
    await relayed.work()
    relayed.way.world.faults.add(Says(error="msg_too_long"), method=POST)
    await relayed.settle(await relayed.relay.carry())

    freed = await relayed.store.write(lambda connection: requeue(connection, ["d-9"], relayed.now()))
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())

    assert freed == 1
    assert len(set(relayed.sent)) == 1
    assert len(relayed.way.messages) == 1
    assert await relayed.states() == ["delivered"]


async def test_a_receipt_to_try_again_puts_it_back_in_its_place_when_it_says(relayed: Any) -> None:
    relayed.relay.hands_back = True
    relayed.way.world.faults.add(Says(error="service_unavailable"), method=POST)
    await relayed.issue(number=1)
    await relayed.work()
    (lost,) = await relayed.relay.carry()
    await relayed.settle([Receipt(id=lost.id, outcome=Retry(30.0, "key_revoked"))])
    await relayed.issue(number=2)
    await relayed.pass_(29)
    await relayed.work()
    early = await relayed.states()
    await relayed.pass_(2)
    await relayed.work()

    assert lost.outcome == Retry(None, "service_unavailable")
    assert early == ["queued", "queued"]
    assert await relayed.states() == ["accepted", "accepted"]
    assert relayed.sent == [lost.id, lost.id, (await relayed.rows())[1].id]


async def test_a_receipt_of_an_unknown_outcome_has_it_looked_for_before_anything_else_goes(relayed: Any) -> None:
    relayed.relay.hands_back = True
    relayed.way.world.faults.add(RequestLost(), method=POST)
    await relayed.issue(number=1)
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())
    await relayed.issue(number=2)
    await relayed.work()
    during = await relayed.states()
    for _ in range(3):
        await relayed.pass_(10.1)
        await relayed.work()

    assert during == ["unknown", "queued"]
    assert relayed.way.world.calls.count(("conversations.history", relayed.way.address.team_id)) == 2
    assert await relayed.states() == ["accepted", "accepted"]


async def test_a_receipt_that_it_is_on_its_way_still_has_it_waited_for_anew(relayed: Any) -> None:
    await relayed.issue()
    await relayed.work()
    await relayed.pass_(WAIT_S - 1)

    news = await relayed.settle([Receipt(id=(await relayed.rows())[0].id, outcome=Accepted())])
    await relayed.pass_(WAIT_S - 1)
    await relayed.work()

    assert news == [True]
    assert len(relayed.sent) == 1
