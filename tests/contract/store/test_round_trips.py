"""Browsers that are sent away, on both stores: as many as are needed, and no more."""

from typing import Any

import pytest
from sqlalchemy import func, select

from agent.store import round_trips
from agent.store.round_trips import LIFE_S, Back, Kind, Lost, RoundTrips
from agent.store.setup_tables import round_trips as table
from infra.sandbox.driven_clock import DrivenClock


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(round_trips, "MOST", 5)
    return 5


async def test_of_those_that_anybody_may_begin_the_newest_are_kept(store: Any, few: int) -> None:
    clock = DrivenClock()
    trips, states = RoundTrips(store, clock), []
    for _ in range(2 * few):
        states.append(await trips.begin(Kind.SLACK_INSTALL, "browser"))
        await clock.advance(1, step_s=1)

    back = [await trips.end(Kind.SLACK_INSTALL, each, "browser") for each in states]

    assert back == [Lost.UNKNOWN] * few + [Back(detail={})] * few


async def test_one_kind_pushes_out_nothing_of_another(store: Any, few: int) -> None:
    clock = DrivenClock()
    trips = RoundTrips(store, clock)
    state = await trips.begin(Kind.GITHUB_APP, "admin")
    for _ in range(2 * few):
        await trips.begin(Kind.ADMIN_SIGN_IN, "browser")
        await clock.advance(1, step_s=1)

    kept = await store.read(
        lambda connection: connection.execute(
            select(func.count()).where(table.c.kind == Kind.ADMIN_SIGN_IN)
        ).scalar_one()
    )

    assert kept == few
    assert await trips.end(Kind.GITHUB_APP, state, "admin") == Back(detail={})


async def test_a_session_that_was_ended_stays_so_and_can_be_ended_twice(store: Any) -> None:
    trips = RoundTrips(store, DrivenClock())

    for _ in range(2):
        await trips.sign_out("browser", LIFE_S)

    assert (await trips.is_signed_out("browser"), await trips.is_signed_out("another")) == (True, False)


async def test_an_ended_session_is_no_state_that_somebody_could_come_back_with(store: Any) -> None:
    trips = RoundTrips(store, DrivenClock())
    await trips.sign_out("browser", LIFE_S)

    back = await trips.end(Kind.ADMIN_SIGN_IN, f"{Kind.SIGNED_OUT} browser", "browser")

    assert back == Lost.UNKNOWN
