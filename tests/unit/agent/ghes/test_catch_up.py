import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ghes.answers import Refused, Unreachable
from agent.ghes.catch_up import (
    INTERVAL_S,
    KEPT_BY_GHES,
    MOST_PAGES,
    OVERLAP,
    RETRY_S,
    CaughtUp,
    Gap,
    Logged,
    LogPage,
    RawDelivery,
    Trouble,
    catch_up,
    run,
)
from agent.store.port import StoreUnavailableError
from infra.sandbox.driven_clock import DrivenClock, settle

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def logged(id_: int, delivery_id: str, minutes_ago: float, event_name: str = "issues") -> Logged:
    delivered_at = NOW - timedelta(minutes=minutes_ago)
    return Logged(id=id_, delivery_id=delivery_id, event_name=event_name, delivered_at=delivered_at)


@dataclass(slots=True, kw_only=True)
class Far:
    """A log of `entries`, newest first, in pages of `size`; and a store."""

    entries: Sequence[Logged] = ()
    size: int = 2
    failing: dict[int, Refused | Unreachable] = field(default_factory=dict)
    away: bool = False
    stored: list[RawDelivery] = field(default_factory=list)
    known_before: set[str] = field(default_factory=set)
    full: bool = False
    breaking: str = ""
    pages_read: int = 0
    noted: list[CaughtUp] = field(default_factory=list)
    trouble: Trouble = field(default_factory=Trouble)

    async def page(self, cursor: str | None) -> LogPage | Unreachable:
        self.pages_read += 1
        if self.away:
            return Unreachable(reason="GitHub Enterprise is away.")
        start = int(cursor or 0)
        end = start + self.size
        return LogPage(entries=self.entries[start:end], next=str(end) if end < len(self.entries) else None)

    async def delivery(self, entry: Logged) -> RawDelivery | Refused | Unreachable:
        return self.failing.get(entry.id) or RawDelivery(
            delivery_id=entry.delivery_id,
            event_name=entry.event_name,
            payload={"attempt": entry.id},
            delivered_at=entry.delivered_at,
            headers={},
        )

    async def known(self, delivery_ids: Sequence[str]) -> set[str]:
        return self.known_before & set(delivery_ids)

    async def record(self, delivery: RawDelivery) -> None:
        if self.full:
            raise StoreUnavailableError("disk full")
        if delivery.delivery_id == self.breaking:
            raise ValueError("what no delivery had before")
        self.stored.append(delivery)
        self.known_before.add(delivery.delivery_id)

    async def since(self) -> datetime | None:
        return self.noted[-1].complete_until if self.noted else None

    async def note(self, caught: CaughtUp) -> None:
        self.noted.append(caught)


async def caught_up(far: Far, since: datetime | None) -> CaughtUp:
    caught = await catch_up(far, far.known, far.record, since, NOW)
    assert isinstance(caught, CaughtUp)
    return caught


async def test_what_is_unknown_is_recorded_oldest_first() -> None:
    far = Far(entries=[logged(4, "d", 1), logged(3, "c", 2), logged(2, "b", 3), logged(1, "a", 4)], known_before={"c"})

    caught = await caught_up(far, NOW - timedelta(hours=1))

    assert [it.delivery_id for it in far.stored] == ["a", "b", "d"]
    assert caught == CaughtUp(fetched=3, gap=None, failures=(), complete_until=NOW)


async def test_attempts_for_one_delivery_are_one_dated_by_its_first() -> None:
    far = Far(entries=[logged(3, "a", 1), logged(2, "b", 2), logged(1, "a", 3)])

    await caught_up(far, None)

    assert [(it.delivery_id, it.payload["attempt"]) for it in far.stored] == [("a", 3), ("b", 2)]
    assert far.stored[0].delivered_at == NOW - timedelta(minutes=3)


async def test_a_ping_is_not_worth_fetching() -> None:
    far = Far(entries=[logged(1, "a", 1, "ping")])

    assert (await caught_up(far, None)).fetched == 0


async def test_reading_stops_where_everything_was_known() -> None:
    far = Far(entries=[logged(100 - minute, str(minute), minute) for minute in range(100)])

    await caught_up(far, NOW - timedelta(minutes=5))

    assert far.pages_read == 9  # the five minutes, the overlap, and the page that is older
    assert len(far.stored) == 18


async def test_one_delivery_that_fails_does_not_stop_the_others() -> None:
    far = Far(
        entries=[logged(3, "c", 1), logged(2, "b", 2), logged(1, "a", 3)],
        failing={2: Unreachable(reason="GitHub Enterprise is slow.")},
    )

    caught = await caught_up(far, NOW - timedelta(hours=1))

    assert [it.delivery_id for it in far.stored] == ["a", "c"]
    assert [(it.delivery_id, it.reason) for it in caught.failures] == [("b", "GitHub Enterprise is slow.")]
    assert caught.complete_until == NOW - timedelta(minutes=2)


async def test_a_delivery_that_left_the_log_does_not_hold_back_the_rest() -> None:
    far = Far(entries=[logged(1, "a", 3)], failing={1: Refused(status=404, message="Not Found")})

    caught = await caught_up(far, NOW - timedelta(hours=1))

    assert [it.tried_again for it in caught.failures] == [False]
    assert caught.complete_until == NOW


