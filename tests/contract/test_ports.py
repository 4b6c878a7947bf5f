"""What the ports of `/ghe` promise, of their adapters on both stores; on PostgreSQL with two replicas at one moment."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.slack.inbox import EnvelopeStore
from agent.slack.socket_mode.envelope import Envelope
from agent.slash.ports import ConflictError, NotUndone, Subscriptions, UndoId, Undone
from agent.store.envelopes import SqlEnvelopes, answered, claim_envelopes
from agent.store.port import Store
from agent.store.subscriptions import SqlSubscriptions
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from infra.sandbox.driven_clock import DrivenClock
from shared.address import Address

HERE, THERE = Address(team_id="T1", channel_id="C1"), Address(team_id="T1", channel_id="C2")
SHOP, DOCS = (Target(scope=Scope.REPO, id=id_, name=name) for id_, name in ((1, "octo/shop"), (2, "octo/docs")))
ISSUES, PULLS = (Wants(features={name: PLAIN}) for name in ("issues", "pulls"))
ENVELOPE = Envelope(
    envelope_id="e-1",
    type="slash_commands",
    accepts_response_payload=True,
    payload={"trigger_id": "1.1", "text": "help"},
    retry_attempt=0,
    retry_reason="",
    received_at=datetime(2026, 11, 22, tzinfo=UTC),
)


def made(target: Target, wants: Wants | None, before: Wants | None = None) -> Change:
    return Change(target=target, before=before, after=wants)


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def replicas(open_store: Callable[[], Any]) -> list[Store]:
    """Two processes on one store."""
    return [open_store(), open_store()]


@pytest.fixture
def subscriptions(replicas: Sequence[Store], clock: DrivenClock) -> list[Subscriptions]:
    return [SqlSubscriptions(store, clock) for store in replicas]


@pytest.fixture
def inboxes(replicas: Sequence[Store]) -> list[EnvelopeStore]:
    return [SqlEnvelopes(store) for store in replicas]


async def claimed(store: Store, clock: DrivenClock, owner: str = "me") -> list[dict[str, Any]]:
    """The payloads of what is to be answered now; they are answered then."""
    now = clock.now().timestamp()
    kept = await store.write(lambda connection: claim_envelopes(connection, owner, now, 100))
    await store.write(lambda connection: answered(connection, now, [each.key for each in kept]))
    return [each.payload for each in kept]


async def test_subscriptions_are_those_of_the_channel_by_name(subscriptions: list[Subscriptions]) -> None:
    one, other = subscriptions
    await one.change(HERE, [made(SHOP, ISSUES), made(DOCS, PULLS)], "U1")
    await one.change(THERE, [made(SHOP, PULLS)], "U2")

    assert [(each.target.name, each.wants, each.created_by) for each in await other.of(HERE)] == [
        ("octo/docs", PULLS, "U1"),
        ("octo/shop", ISSUES, "U1"),
    ]


@pytest.mark.parametrize("before", [None, PULLS])
async def test_a_change_of_what_is_not_so_any_more_changes_nothing_at_all(
    subscriptions: list[Subscriptions], before: Wants | None
) -> None:
    one, _ = subscriptions
    await one.change(HERE, [made(SHOP, ISSUES)], "U1")

    with pytest.raises(ConflictError):
        await one.change(HERE, [made(DOCS, PULLS), made(SHOP, PULLS, before)], "U2")

    assert [each.target for each in await one.of(HERE)] == [SHOP]


async def test_of_two_replicas_that_change_one_subscription_at_one_moment_one_wins(
    subscriptions: list[Subscriptions],
) -> None:
    results = await asyncio.gather(
        *(each.change(HERE, [made(SHOP, ISSUES)], "U1") for each in subscriptions * 3), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in results) == ["ConflictError"] * 5 + ["str"]
    assert len(await subscriptions[0].of(HERE)) == 1


async def test_an_undo_takes_back_all_or_nothing_and_once(subscriptions: list[Subscriptions]) -> None:
    one, other = subscriptions
    await one.change(HERE, [made(SHOP, ISSUES)], "U1")
    both = [made(SHOP, PULLS, ISSUES), made(DOCS, ISSUES)]
    undo_id = await one.change(HERE, both, "U1")

    results = await asyncio.gather(*(each.undo(HERE, undo_id, "U2") for each in subscriptions * 2))

    assert sorted(map(str, results)) == sorted(map(str, [Undone(tuple(both)), *[NotUndone.ALREADY] * 3]))
    assert [(each.target, each.wants) for each in await other.of(HERE)] == [(SHOP, ISSUES)]


async def test_what_an_undo_would_bring_back_is_known_where_it_was_made(subscriptions: list[Subscriptions]) -> None:
    one, two = subscriptions
    await one.change(HERE, [made(SHOP, ISSUES), made(DOCS, ISSUES)], "U1")

    undo_id = await two.change(HERE, [made(SHOP, None, ISSUES), made(DOCS, PULLS, ISSUES)], "U1")

    assert await one.brought_back(HERE, undo_id) == [SHOP]
    assert await one.brought_back(THERE, undo_id) == []
    assert await one.brought_back(HERE, UndoId("made up")) == []


async def test_an_undo_of_what_was_changed_since_or_made_elsewhere_does_nothing(
    subscriptions: list[Subscriptions],
) -> None:
    one, _ = subscriptions
    undo_id = await one.change(HERE, [made(SHOP, ISSUES), made(DOCS, ISSUES)], "U1")
    await one.change(HERE, [made(DOCS, PULLS, ISSUES)], "U1")

    assert await one.undo(HERE, undo_id, "U1") is NotUndone.CHANGED
    assert await one.undo(THERE, undo_id, "U1") is NotUndone.UNKNOWN
    assert await one.undo(HERE, UndoId("made up"), "U1") is NotUndone.UNKNOWN
    assert len(await one.of(HERE)) == 2


async def test_an_envelope_is_new_once_also_when_it_was_answered_long_ago(
    inboxes: list[EnvelopeStore], replicas: Sequence[Store], clock: DrivenClock
) -> None:
    one, other = inboxes
    assert await one.remember(ENVELOPE)
    assert await claimed(replicas[1], clock) == [ENVELOPE.payload]
    await clock.advance(26 * 3600, step_s=26 * 3600)

    again = replace(ENVELOPE, envelope_id="e-2", retry_attempt=3)
    assert [await each.remember(again) for each in (one, other)] == [False, False]
    assert await claimed(replicas[0], clock) == []


async def test_envelopes_that_come_together_are_told_apart_by_what_is_inside(inboxes: list[EnvelopeStore]) -> None:
    several = [replace(ENVELOPE, envelope_id=f"e-{n}", payload={"trigger_id": f"1.{n // 2}"}) for n in range(20)]

    known = await asyncio.gather(*(inboxes[0].remember(each) for each in several))

    assert known == [True, False] * 10


async def test_two_replicas_never_take_the_same_envelope(
    inboxes: list[EnvelopeStore], replicas: Sequence[Store], clock: DrivenClock
) -> None:
    for number in range(20):
        await inboxes[0].remember(replace(ENVELOPE, payload={"trigger_id": f"1.{number}"}))

    taken = await asyncio.gather(*(claimed(store, clock, owner) for owner in "ab" for store in replicas))

    assert sorted(each["trigger_id"] for mine in taken for each in mine) == sorted(f"1.{n}" for n in range(20))
