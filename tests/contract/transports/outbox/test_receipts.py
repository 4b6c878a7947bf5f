"""Behind a transport that accepts: what is held, how much of it, and what goes again when no receipt comes."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from infra.sandbox.slack.faults import Says
from shared.outcome import Delivered, Retry, Unknown
from shared.receipt import Receipt

WAIT_S = 900.0


async def test_what_is_accepted_is_held_and_what_comes_later_goes_too_in_its_order(
    relayed: Any, restarted: Callable[[Any], Any]
) -> None:
    for number in range(3):
        await relayed.issue(number=number)
        await relayed.push(f"push {number}")
    await relayed.work()
    await relayed.pass_(WAIT_S - 1)
    later = restarted(relayed)
    await later.issue(number=9)
    await later.work()

    rows = await later.rows()
    assert later.sent == [row.id for row in rows]
    assert {(row.state, row.settled_at) for row in rows} == {("accepted", None)}
    assert later.way.messages == []

    await later.settle(await later.relay.carry())

    assert await later.states() == ["delivered"] * 7
    assert [row.ts for row in await later.rows()] == [message.ts for message in later.way.messages]


async def test_receipts_settle_in_any_order_and_once_and_those_of_others_settle_nothing(relayed: Any) -> None:
    for number in range(4):
        await relayed.issue(number=number)
    await relayed.work()
    receipts = list(await relayed.relay.carry())
    strangers = [Receipt(id=each, outcome=Delivered("9.9")) for each in ("made-up", "7/7/issue/1/9.0", "a/b/c", "")]
    doubled = [each for each in receipts + strangers for _ in range(2)]
    random.Random(7).shuffle(doubled)

    news = await relayed.settle(doubled)
    rows = await relayed.rows()
    await relayed.pass_(5)
    again = await relayed.settle(doubled)

    assert Counter(each.id for each, is_new in zip(doubled, news, strict=True) if is_new) == {
        each.id: 1 for each in receipts
    }
    assert again == [False] * len(doubled)
    assert await relayed.rows() == rows
    assert {row.id: row.ts for row in rows} == {each.id: each.outcome.ts for each in receipts}


async def test_two_hundred_notifications_of_a_channel_are_on_their_way_and_the_rest_waits_merged(relayed: Any) -> None:
    for count in (195, 15):
        await asyncio.gather(*(relayed.push(f"push {number}") for number in range(count)))
        await relayed.work()
    full = Counter(await relayed.states())
    await relayed.pass_(WAIT_S - 1)
    await relayed.work()
    sent_once = relayed.sent
    await relayed.pass_(2)
    await relayed.work()
    sent_twice = relayed.sent

    await relayed.settle(await relayed.relay.carry(most=1))
    await relayed.work()

    assert full == {"accepted": 200, "queued": 10}
    assert len(sent_once) == 21  # the last of them had room for five of its fifteen
    assert sent_twice == sent_once * 2
    assert Counter(await relayed.states()) == {"delivered": 10, "accepted": 200}
    assert len(relayed.relay.dispatched[-1].members) == 10


async def test_however_much_is_to_be_sent_again_nothing_overtakes_a_post_whose_fate_is_unknown(relayed: Any) -> None:
    await asyncio.gather(*(relayed.push(f"push {number}") for number in range(70)))
    await relayed.work()
    await relayed.pass_(WAIT_S - 5)
    relayed.relay.answers.append(Unknown("timeout"))
    await relayed.issue()
    await relayed.work()
    before = relayed.sent

    await relayed.pass_(6)
    await relayed.work()

    assert len(before) == 8
    assert relayed.sent == before


async def test_what_the_far_side_has_lost_goes_again_and_is_there_once(relayed: Any) -> None:
    await relayed.issue()
    await relayed.comment("me too")
    await relayed.work()
    relayed.relay.forget()

    await relayed.pass_(WAIT_S + 1)
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())

    parent, reply = relayed.way.messages
    assert reply.thread_ts == parent.ts
    assert await relayed.states() == ["delivered"] * 2


async def test_part_of_a_set_that_has_no_receipt_goes_again_alone(relayed: Any) -> None:
    for number in range(3):
        await relayed.push(f"push {number}")
    await relayed.work()
    first, *rest = await relayed.relay.carry()
    await relayed.settle([first])
    await relayed.pass_(WAIT_S + 1)
    await relayed.work()

    await relayed.settle(rest)

    assert [len(post.members) for post in relayed.relay.dispatched] == [3, 2]
    assert await relayed.states() == ["delivered"] * 3


async def test_a_second_sending_that_is_not_taken_leaves_it_accepted_and_is_tried_again(relayed: Any) -> None:
    await relayed.issue()
    await relayed.work()
    await relayed.pass_(WAIT_S + 1)
    relayed.relay.answers.append(Retry(20.0, "http_503"))
    await relayed.work()
    (after,) = await relayed.rows()
    await relayed.pass_(21)
    await relayed.work()

    assert (after.state, after.reason, after.due_at) == ("accepted", "http_503", relayed.now() - 21 + 20)
    assert len(set(relayed.sent)) == 1
    assert len(relayed.sent) == 3
    assert await relayed.settle(await relayed.relay.carry()) == [True]


async def test_a_relay_that_says_nothing_for_days_is_asked_less_and_less_often(relayed: Any) -> None:
    await relayed.push("one")
    waits = []
    for _ in range(7):
        await relayed.work()
        (row,) = await relayed.rows()
        waits.append(round(row.due_at - relayed.now()))
        await relayed.pass_(row.due_at - relayed.now() + 0.1)

    assert waits == [900, 1800, 3600, 7200, 14400, 14400, 14400]
    assert len(relayed.sent) == 7
    assert await relayed.settle(await relayed.relay.carry()) == [True]


async def test_a_sending_that_is_not_taken_does_not_have_the_waits_begin_anew(relayed: Any) -> None:
    await relayed.push("one")
    waits = []
    for _ in range(3):
        await relayed.work()
        (row,) = await relayed.rows()
        waits.append(row.due_at - relayed.now())
        await relayed.pass_(waits[-1] + 0.1)
        relayed.relay.answers.append(Retry(20.0, "http_503"))
        await relayed.work()
        await relayed.pass_(20.1)

    assert [round(wait / WAIT_S) for wait in waits] == [1, 2, 4]
    assert len(relayed.sent) == 6


async def test_what_the_relay_hands_back_is_waited_for_from_the_beginning(relayed: Any) -> None:
    relayed.relay.hands_back = True
    await relayed.push("one")
    await relayed.work()
    await relayed.pass_(WAIT_S + 1)
    await relayed.work()
    (long,) = await relayed.rows()
    relayed.way.world.faults.add(Says(error="service_unavailable"), method="chat.postMessage")

    handed_back = await relayed.relay.carry()
    await relayed.settle(handed_back)
    await relayed.pass_(11)
    await relayed.work()

    (short,) = await relayed.rows()
    assert [each.outcome for each in handed_back] == [Retry(None, "service_unavailable")]
    assert round(long.due_at - long.posted_at) == 2 * WAIT_S
    assert round(short.due_at - short.posted_at) == WAIT_S
