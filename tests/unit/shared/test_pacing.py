"""Pacing never lets through more than it promises, and holds nothing up for longer than that takes."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.pacing import Pace, free_at, spend

PACES = st.builds(Pace, st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0]), st.integers(1, 20))
"""Rates whose intervals are exact in binary, so that the properties are exact too."""
PAUSES_S = st.lists(st.sampled_from([0.0, 0.0, 0.125, 0.5, 1.0, 3.0, 40.0]), min_size=1, max_size=60)


def sent(pauses_s: list[float], pace: Pace) -> tuple[list[float], list[float]]:
    """When posts were wanted, after pauses, and when they went: as soon as the bucket let them, one after another."""
    now, tat = 0.0, 0.0
    wanted: list[float] = []
    went: list[float] = []
    for pause_s in pauses_s:
        wanted.append(now + pause_s)
        now = max(wanted[-1], free_at(tat, pace))
        tat = spend(tat, now, pace)
        went.append(now)
    return wanted, went


@given(pauses_s=PAUSES_S, pace=PACES)
@settings(max_examples=60)
def test_in_no_window_of_time_goes_more_than_the_burst_and_the_rate(pauses_s: list[float], pace: Pace) -> None:
    _, went = sent(pauses_s, pace)

    for first, since in enumerate(went):
        for last in range(first, len(went)):
            assert last - first + 1 <= pace.burst + Fraction(went[last] - since) * Fraction(pace.rate)


@given(pauses_s=PAUSES_S, pace=PACES)
@settings(max_examples=60)
def test_nothing_waits_unless_one_more_would_be_too_many(pauses_s: list[float], pace: Pace) -> None:
    wanted, went = sent(pauses_s, pace)

    for at, (asked, gone) in enumerate(zip(wanted, went, strict=True)):
        crowded = any(
            at - first + 1 == pace.burst + Fraction(gone - went[first]) * Fraction(pace.rate) for first in range(at)
        )
        assert gone == asked or crowded


@given(pace=PACES, spent=st.integers(1, 200), eighths=st.integers(0, 10**6))
def test_after_a_pause_a_whole_burst_goes_at_once_and_one_more_does_not(pace: Pace, spent: int, eighths: int) -> None:
    tat = 0.0
    for _ in range(spent):
        tat = spend(tat, 0.0, pace)
    now = tat + eighths / 8

    for _ in range(pace.burst):
        assert free_at(tat, pace) <= now
        tat = spend(tat, now, pace)

    assert free_at(tat, pace) > now


def test_a_channel_takes_one_message_a_second_after_its_burst() -> None:
    _, went = sent([0.0] * 6, Pace(rate=1, burst=3))

    assert went == [0, 0, 0, 1, 2, 3]
