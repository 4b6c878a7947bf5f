"""The table translates every error of the library, and a condition that doesn't hold is an answer."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, ReadTimeoutError

from infra.sandbox.relay.stepped_clock import SteppedClock
from relay_lambda.state.remembered import MOST, Remembered
from relay_lambda.state.table import Change, Condition, NotMet, Table
from relay_lambda.unavailable import Unavailable
from shared.relay_table import RowKey

KEY = RowKey("a", "b")
NEW = Condition(text="attribute_not_exists(pk)")
CHANGE = Change(key=KEY, text="SET x = :x", condition=Condition(text="x < :x", values={":x": 1}))
CALLS: list[Callable[[Table], Any]] = [
    lambda table: table.get(KEY),
    lambda table: table.put(KEY, {"x": 1}),
    lambda table: table.update(KEY, "SET x = :x", Condition(text="", values={":x": 1})),
    lambda table: table.together({RowKey("a", "c"): {"x": 1}}, CHANGE),
    lambda table: table.page("a", low="a", high="b", limit=1),
]
FAILURES = [
    ClientError({"Error": {"Code": "InternalServerError", "Message": "secret"}}, "x"),
    ClientError({}, "x"),
    ClientError(
        {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": "TransactionConflict"}]},  # type: ignore[arg-type, unused-ignore]
        "x",
    ),
    EndpointConnectionError(endpoint_url="https://x.example"),
    ReadTimeoutError(endpoint_url="https://x.example"),
    BotoCoreError(),
]


class Client:
    """Every call ends like this."""

    def __init__(self, failure: Exception) -> None:
        self.failure, self.asked = failure, list[dict[str, Any]]()

    def __getattr__(self, _name: str) -> Callable[..., Any]:
        def called(**given: Any) -> Any:
            self.asked.append(given)
            raise self.failure

        return called


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
@pytest.mark.parametrize("call", CALLS)
def test_what_fails_is_unavailable(call: Callable[[Table], Any], failure: Exception) -> None:
    with pytest.raises(Unavailable, match="dynamodb") as found:
        call(Table(Client(failure), "table"))

    assert "secret" not in str(found.value)


def test_of_several_rows_none_is_written_when_one_condition_does_not_hold() -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
    answer = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
    client = Client(ClientError(answer, "TransactWriteItems"))  # type: ignore[arg-type, unused-ignore]

    assert not Table(client, "table").together({RowKey("a", "c"): {"x": 1}}, CHANGE)
    (put, update) = client.asked[0]["TransactItems"]
    assert put["Put"]["ConditionExpression"] == "attribute_not_exists(pk)"
    assert (put["Put"]["TableName"], update["Update"]["TableName"]) == ("table", "table")
    assert update["Update"]["ConditionExpression"] == "x < :x"


def test_a_condition_that_does_not_hold_brings_what_is_there() -> None:
    answer = {"Error": {"Code": "ConditionalCheckFailedException"}, "Item": {"sk": {"S": "b"}, "n": {"N": "7"}}}
    client = Client(ClientError(answer, "PutItem"))  # type: ignore[arg-type, unused-ignore]
    table = Table(client, "table")

    assert table.put(KEY, {"x": 1}, NEW) == NotMet({"sk": "b", "n": 7})
    assert table.update(KEY, "SET x = :x", NEW) == NotMet({"sk": "b", "n": 7})
    assert [given["ReturnValuesOnConditionCheckFailure"] for given in client.asked] == ["ALL_OLD"] * 2


def test_what_was_remembered_is_forgotten_in_time() -> None:
    clock = SteppedClock()
    known: Remembered[str, int] = Remembered(clock, for_s=60)
    known.put("a", 1)

    clock.wait(59)
    before = known.get("a")
    clock.wait(1)

    assert (before, known.get("a"), known.get("b")) == (1, None, None)


def test_a_memory_has_a_size() -> None:
    known: Remembered[int, int] = Remembered(SteppedClock(), for_s=60)
    for number in range(MOST + 1):
        known.put(number, number + 1)

    assert (known.get(0), known.get(1), known.get(MOST)) == (None, 2, MOST + 1)
