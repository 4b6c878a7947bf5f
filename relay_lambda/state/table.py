"""The table: its five calls, with plain columns, and with its errors translated.

A condition that doesn't hold is an answer; whatever else fails is `Unavailable`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from relay_lambda.unavailable import Unavailable
from shared.relay_table import PK, SK, RowKey, Value, columns_of, item_of, value_of

_NOT_MET = "ConditionalCheckFailedException"
_CANCELED, _ONE_NOT_MET = "TransactionCanceledException", "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class NotMet:
    """The condition doesn't hold; `row` is what stands there, empty when nothing does."""

    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`text` in DynamoDB's language; `names` for its `#name`s, `values` for its `:name`s."""

    text: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of one row, as `Table.update` makes it."""

    key: RowKey
    text: str
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows of one partition in their order; `more` when there may be others behind them."""

    rows: Sequence[Mapping[str, Any]]
    more: bool


class Table:
    """One table; `client` is boto3's for DynamoDB."""

    def __init__(self, client: Any, name: str) -> None:
        self._client, self._name = client, name

    def get(self, key: RowKey) -> Mapping[str, Any] | None:
        """A row as it is now, expired or not; None when there is none."""
        answer = self._called("get_item", Key=_key(key), ConsistentRead=True)
        return columns_of(answer["Item"]) if "Item" in answer else None

    def put(self, key: RowKey, columns: Mapping[str, Value], condition: Condition | None = None) -> NotMet | None:
        """Write a whole row, in the place of what is there."""
        try:
            self._called("put_item", Item=_key(key) | item_of(columns), **_conditional(condition))
        except _NotMetError as failure:
            return NotMet(failure.row)
        return None

    def update(
        self, key: RowKey, text: str, condition: Condition, *, returns: str = "ALL_NEW"
    ) -> Mapping[str, Any] | NotMet:
        """Change a row by an update expression, whose names and values stand in `condition` as well."""
        try:
            answer = self._called(
                "update_item", Key=_key(key), UpdateExpression=text, ReturnValues=returns, **_conditional(condition)
            )
        except _NotMetError as failure:
            return NotMet(failure.row)
        return columns_of(answer.get("Attributes", {}))

    def together(self, new: Mapping[RowKey, Mapping[str, Value]], change: Change) -> bool:
        """Write rows where none are and change another one: all of it, or nothing when one condition doesn't hold."""
        absent = _conditional(Condition(text=f"attribute_not_exists({PK})"))
        puts = [{"Put": {"Item": _key(key) | item_of(columns), **absent}} for key, columns in new.items()]
        changed = {"Key": _key(change.key), "UpdateExpression": change.text, **_conditional(change.condition)}
        writes: list[dict[str, dict[str, Any]]] = [*puts, {"Update": changed}]
        named = [{kind: {"TableName": self._name, **write}} for each in writes for kind, write in each.items()]
        try:
            self._asked("transact_write_items", TransactItems=named)
        except _NotMetError:
            return False
        return True

    def page(self, pk: str, *, low: str, high: str, limit: int) -> Page:
        """Rows of a partition from `low` to `high`, both inclusive: `limit` of them, or what one answer holds."""
        names, values = {"#pk": PK, "#sk": SK}, {":pk": pk, ":low": low, ":high": high}
        answer = self._called(
            "query",
            KeyConditionExpression="#pk = :pk AND #sk BETWEEN :low AND :high",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={name: value_of(value) for name, value in values.items()},
            Limit=limit,
            ConsistentRead=True,
        )
        return Page(rows=[columns_of(each) for each in answer["Items"]], more="LastEvaluatedKey" in answer)

    def _called(self, method: str, **arguments: Any) -> Any:
        return self._asked(method, TableName=self._name, **arguments)

    def _asked(self, method: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, method)(**arguments)
        except ClientError as failure:
            code = failure.response.get("Error", {}).get("Code", "")
            reasons = [each.get("Code") for each in failure.response.get("CancellationReasons", [])]
            if code == _NOT_MET or (code == _CANCELED and _ONE_NOT_MET in reasons):
                raise _NotMetError(columns_of(failure.response.get("Item", {}))) from failure
            raise Unavailable(f"dynamodb {method}: {code}") from failure
        except BotoCoreError as failure:
            raise Unavailable(f"dynamodb {method}: {type(failure).__name__}") from failure


class _NotMetError(Exception):
    def __init__(self, row: Mapping[str, Any]) -> None:
        super().__init__()
        self.row = row


def _key(key: RowKey) -> dict[str, Any]:
    return {PK: value_of(key.pk), SK: value_of(key.sk)}


def _conditional(condition: Condition | None) -> dict[str, Any]:
    if condition is None:
        return {}
    values = {name: value_of(value) for name, value in condition.values.items()}
    return {
        **({"ConditionExpression": condition.text} if condition.text else {}),
        **({"ExpressionAttributeNames": dict(condition.names)} if condition.names else {}),
        **({"ExpressionAttributeValues": values} if values else {}),
        **({"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if condition.text else {}),
    }
