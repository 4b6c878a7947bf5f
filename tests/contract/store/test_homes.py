"""What Home and the greeting remember, on both stores."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from agent.home.buttons import CHANGED
from agent.home.home import Subscribed
from agent.slash.asked import from_json
from agent.slash.click import Click
from agent.store.envelopes import claim_envelopes
from agent.store.homes import SqlHomes, changed
from agent.store.people_tables import homes as table
from agent.store.subscriptions import SqlSubscriptions
from agent.store.tables import subscriptions
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from infra.sandbox.driven_clock import DrivenClock
from shared.address import Address

WANTS = Wants(features={"issues": PLAIN})


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def homes(store: Any, clock: DrivenClock) -> SqlHomes:
    return SqlHomes(store, clock)


async def test_one_of_many_replicas_greets(open_store: Callable[[], Any], clock: DrivenClock) -> None:
    replicas = [SqlHomes(open_store(), clock) for _ in range(4)]

    claimed = await asyncio.gather(*(replica.claim_greeting("T1", "U1") for replica in replicas))

    assert sorted(claimed) == [False, False, False, True]
    assert await replicas[0].claim_greeting("T1", "U2")
    assert await replicas[0].claim_greeting("T2", "U1")


async def test_a_greeting_that_was_given_back_can_be_claimed_again(homes: SqlHomes) -> None:
    await homes.claim_greeting("T1", "U1")

    await homes.release_greeting("T1", "U1")

    assert await homes.claim_greeting("T1", "U1")


async def test_a_home_that_was_shown_is_drawn_anew(homes: SqlHomes, store: Any, clock: DrivenClock) -> None:
    now = clock.now().timestamp()
    await homes.shown("T1", "U1")
    await homes.shown("T1", "U1")
    await homes.claim_greeting("T1", "U2")

    for user in ("U1", "U2", "U3"):
        await store.write(lambda connection, user=user: changed(connection, "T1", user, now))

    [kept] = await store.write(lambda connection: claim_envelopes(connection, "me", now, 10))
    click = from_json(json.dumps(kept.payload))
    assert isinstance(click, Click)
    assert (click.action_id, click.team_id, click.user_id, click.channel_id) == (CHANGED, "T1", "U1", "")


async def test_showing_again_writes_nothing(homes: SqlHomes, store: Any, clock: DrivenClock) -> None:
    await homes.shown("T1", "U1")
    clock._elapsed_s += 60
    await homes.shown("T1", "U1")

    [row] = await store.read(lambda connection: connection.execute(select(table)).all())
    assert clock.now().timestamp() - row.shown_at == 60


async def test_subscriptions_are_the_persons_own_by_channel_and_name(
    homes: SqlHomes, store: Any, clock: DrivenClock
) -> None:
    typed = SqlSubscriptions(store, clock)
    for team, channel, name, by in [
        ("T1", "C2", "octo/shop", "U1"),
        ("T1", "C1", "octo/shop", "U1"),
        ("T1", "C1", "octo/docs", "U1"),
        ("T1", "C1", "octo/vault", "U2"),
        ("T2", "C9", "octo/shop", "U1"),
    ]:
        target = Target(scope=Scope.REPO, id=len(name) + ord(name[5]), name=name)
        made = Change(target=target, before=None, after=WANTS)
        await typed.change(Address(team_id=team, channel_id=channel), [made], by)
    pause = subscriptions.update().where(subscriptions.c.target == "octo/docs").values(paused_at=1.0)
    await store.write(lambda connection: connection.execute(pause))

    assert await homes.subscriptions("T1", "U1") == [
        Subscribed(channel_id="C1", name="octo/docs", paused=True),
        Subscribed(channel_id="C1", name="octo/shop"),
        Subscribed(channel_id="C2", name="octo/shop"),
    ]
