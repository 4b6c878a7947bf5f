import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from agent.readiness import PAUSE_S, Readiness
from infra.sandbox.driven_clock import DrivenClock, settle


class Disk:
    """Says whether it has room; counts how often it is asked, and how often its return was told."""

    def __init__(self) -> None:
        self.room, self.asked, self.back = True, 0, 0

    async def writable(self) -> bool:
        self.asked += 1
        return self.room

    def recovered(self) -> None:
        self.back += 1


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
async def lost(disk: Disk, clock: DrivenClock) -> AsyncIterator[Callable[[], None]]:
    readiness = Readiness(disk.writable, clock, disk.recovered)
    running = asyncio.create_task(readiness.run())
    yield readiness.lost
    running.cancel()


async def test_while_nothing_is_refused_nothing_is_written(disk: Disk, clock: DrivenClock, lost: object) -> None:
    del lost

    await clock.advance(3600, step_s=60)

    assert (disk.asked, disk.back) == (0, 0)


async def test_room_again_is_told_once_and_with_no_help_from_outside(
    disk: Disk, clock: DrivenClock, lost: Callable[[], None]
) -> None:
    disk.room = False
    lost()
    await clock.advance(60, step_s=1)
    while_full = disk.back
    disk.room = True

    await clock.advance(PAUSE_S)
    at_once = disk.back
    await clock.advance(3600, step_s=60)

    assert (while_full, at_once, disk.back) == (0, 1, 1)


async def test_a_single_refusal_is_told_after_the_pause_that_ghes_needs_to_log_it(
    disk: Disk, clock: DrivenClock, lost: Callable[[], None]
) -> None:
    lost()
    await settle()
    early = disk.back

    await clock.advance(PAUSE_S)

    assert (early, disk.back) == (0, 1)


async def test_what_is_refused_during_the_pause_is_followed_by_another_look(
    disk: Disk, clock: DrivenClock, lost: Callable[[], None]
) -> None:
    lost()
    await clock.advance(PAUSE_S - 1)
    lost()

    await clock.advance(2 * PAUSE_S)

    assert disk.back == 2
