"""`front` over moto: the table, the queue and the key as the template makes them, and agents that call it."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest
from botocore.session import get_session
from moto import mock_aws

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.relay.caller import Caller
from infra.sandbox.relay.stepped_clock import SteppedClock
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.server import running
from infra.sandbox.slack.world import World
from relay_lambda.confirming import Confirming
from relay_lambda.front import respond
from relay_lambda.parts import FrontParts, Registering
from relay_lambda.sending import Sending
from relay_lambda.slack import SlackApi
from relay_lambda.state.counters import Counters
from relay_lambda.state.keys import Keys
from relay_lambda.state.receipts import Receipts
from relay_lambda.state.replay import Replay
from relay_lambda.state.table import Table
from relay_lambda.state.tokens import Opening, Sealed, Sealing
from relay_lambda.state.workspaces import Registration, Workspaces
from shared.dispatch import queue_of, statement_of
from shared.relay_requests import Place
from shared.relay_table import agent_columns, agent_row, key_rows, team_row

RELAY_ID, TABLE, REGION = "relay-1", "relay-table", "eu-central-1"


@dataclass
class Lines:
    """`relay_lambda.log.Log`, kept."""

    warnings: list[str] = field(default_factory=list)
    counted: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    everything: list[Any] = field(default_factory=list)

    def info(self, message: str, **fields: Any) -> None:
        self.everything.append((message, fields))

    def warning(self, message: str, **fields: Any) -> None:
        self.warnings.append(message)
        self.everything.append((message, fields))

    def count(self, metric: str, number: int = 1, **fields: Any) -> None:
        self.counted.append((metric, fields))
        self.everything.append((metric, number, fields))


@dataclass(frozen=True, kw_only=True)
class Answered:
    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(kw_only=True)
class Rig:
    """The relay's front, with all that stands behind it."""

    clock: SteppedClock
    log: Lines
    sqs: Any
    dynamodb: Any
    kms: Any
    queue_url: str
    kms_key: str
    table: Table
    parts: FrontParts

    def ask(self, event: Any) -> Answered:
        given = respond(event, self.parts)
        return Answered(
            status=given["statusCode"],
            body=json.loads(given["body"]) if given["body"] else None,
            headers=given["headers"],
        )

    def agent(self, agent_id: str = "agent-1", key_id: str = "k1", *, seed: int = 1) -> Caller:
        """An agent that the operator has entered."""
        caller = Caller(agent_id, key_id, RELAY_ID, self.clock, seed=seed)
        self.table.put(agent_row(agent_id), agent_columns(caller.now))
        for row, columns in key_rows(caller.key).items():
            self.table.put(row, columns)
        return caller

    def fresh(self) -> None:
        """Another process: nothing is remembered."""
        table, clock = self.table, self.clock
        self.parts = replace(self.parts, keys=Keys(table, clock), workspaces=Workspaces(table, clock))

    def registered(self, agent: Caller, team_id: str = "T1", token: str = "xoxb-1") -> None:
        """A workspace of an agent, without asking Slack."""
        sealed = Sealing(self.kms, self.kms_key).seal(token, agent_id=agent.agent_id, place_id=team_id)
        registration = Registration(
            place=Place(id=team_id),
            sealed=sealed,
            name=team_id,
            bot_user_id="U1",
            scopes=["chat:write"],
            enterprise_id=None,
            teams=(),
            put_at=agent.now,
            token_expires_at=None,
        )
        assert self.parts.workspaces.put(agent.agent_id, registration)

    def token(self, agent_id: str, team_id: str) -> str:
        """What `deliver` would speak with."""
        place, row = self.parts.workspaces.serving(agent_id, team_id) or (Place(id=""), {})
        names = ("token_cipher", "data_key_cipher", "nonce")
        sealed = Sealed(**{name: row[name] for name in names})
        return Opening(self.kms, self.kms_key).open(sealed, agent_id=agent_id, place_id=place.id)

    def slack_is_gone(self) -> None:
        """Nobody listens there any more."""
        confirming = Confirming(SlackApi("http://127.0.0.1:9/api/"))
        sealing = Sealing(self.kms, self.kms_key)
        self.parts = replace(self.parts, registering=lambda: Registering(confirming=confirming, sealing=sealing))

    def row(self, agent: Caller, team_id: str) -> Mapping[str, Any]:
        return self.table.get(team_row(agent.agent_id, team_id)) or {}

    def queued(self) -> list[tuple[str, str]]:
        """The queue's groups and notification ids, in order; what is read stays read."""
        found = []
        while batch := self._received():
            for each in batch:
                statement, _ = queue_of(each["Body"])
                found.append((each["Attributes"]["MessageGroupId"], statement_of(statement.text)[1].id))
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=each["ReceiptHandle"])
        return found

    def rows(self) -> list[dict[str, Any]]:
        """Everything in the table, as DynamoDB has it."""
        return list(self.dynamodb.scan(TableName=TABLE)["Items"])

    def _received(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, AttributeNames=["All"])
        return list(answer.get("Messages", []))


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An empty relay `relay-1`."""
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield _rig()


@pytest.fixture
async def slack() -> AsyncIterator[World]:
    """Slack with two workspaces, in which the app is installed."""
    world = sample(DrivenClock(), workspaces=2)
    async with running(world):
        yield world


@pytest.fixture
def online(rig: Rig, slack: World) -> Rig:
    """The relay, with Slack within reach."""
    sealing = Sealing(rig.kms, rig.kms_key)
    confirming = Confirming(SlackApi(f"{slack.public_url}/api/"))
    rig.parts = replace(rig.parts, registering=lambda: Registering(confirming=confirming, sealing=sealing))
    return rig


@cache
def _session() -> Any:
    """It has read the services' descriptions, which takes longer than a test."""
    return get_session()


def _rig() -> Rig:
    sqs, dynamodb, kms = (_session().create_client(name) for name in ("sqs", "dynamodb", "kms"))
    fifo = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    queue_url = sqs.create_queue(QueueName="deliver.fifo", Attributes=fifo)["QueueUrl"]
    names = {"pk": "HASH", "sk": "RANGE"}
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in names.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        BillingMode="PAY_PER_REQUEST",
    )
    clock, log, table = SteppedClock(), Lines(), Table(dynamodb, TABLE)
    parts = FrontParts(
        relay_id=RELAY_ID,
        clock=clock,
        log=log,
        keys=Keys(table, clock),
        workspaces=Workspaces(table, clock),
        replay=Replay(table, clock),
        receipts=Receipts(table, clock),
        counters=Counters(table),
        sending=Sending(sqs, queue_url),
        registering=_offline,
    )
    return Rig(
        clock=clock,
        log=log,
        sqs=sqs,
        dynamodb=dynamodb,
        kms=kms,
        queue_url=queue_url,
        kms_key=kms.create_key()["KeyMetadata"]["KeyId"],
        table=table,
        parts=parts,
    )


def _offline() -> Registering:
    raise AssertionError("nobody asked for a workspace to be registered")
