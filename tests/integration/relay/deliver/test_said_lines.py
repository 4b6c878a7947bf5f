"""What `deliver` leaves in its log of what it was given: an answer to "what became of this delivery?"."""

import json
from dataclasses import replace
from typing import Any

import pytest

from relay_lambda.log import JsonLog
from shared.card_json import card_to_json


@pytest.fixture
def logging(house: Any) -> Any:
    """All in memory, but for the log."""
    house.given = replace(house.given, log=JsonLog(house.clock))
    return house


def test_each_post_is_one_line_with_its_deliveries_and_none_of_its_words(
    logging: Any, card: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.say("n1", text="words of the first")
    logging.say("n2", text="words of the second")
    logging.say("n3", channel="C2", text="words of the third")

    logging.run()

    out = capsys.readouterr().out
    lines = [line for line in map(json.loads, out.splitlines()) if line["message"] != "counted"]
    assert lines == [
        {
            "at": lines[number]["at"],
            "level": "info",
            "message": "said",
            "group": f"acme#T1#{channel}",
            "deliveries": deliveries,
            "reconciled": False,
        }
        for number, (channel, deliveries) in enumerate([("C1", ["d-n1", "d-n2"]), ("C2", ["d-n3"])])
    ]
    assert "words of" not in out
    assert "words of" in json.dumps(card_to_json(card("words of the first")))


def test_what_is_not_said_says_why(logging: Any, capsys: pytest.CaptureFixture[str]) -> None:
    logging.slack.faults.append("is_archived")
    logging.say("n1")
    logging.say("n2", channel="C2", withdrawn=True)

    logging.run()

    lines = map(json.loads, capsys.readouterr().out.splitlines())
    found = {(each["deliveries"][0], each["reason"]) for each in lines if each["message"] == "not said"}
    assert found == {("d-n1", "is_archived"), ("d-n2", "withdrawn")}
