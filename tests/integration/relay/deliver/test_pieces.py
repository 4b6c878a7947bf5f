"""Batches as a busy queue cuts them: a channel's messages come in pieces, beside those of others."""

from typing import Any

import pytest

from infra.sandbox.relay.plain_slack import PlainSlack
from shared.outcome import Delivered


@pytest.mark.parametrize("most", [1, 2, 3, 7])
@pytest.mark.parametrize("fault", ["killed after", "killed before", "answer lost", "request lost"])
def test_however_a_set_comes_back_in_pieces_everything_is_said_once_and_in_order(
    build: Any, clocks: Any, fault: str, most: int
) -> None:
    clock = clocks()
    slack = PlainSlack(clock=clock)
    house = build(clock, slack)
    for number in range(9):
        house.say(f"n{number}")
    slack.faults.append(fault)
    house.carry_once()

    house.run(most=most)

    assert slack.texts("C1") == [f"n{number}" for number in range(9)]
    assert {type(each) for found in house.outcomes.values() for each in found} == {Delivered}
    assert len(house.outcomes) == 9
