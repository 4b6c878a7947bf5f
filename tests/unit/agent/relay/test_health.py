"""What was seen of the relay, and what follows from it."""

from datetime import timedelta

import pytest

from agent.relay.health import Health
from infra.sandbox.driven_clock import DrivenClock


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def health(clock: DrivenClock) -> Health:
    return Health(clock=clock)


async def test_the_longer_it_is_away_the_longer_it_is_left_alone_and_half_a_minute_at_most(
    clock: DrivenClock, health: Health
) -> None:
    rests = []
    for _ in range(8):
        health.silent("unreachable")
        rests.append(health.rest_s())
        await clock.advance(rests[-1], step_s=60)
        assert health.rest_s() == 0

    assert rests == [1, 2, 4, 8, 15, 30, 30, 30]


async def test_an_answer_ends_its_absence_whatever_it_says(clock: DrivenClock, health: Health) -> None:
    health.silent("unreachable")
    began = clock.now()
    await clock.advance(3)
    health.silent("no_answer_in_time")
    away = health.down_since, health.reason

    health.answered(None)

    assert away == (began, "no_answer_in_time")
    assert (health.down_since, health.reason, health.rest_s()) == (None, "", 0)
    assert health.answered_at == clock.now()


@pytest.mark.parametrize(
    ("ahead_s", "says"),
    [
        (0, ""),
        (60, ""),
        (-60, ""),
        (412, "Your clock is 412 s behind the relay's: set it by NTP."),
        (-90, "Your clock is 90 s ahead of the relay's: set it by NTP."),
    ],
)
async def test_a_clock_that_is_off_is_told_with_its_side(
    clock: DrivenClock, health: Health, ahead_s: int, says: str
) -> None:
    health.answered(clock.now() + timedelta(seconds=ahead_s))

    assert health.clock_says == says


async def test_an_answer_that_does_not_tell_the_time_changes_nothing(clock: DrivenClock, health: Health) -> None:
    health.answered(clock.now() + timedelta(seconds=412))

    health.answered(None)

    assert health.skew_s == 412
