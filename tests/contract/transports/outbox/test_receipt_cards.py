"""Cards, their replies and their rewrites, behind a transport that accepts and settles by receipts."""

from itertools import pairwise
from typing import Any

import pytest

from infra.sandbox.slack.faults import Says
from shared.outcome import Refused
from shared.post import Role
from shared.receipt import Receipt

POST = "chat.postMessage"
WAIT_S = 900.0


async def test_replies_to_a_card_that_was_refused_come_back_and_wait_for_it(relayed: Any) -> None:
    relayed.way.world.faults.add(Says(error="msg_too_long"), method=POST)
    await relayed.issue()
    await relayed.comment("me too")
    await relayed.work()

    await relayed.settle(await relayed.relay.carry())
    await relayed.pass_(60)
    await relayed.work()

    assert [(row.state, row.reason) for row in await relayed.rows()] == [
        ("parked", "msg_too_long"),
        ("queued", "thread_unknown"),
    ]
    assert relayed.way.messages == []


async def test_of_replies_to_a_card_that_is_gone_the_first_refusal_alone_makes_a_new_one(relayed: Any) -> None:
    await relayed.issue()
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())
    (gone,) = relayed.way.messages
    relayed.way.delete(gone)
    for n in range(3):
        await relayed.comment(f"comment {n}")
        await relayed.work()
    refusals = await relayed.relay.carry()

    for receipt in refusals:
        await relayed.pass_(1)
        await relayed.settle([receipt])
        await relayed.work()
        await relayed.settle([each for each in await relayed.relay.carry() if each not in refusals])
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())

    assert [each.outcome for each in refusals] == [Refused("message_not_found")] * 3
    parent, *replies = relayed.way.messages
    assert parent.thread_ts is None
    assert [reply.thread_ts for reply in replies] == [parent.ts] * 3


async def test_a_card_that_a_rewrite_finds_gone_comes_back_once_for_a_reply_that_is_on_its_way(relayed: Any) -> None:
    await relayed.issue()
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())
    relayed.way.delete(relayed.way.messages[0])
    await relayed.comment("me too")
    await relayed.issue("edited", at="08:00:01", title="Changed")
    await relayed.pass_(1.1)
    await relayed.work()
    refusals = {each.id.count("/") > 0: each for each in await relayed.relay.carry()}

    for is_rewrite in (True, False):
        await relayed.settle([refusals[is_rewrite]])
        await relayed.work()
    await relayed.settle(await relayed.relay.carry())

    assert {each.outcome for each in refusals.values()} == {Refused("message_not_found")}
    card, reply = relayed.way.messages
    assert (card.thread_ts, reply.thread_ts) == (None, card.ts)
    assert (await relayed.thread()).ts == card.ts


async def test_a_rewrite_without_a_receipt_is_drawn_again_under_another_name(relayed: Any) -> None:
    await relayed.issue()
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())
    await relayed.issue("edited", at="08:00:01", title="Changed")
    await relayed.pass_(1.1)
    await relayed.work()
    relayed.relay.forget()
    await relayed.pass_(WAIT_S + 100)
    await relayed.work()

    news = await relayed.settle(await relayed.relay.carry())
    await relayed.pass_(WAIT_S + 100)
    await relayed.work()

    first, second = [post for post in relayed.relay.dispatched if post.role is Role.REWRITE]
    assert first.id != second.id
    assert news == [True]
    assert (await relayed.thread()).rewrite_at is None
    assert "Changed" in relayed.way.messages[0].text


async def test_a_receipt_of_an_older_drawing_does_not_hide_a_newer_change(relayed: Any) -> None:
    await relayed.issue()
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())
    await relayed.issue("edited", at="08:00:01", title="Older")
    await relayed.pass_(1.1)
    await relayed.work()
    older = await relayed.relay.carry()
    await relayed.issue("edited", at="08:00:02", title="Newer")

    news = await relayed.settle(older)
    await relayed.pass_(1.1)
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())

    assert news == [False]
    assert "Newer" in relayed.way.messages[0].text
    assert (await relayed.thread()).rewrite_at is None


async def test_a_card_that_changed_before_it_was_sent_again_is_drawn_anew_since_the_first_may_stand(
    relayed: Any,
) -> None:
    await relayed.issue()
    await relayed.work()
    await relayed.issue("edited", at="08:00:01", title="Changed")
    await relayed.pass_(WAIT_S + 1)
    await relayed.work()

    await relayed.settle(await relayed.relay.carry())
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())

    (card,) = relayed.way.messages
    assert "Changed" in card.text
    assert len(card.edits) == 1


async def test_a_rewrite_without_a_receipt_is_drawn_again_less_and_less_often_and_any_late_receipt_ends_it(
    relayed: Any,
) -> None:
    await relayed.issue()
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())
    await relayed.issue("edited", at="08:00:01", title="Changed")
    await relayed.pass_(1.1)
    waits = []
    for _ in range(6):
        await relayed.work()
        due_at = (await relayed.thread()).rewrite_at
        waits.append(due_at - relayed.now())
        await relayed.pass_(waits[-1] + 0.1)
    await relayed.work()

    longer = [round(after - before) for before, after in pairwise(waits)]
    assert longer == [900, 1800, 3600, 7200, 0]
    assert any(await relayed.settle(await relayed.relay.carry()))
    assert (await relayed.thread()).rewrite_at is None


async def test_a_change_of_a_card_goes_at_once_however_long_a_receipt_was_waited_for(relayed: Any) -> None:
    await relayed.issue()
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())
    await relayed.issue("edited", at="08:00:01", title="Older")
    await relayed.pass_(1.1)
    await relayed.work()
    await relayed.pass_(WAIT_S + 100)
    await relayed.work()
    await relayed.issue("edited", at="08:00:02", title="Newer")
    await relayed.pass_(1.1)
    await relayed.work()

    drawings = [post for post in relayed.relay.dispatched if post.role is Role.REWRITE]
    assert len(drawings) == 3
    assert (await relayed.thread()).rewrite_rank == 2


@pytest.mark.parametrize("reason", ["is_archived", "token_revoked"])
async def test_a_card_whose_place_is_parked_by_a_receipt_has_its_waits_begin_anew(relayed: Any, reason: str) -> None:
    await relayed.issue()
    await relayed.work()
    await relayed.settle(await relayed.relay.carry())
    await relayed.issue("edited", at="08:00:01", title="Changed")
    await relayed.pass_(1.1)
    await relayed.work()
    await relayed.pass_(WAIT_S + 100)
    await relayed.work()
    grown = (await relayed.thread()).rewrite_rank

    news = await relayed.settle([Receipt(id=relayed.relay.dispatched[-1].id, outcome=Refused(reason))])

    assert (grown, news) == (3, [True])
    assert (await relayed.address()).parked_reason == reason
    assert (await relayed.thread()).rewrite_rank == 0
