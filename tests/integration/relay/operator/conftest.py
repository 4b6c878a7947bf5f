"""The operator's verbs over moto: an empty table of a relay, and who has the credentials."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto import mock_aws

from agent.relay.keys import Pair, new_pair
from agent.relay_agents import Operator
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.relay.stepped_clock import SteppedClock
from relay_lambda.state.keys import Keys
from relay_lambda.state.table import Table
from shared.relay_table import AgentKey, key_row

TABLE = "relay-table"


@dataclass(kw_only=True)
class Desk:
    """The operator, beside the relay's own keys; `calls` are all that DynamoDB was asked."""

    operator: Operator
    dynamodb: Any
    table: Table
    calls: list[str] = field(default_factory=list)

    def key(self, key_id: str, agent_id: str = "acme") -> AgentKey:
        """As the relay finds it."""
        found = self.keys.find(agent_id, key_id)
        assert found
        return found

    @property
    def keys(self) -> Keys:
        """Of a process that remembers nothing."""
        return Keys(self.table, SteppedClock())

    def follows(self, key_id: str, present: str, *, agent_id: str = "acme", retired_at: int | None = None) -> None:
        """`front` enters a key that its predecessor has signed."""
        now = self.operator.now
        key = AgentKey(agent_id=agent_id, key_id=key_id, public=new_pair().raw, not_before=now, put_by=present)
        at = now + 86400 if retired_at is None else retired_at
        assert self.keys.follow(key, self.key(present, agent_id), at)

    def changed(self, key_id: str, **columns: int) -> None:
        """A key's row as some time has made it."""
        row = key_row("acme", key_id)
        for name, value in columns.items():
            self.dynamodb.update_item(
                TableName=TABLE,
                Key={"pk": {"S": row.pk}, "sk": {"S": row.sk}},
                UpdateExpression="SET #name = :value",
                ExpressionAttributeNames={"#name": name},
                ExpressionAttributeValues={":value": {"N": str(value)}},
            )


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield _desk()


@pytest.fixture
def pair() -> Pair:
    return new_pair()


def _desk() -> Desk:
    dynamodb, calls = boto3.client("dynamodb"), list[str]()
    names = {"pk": "HASH", "sk": "RANGE"}
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in names.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.meta.events.register("before-call.dynamodb.*", lambda model, **_: calls.append(model.name))
    operator = Operator(
        client=lambda _service: dynamodb,
        table=TABLE,
        queue_url="",
        dead_letters_url="",
        clock=DrivenClock(),
    )
    return Desk(operator=operator, dynamodb=dynamodb, table=Table(dynamodb, TABLE), calls=calls)
