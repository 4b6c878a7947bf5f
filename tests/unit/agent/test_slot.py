import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.slack.socket_mode.connection import Connection
from agent.slack.socket_mode.slot import REFUSED_S, Slot
from agent.slack.socket_mode.tickets import Refused, Wait
from infra.sandbox.driven_clock import DrivenClock

LONGEST_BACKOFF_S = 30.0
ROUNDING_S = 1e-6
FAILURES = st.lists(
    st.builds(Refused, reason=st.just("invalid_auth"))
    | st.builds(Wait, reason=st.just("answered_503"), after_s=st.sampled_from([0.0, 5.0, 60.0])),
    min_size=1,
    max_size=8,
)


class Failing:
    """A house in which nothing opens: the scripted failures, then the first one for ever."""

    def __init__(self, clock: DrivenClock, failures: list[Wait | Refused]) -> None:
        self.attempts_at_s: list[float] = []
        self._clock = clock
        self._failures = failures

    async def opened(self, predecessor: Connection | None) -> Connection | Wait | Refused:
        assert predecessor is None
        self.attempts_at_s.append(self._clock.monotonic())
        number = len(self.attempts_at_s) - 1
        return self._failures[number] if number < len(self._failures) else self._failures[0]

    def ours(self) -> int:
        return 0

    def elsewhere(self) -> None:
        return None

    async def next_hello(self) -> None:
        await asyncio.Event().wait()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        raise AssertionError(work)

    def count(self, happening: str) -> None:
        assert happening.startswith("failed_")


@settings(max_examples=15, deadline=None)
@given(failures=FAILURES, seed=st.integers())
def test_after_every_failure_the_slot_waits_as_long_as_it_should_and_no_longer(
    failures: list[Wait | Refused], seed: int
) -> None:
    attempts_at_s = asyncio.run(_attempts(failures, seed))

    for failure, at_s, next_at_s in zip(failures, attempts_at_s, attempts_at_s[1:], strict=False):
        waited_s = next_at_s - at_s
        if isinstance(failure, Refused):
            assert waited_s == pytest.approx(REFUSED_S)
        else:
            assert failure.after_s - ROUNDING_S <= waited_s <= max(failure.after_s, LONGEST_BACKOFF_S) + ROUNDING_S


async def _attempts(failures: list[Wait | Refused], seed: int) -> list[float]:
    clock = DrivenClock()
    house = Failing(clock, failures)
    holding = asyncio.create_task(Slot(house, clock=clock, random=Random(seed)).hold())
    while len(house.attempts_at_s) <= len(failures):
        await clock.advance(clock.next_in() or 0.0, step_s=REFUSED_S)
    holding.cancel()
    return house.attempts_at_s
