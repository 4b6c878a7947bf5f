from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from shared.outcome import Accepted, Delivered, Outcome, Refused, Retry, Unknown

EXAMPLES = [Delivered("1.2"), Accepted(), Retry(None, "ratelimited"), Refused("is_archived"), Unknown("timeout")]


def test_there_are_five_answers_and_no_other() -> None:
    assert set(get_args(Outcome)) == {type(example) for example in EXAMPLES}


@pytest.mark.parametrize("outcome", EXAMPLES, ids=lambda outcome: type(outcome).__name__)
def test_an_answer_never_changes(outcome: Outcome) -> None:
    with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
        outcome.reason = "another"  # type: ignore[misc,union-attr]


def test_an_answer_is_not_called_reconciled_or_rate_limited_unless_that_is_said() -> None:
    assert not Delivered("1.2").reconciled
    assert not Retry(1.0, "service_unavailable").rate_limited