async def test_a_delivery_that_breaks_us_is_shown_and_the_others_are_recorded() -> None:
    far = Far(entries=[logged(3, "c", 1), logged(2, "b", 2), logged(1, "a", 3)], breaking="b")

    caught = await caught_up(far, NOW - timedelta(hours=1))
    assert [it.delivery_id for it in far.stored] == ["a", "c"]
    assert [(it.delivery_id, it.tried_again) for it in caught.failures] == [("b", False)]
    assert caught.complete_until == NOW


async def test_a_full_store_stops_the_round_and_keeps_its_place() -> None:
    far = Far(entries=[logged(2, "b", 2), logged(1, "a", 3)], full=True)

    caught = await caught_up(far, NOW - timedelta(hours=1))

    assert [it.delivery_id for it in caught.failures] == ["a"]
    assert caught.complete_until == NOW - timedelta(minutes=3)


async def test_an_outage_longer_than_the_log_leaves_a_gap() -> None:
    since = NOW - timedelta(days=9)
    far = Far(entries=[logged(1, "a", 60)])

    caught = await caught_up(far, since)

    assert caught.gap == Gap(from_at=since, to_at=NOW - KEPT_BY_GHES)
    assert caught.fetched == 1


async def test_a_log_that_reaches_back_far_enough_leaves_no_gap() -> None:
    since = NOW - timedelta(days=9)
    far = Far(entries=[logged(1, "a", 10 * 24 * 60)])

    assert (await caught_up(far, since)).gap is None


@pytest.mark.parametrize("entries", [[], [logged(1, "a", 1)]])
async def test_a_quiet_server_is_no_gap(entries: list[Logged]) -> None:
    assert (await caught_up(Far(entries=entries), NOW - timedelta(days=6))).gap is None


async def test_more_than_can_be_read_is_a_gap() -> None:
    far = Far(
        entries=[logged(9999 - number, str(number), 1 + number / 100) for number in range(MOST_PAGES + 5)], size=1
    )
    since = NOW - timedelta(hours=1)

    caught = await caught_up(far, since)

    assert caught.fetched == MOST_PAGES
    assert caught.gap == Gap(from_at=since, to_at=far.stored[0].delivered_at)


async def test_a_log_that_cannot_be_read_is_a_value() -> None:
    far = Far(away=True)

    assert await catch_up(far, far.known, far.record, None, NOW) == Unreachable(reason="GitHub Enterprise is away.")


@given(
    minutes=st.lists(st.integers(0, 600), max_size=30),
    known=st.sets(st.integers(0, 29)),
    since=st.integers(0, 600),
    size=st.integers(1, 7),
)
async def test_whatever_came_since_is_stored_once_and_in_order(
    minutes: list[int], known: set[int], since: int, size: int
) -> None:
    entries = [logged(1000 - n, str(n), ago) for n, ago in enumerate(sorted(minutes))]
    far = Far(entries=entries, size=size, known_before={str(n) for n in known})
    since_at = NOW - timedelta(minutes=since)

    await caught_up(far, since_at)

    stored = [it.delivery_id for it in far.stored]
    assert len(stored) == len(set(stored))
    assert [it.delivered_at for it in far.stored] == sorted(it.delivered_at for it in far.stored)
    due = {it.delivery_id for it in entries if it.delivered_at >= since_at - OVERLAP} - {str(n) for n in known}
    assert due <= set(stored)


@pytest.fixture
async def running(clock: DrivenClock) -> AsyncIterator[Callable[[Far], asyncio.Event]]:
    """Starts the loop, and gives what wakes it."""
    tasks: list[asyncio.Task[None]] = []

    def start(far: Far) -> asyncio.Event:
        wake = asyncio.Event()
        given: dict[str, Any] = {
            "log_of_ghes": far,
            "known": far.known,
            "record": far.record,
            "marks": far,
            "trouble": far.trouble,
        }
        tasks.append(asyncio.create_task(run(**given, clock=clock, wake=wake)))
        return wake

    yield start
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_the_loop_catches_up_at_once_and_every_ten_minutes(
    running: Callable[[Far], asyncio.Event], clock: DrivenClock
) -> None:
    far = Far()

    running(far)
    await settle()
    assert len(far.noted) == 1

    await clock.advance(INTERVAL_S, step_s=INTERVAL_S)
    assert len(far.noted) == 2


async def test_the_loop_catches_up_when_it_is_woken(running: Callable[[Far], asyncio.Event]) -> None:
    far = Far()
    wake = running(far)
    await settle()

    wake.set()
    await settle()

    assert len(far.noted) == 2
    assert not wake.is_set()


@pytest.mark.parametrize("trouble", ["away", "full"])
async def test_the_loop_outlives_a_server_and_a_store_in_trouble(
    running: Callable[[Far], asyncio.Event], clock: DrivenClock, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = Far(away=trouble == "away", entries=[logged(1, "a", 1)])

    async def unavailable(_: CaughtUp) -> None:
        raise StoreUnavailableError("disk full")

    if trouble == "full":
        monkeypatch.setattr(Far, "note", lambda _self, caught: unavailable(caught))
    running(far)
    await settle()
    assert far.noted == []
    assert far.trouble.says == ("GitHub Enterprise is away." if trouble == "away" else "")

    far.away = False
    monkeypatch.undo()
    await clock.advance(RETRY_S, step_s=RETRY_S)
    assert len(far.noted) == 1
    assert far.trouble.says == ""
