import re

import pytest

from shared.blockkit import palette

COLORS = {name: value for name, value in vars(palette).items() if name.isupper()}


@pytest.mark.parametrize("name", COLORS)
def test_a_colour_is_written_as_slack_takes_it(name: str) -> None:
    assert re.fullmatch("#[0-9a-f]{6}", COLORS[name])


def test_each_state_has_the_colour_that_people_know_from_github() -> None:
    assert COLORS == {
        "OPEN": "#36a64f",
        "CLOSED_ISSUE": "#6f42c1",
        "CLOSED_PULL": "#cb2431",
        "MERGED": "#6f42c1",
        "DRAFT": "#6a737d",
        "SUCCESS": "#28a745",
        "PENDING": "#dbab09",
        "FAILURE": "#cb2431",
        "NEUTRAL": "#24292f",
    }
