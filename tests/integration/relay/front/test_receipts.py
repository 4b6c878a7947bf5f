"""`POST /v1/receipts`: in order, old enough, and page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from relay_lambda.state.receipts import KEPT_S, Receipts
from relay_lambda.state.table import Table
from shared.outcome import Delivered, Refused, Retry
from shared.receipt import Receipt, receipt_of
from shared.relay_table import EXPIRES_AT, RowKey

TABLE = "relay-table"

SAID = [
    Receipt(id="n1", outcome=Delivered("1.1")),
    Receipt(id="n2", outcome=Refused("is_archived")),
    Receipt(id="n3", outcome=Retry(0, "key_revoked")),
]


@dataclass
class Slow:
    """DynamoDB, where each of `seconds` passes before a write is done; `passes` lets them."""

    client: Any
    seconds: list[float]
    passes: Callable[[float], None]
    puts: int = 0

    def put_item(self, **given: Any) -> Any:
        self.puts += 1
        if self.seconds:
            self.passes(self.seconds.pop(0))
        return self.client.put_item(**given)


def reported(rig: Any, *receipts: Receipt) -> None:
    for receipt in receipts:
        rig.parts.receipts.put("agent-1", receipt)
        rig.clock.wait(0.001)


def fetched(rig: Any, agent: Any, after: str = "", limit: int = 500) -> Any:
    return rig.ask(agent.request("receipts", {"after": after, "limit": limit})).body


def ids(body: Any) -> list[str]:
    return [receipt["id"] for receipt in body["receipts"]]


def test_receipts_come_oldest_first_and_whole(rig: Any) -> None:
    agent = rig.agent()
    reported(rig, *SAID)
    rig.clock.wait(6)

    body = fetched(rig, agent)

    assert [receipt_of(each) for each in body["receipts"]] == SAID
    assert body["more"] is False


def test_the_cursor_goes_on_where_the_last_page_ended(rig: Any) -> None:
    agent = rig.agent()
    reported(rig, *SAID)
    rig.clock.wait(6)

    first = fetched(rig, agent, limit=2)
    second = fetched(rig, agent, after=first["cursor"], limit=2)
    third = fetched(rig, agent, after=second["cursor"], limit=2)

    assert (ids(first), first["more"]) == (["n1", "n2"], True)
    assert (ids(second), second["more"]) == (["n3"], False)
    assert (ids(third), third["cursor"]) == ([], second["cursor"])


def test_receipts_of_one_millisecond_are_all_fetched(rig: Any) -> None:
    agent = rig.agent()
    for receipt in SAID:
        rig.parts.receipts.put("agent-1", receipt)
    rig.clock.wait(6)

    found, cursor = [], ""
    for _ in range(4):
        body = fetched(rig, agent, after=cursor, limit=1)
        found += ids(body)
        cursor = body["cursor"]

    assert sorted(found) == ["n1", "n2", "n3"]


def test_what_is_younger_than_five_seconds_is_held_back(rig: Any) -> None:
    """Another `deliver` may still write something older."""
    agent = rig.agent()
    reported(rig, SAID[0])
    rig.clock.wait(4)
    young = fetched(rig, agent)
    rig.clock.wait(2)

    assert (ids(young), young["cursor"]) == ([], "")
    assert ids(fetched(rig, agent)) == ["n1"]


@pytest.mark.parametrize("seconds", [[7.0], [5.5, 6.0]])
def test_a_receipt_that_is_written_late_is_not_passed_by(rig: Any, seconds: list[float]) -> None:
    """The agent's cursor goes on while DynamoDB doesn't answer."""
    agent, pages = rig.agent(), [{"cursor": ""}]

    def another_is_fetched(after_s: float) -> None:
        rig.clock.wait(0.1)
        reported(rig, SAID[1])
        rig.clock.wait(after_s)
        pages.append(fetched(rig, agent, after=pages[-1]["cursor"]))

    slow = Slow(rig.dynamodb, list(seconds), another_is_fetched)
    Receipts(Table(slow, TABLE), rig.clock).put("agent-1", SAID[0])
    rig.clock.wait(6)

    assert [ids(page) for page in pages[1:]] == [["n2"]] * len(seconds)
    assert ids(fetched(rig, agent, after=pages[-1]["cursor"])) == ["n1"]


@pytest.mark.parametrize(("seconds", "puts"), [(0.0, 1), (1.9, 1), (2.1, 2)])
def test_a_receipt_is_written_twice_only_when_it_took_long(rig: Any, seconds: float, puts: int) -> None:
    slow = Slow(rig.dynamodb, [seconds], rig.clock.wait)

    Receipts(Table(slow, TABLE), rig.clock).put("agent-1", SAID[0])

    assert slow.puts == puts


def test_a_receipt_that_has_expired_is_passed_by(rig: Any) -> None:
    """DynamoDB takes it away only later."""
    agent = rig.agent()
    reported(rig, SAID[0])
    rig.clock.wait(KEPT_S + 1)
    reported(rig, SAID[1])
    rig.clock.wait(6)

    agent = rig.agent()
    body = fetched(rig, agent)

    assert ids(body) == ["n2"]


def test_each_receipt_has_an_end(rig: Any) -> None:
    reported(rig, SAID[0])

    (row,) = rig.rows()

    assert row[EXPIRES_AT] == {"N": str(int(rig.clock.now().timestamp()) + KEPT_S)}


def test_an_answer_that_was_lost_is_given_again(rig: Any) -> None:
    agent = rig.agent()
    reported(rig, SAID[0])
    rig.clock.wait(6)
    event = agent.request("receipts", {"after": "", "limit": 5})

    first, second = rig.ask(event), rig.ask(event)

    assert ids(first.body) == ids(second.body) == ["n1"]


def test_a_request_id_is_used_up_by_what_it_asked(rig: Any) -> None:
    agent = rig.agent()
    rig.ask(agent.request("receipts", {"after": "", "limit": 5}, id_="m1"))

    answer = rig.ask(agent.request("receipts", {"after": "", "limit": 6}, id_="m1"))

    assert (answer.status, answer.body) == (409, {"error": "other_content"})


@pytest.mark.parametrize(
    "fields",
    [
        {"after": None},
        {"after": "x"},
        {"after": "1" * 13},
        {"limit": 0},
        {"limit": True},
        {"limit": "5"},
        {"limit": 1.5},
    ],
)
def test_what_is_no_cursor_or_limit_is_refused(rig: Any, fields: dict[str, Any]) -> None:
    answer = rig.ask(rig.agent().request("receipts", {"after": "", "limit": 5} | fields))

    assert (answer.status, answer.body) == (400, {"error": "no_cursor"})


def test_a_cursor_of_the_future_finds_nothing(rig: Any) -> None:
    agent = rig.agent()
    reported(rig, SAID[0])
    rig.clock.wait(6)
    future = f"{9 * 10**12}#00"

    assert fetched(rig, agent, after=future) == {"receipts": [], "cursor": future, "more": False}


def test_no_more_than_five_hundred_come_at_once(rig: Any) -> None:
    agent = rig.agent()
    for number in range(501):
        rig.table.put(
            RowKey("receipts#agent-1", f"{number:013d}#0"), {"receipt": '{"id": "n"}', EXPIRES_AT: agent.now + 99}
        )

    body = fetched(rig, agent, limit=10_000)

    assert (len(body["receipts"]), body["more"]) == (500, True)
