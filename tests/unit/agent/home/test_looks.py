"""What GHES has said of somebody lately."""

from datetime import UTC, datetime

import pytest

from agent.home.home import Things
from agent.home.looks import KNOWN_S, MOST, Look, Looks
from infra.sandbox.driven_clock import DrivenClock

NOTHING = Things(things=(), total=0)


def look(login: str = "mona") -> Look:
    return Look(login=login, reviews=NOTHING, assigned=NOTHING, at=datetime(2026, 11, 26, tzinfo=UTC))


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def looks(clock: DrivenClock) -> Looks:
    return Looks(clock)


async def test_it_is_known_for_a_minute_and_of_that_person_alone(looks: Looks, clock: DrivenClock) -> None:
    looks.keep("T1", "U1", look(), looks.begin())

    others = [looks.of(*who) for who in (("T1", "U2", "mona"), ("T2", "U1", "mona"), ("T1", "U1", "ada"))]
    await clock.advance(KNOWN_S - 1, step_s=KNOWN_S)
    known = looks.of("T1", "U1", "mona")
    await clock.advance(1)

    assert (others, known) == ([None] * 3, look())
    assert looks.of("T1", "U1", "mona") is None


def test_what_was_forgotten_is_not_known(looks: Looks) -> None:
    looks.keep("T1", "U1", look(), looks.begin())

    looks.forget("T1", "U1")

    assert looks.of("T1", "U1", "mona") is None


def test_what_was_asked_before_somebody_did_something_is_not_kept(looks: Looks) -> None:
    begun = looks.begin()
    looks.forget("T1", "U1")

    looks.keep("T1", "U1", look(), begun)

    assert looks.of("T1", "U1", "mona") is None


def test_those_who_looked_last_are_known(looks: Looks) -> None:
    for number in range(MOST + 1):
        looks.keep("T1", f"U{number}", look(), looks.begin())

    assert [looks.of("T1", user, "mona") is None for user in ("U0", "U1")] == [True, False]
