"""Cards that a transport took and has lost, whose replies it hands back."""

from typing import Any

from agent.store.outbox_receipts import LOST_AFTER_S
from shared.outcome import Retry
from shared.receipt import Receipt

WAIT_S = 900.0
NO_CARD = Retry(None, "thread_unknown")


async def lost(relayed: Any, *, waits: int = 0) -> None:
    """Have a card of which the far side knows nothing any more, after so many waits for its receipt."""
    await relayed.issue()
    await relayed.work()
    for _ in range(waits):
        (row,) = await relayed.rows()
        await relayed.pass_(row.due_at - relayed.now() + 0.1)
        await relayed.work()
    relayed.relay.forget()
    await relayed.pass_(LOST_AFTER_S + 1)


async def test_a_card_that_is_lost_goes_again_at_once_when_a_reply_tells_of_it_and_the_reply_behind_it(
    relayed: Any,
) -> None:
    await lost(relayed, waits=2)
    await relayed.comment("me too")
    await relayed.work()
    handed_back = await relayed.relay.carry()
    await relayed.settle(handed_back)
    await relayed.work()
    again = relayed.sent[-1]
    for _ in range(2):
        await relayed.settle(await relayed.relay.carry())
        await relayed.pass_(11)
        await relayed.work()

    card, reply = await relayed.rows()
    assert [each.outcome for each in handed_back] == [NO_CARD]
    assert again == card.id
    assert (card.state, reply.state) == ("delivered", "delivered")
    assert [each.thread_ts for each in relayed.way.messages] == [None, card.ts]


async def test_replies_that_were_under_way_before_a_lost_card_went_again_have_it_sent_no_third_time(
    relayed: Any,
) -> None:
    await lost(relayed)
    for words in ("one", "two"):
        await relayed.comment(words)
        await relayed.work()
    first, second = await relayed.relay.carry()
    await relayed.pass_(5)
    await relayed.settle([first])
    await relayed.work()
    await relayed.pass_(5)

    news = await relayed.settle([second])
    await relayed.work()

    card = (await relayed.rows())[0]
    assert (first.outcome, second.outcome, news) == (NO_CARD, NO_CARD, [True])
    assert relayed.sent.count(card.id) == 2


async def test_another_handing_back_and_the_card_of_another_subject_change_no_wait(relayed: Any) -> None:
    await relayed.issue(number=1)
    await relayed.issue(number=2)
    await relayed.comment("one", number=1)
    await relayed.work()
    before = [row.due_at for row in await relayed.rows()]
    relayed.relay.forget()
    await relayed.pass_(10)
    reply = (await relayed.rows())[2]

    await relayed.settle([Receipt(id=reply.id, outcome=Retry(None, "key_revoked"))])
    other = [row.due_at for row in await relayed.rows()]
    await relayed.pass_(LOST_AFTER_S)
    await relayed.round()
    await relayed.settle([Receipt(id=reply.id, outcome=NO_CARD)])

    assert other[:2] == before[:2]
    assert [row.due_at for row in await relayed.rows()][:2] == [relayed.now(), before[1]]


async def test_a_card_that_went_a_moment_ago_is_not_sent_again_for_a_reply(relayed: Any) -> None:
    await relayed.issue()
    await relayed.comment("one")
    await relayed.work()
    card, reply = await relayed.rows()
    await relayed.pass_(LOST_AFTER_S - 1)

    await relayed.settle([Receipt(id=reply.id, outcome=NO_CARD)])

    assert (await relayed.rows())[0].due_at == card.due_at
