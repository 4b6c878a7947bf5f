from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.backoff import backoff_s


@given(attempt=st.integers(min_value=1, max_value=10_000), seed=st.integers())
def test_a_wait_lies_between_zero_and_the_doubled_base_or_the_cap(attempt: int, seed: int) -> None:
    wait_s = backoff_s(attempt, base_s=1, cap_s=30, random=Random(seed))

    assert 0 <= wait_s <= min(30, 2 ** min(attempt - 1, 10))


def test_callers_who_failed_together_do_not_come_back_together() -> None:
    random = Random(1)

    waits_s = {backoff_s(4, base_s=1, cap_s=30, random=random) for _ in range(50)}

    assert len(waits_s) == 50
    assert max(waits_s) - min(waits_s) > 5
