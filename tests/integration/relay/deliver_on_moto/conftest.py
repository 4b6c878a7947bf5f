"""`deliver` on moto's table, queues and keys, and on the stand-in for Slack, which runs in a thread of its own."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from threading import Event, Thread
from typing import Any

import pytest
from botocore.session import get_session
from moto import mock_aws

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.relay.caller import Caller, card
from infra.sandbox.relay.stepped_clock import SteppedClock
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.server import running
from infra.sandbox.slack.world import World, messages
from relay_lambda import deliver, wiring
from relay_lambda.state.table import Table
from relay_lambda.state.tokens import Sealing
from relay_lambda.state.workspaces import Registration, Workspaces
from shared.address import Address
from shared.dispatch import card_text, deduplication_id, group_of, name_of, queue_text
from shared.post import Role
from shared.relay_requests import Place
from shared.relay_table import agent_columns, agent_row, columns_of, key_columns, key_row

RELAY_ID, TABLE, REGION, AGENT = "relay-1", "relay-table", "eu-central-1", "agent-1"


@cache
def session() -> Any:
    """It has read the services' descriptions, which takes longer than a test."""
    return get_session()


class Context:
    """Lambda's, with all the time there is."""

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@dataclass(kw_only=True)
class Rig:
    """The cloud, an agent that has registered its workspaces, and Slack. `calls`: what was asked of SQS."""

    world: World
    sqs: Any
    dynamodb: Any
    kms: Any
    queue_url: str
    dead_letter_url: str
    kms_key: str
    clock: SteppedClock
    table: Table
    calls: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def agent(self) -> Caller:
        """The agent of the rig, with the same key each time."""
        return Caller(AGENT, "k1", RELAY_ID, self.clock)

    def register(self, place_id: str, token: str, *, teams: tuple[str, ...] = ()) -> None:
        """Enter a workspace's token, or with `teams` an organisation's."""
        sealed = Sealing(self.kms, self.kms_key).seal(token, agent_id=AGENT, place_id=place_id)
        registration = Registration(
            place=Place(id=place_id, is_organisation=bool(teams)),
            sealed=sealed,
            name=place_id,
            bot_user_id="U1",
            scopes=["chat:write"],
            enterprise_id=None,
            teams=teams,
            put_at=self.agent.now,
            token_expires_at=None,
        )
        assert Workspaces(self.table, self.clock).put(AGENT, registration)

    def address(self, team: str = "acme", channel: str = "general") -> Address:
        """A channel of the stand-in."""
        found = self.world.channel(team, channel)
        return Address(team_id=self.world.team(team).team_id, channel_id=found.channel_id)

    def say(self, id_: str, address: Address | None = None, role: Role = Role.PLAIN, **fields: Any) -> None:
        """Sign a notification that says its own id, and put it into the queue."""
        text = card_text(card(id_))
        at = address or self.address()
        plain = self.agent.notification(id_, at.team_id, at.channel_id, card=card(id_))
        notification = replace(plain, role=role, **fields)
        statement = self.agent.statement(notification)
        self.sqs.send_message(
            QueueUrl=self.queue_url,
            MessageBody=queue_text(statement, text),
            MessageGroupId=group_of(AGENT, notification.address),
            MessageDeduplicationId=deduplication_id(name_of(notification.id), statement.timestamp),
        )

    def invoke(self) -> list[str]:
        """One invocation of the handler with what the queue gives out; the ids that failed. What didn't is deleted."""
        records = self.records()
        failed = self.handle(records)
        for each in records:
            if each["messageId"] not in failed:
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=each["receiptHandle"])
        return failed

    def records(self) -> list[dict[str, Any]]:
        """What the queue gives out, as the event source brings it."""
        return [self._record(each) for each in self.received(self.queue_url)]

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        """As if it had just been sent: moto stamps by this machine's clock."""
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"] | {"SentTimestamp": self.stamp},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
        }

    @property
    def stamp(self) -> str:
        """What SQS would stamp now."""
        return str(int(self.clock.now().timestamp() * 1000))

    def handle(self, records: list[dict[str, Any]]) -> list[str]:
        """One invocation with these; the ids that failed."""
        answer = deliver.handler({"Records": records}, Context())
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def received(self, url: str) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
        )
        return list(answer.get("Messages", []))

    def rows(self, prefix: str) -> list[dict[str, Any]]:
        """The rows whose partition begins so."""
        found = [columns_of(each) for each in self.dynamodb.scan(TableName=TABLE)["Items"]]
        return [row for row in found if row["pk"].startswith(prefix)]

    def said(self, team: str = "acme", channel: str = "general") -> list[str]:
        """What stands in a channel."""
        return [each.text for each in messages(self.world, team, channel)]

    @property
    def receipts(self) -> list[dict[str, Any]]:
        return [json.loads(row["receipt"]) for row in self.rows(f"receipts#{AGENT}")]


@pytest.fixture
def world() -> Iterator[World]:
    """Slack with two workspaces, served from another thread."""
    world, is_up, stop = sample(DrivenClock(), workspaces=2), Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        async with running(world):
            is_up.set()
            await stop.wait()

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert is_up.wait(30)
    yield world
    loops[0].call_soon_threadsafe(stop.set)
    thread.join(30)


@pytest.fixture
def rig(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """A relay whose functions read their settings as they do on AWS."""
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        rig = _rig(world)
        settings = {
            "RELAY_ID": RELAY_ID,
            "RELAY_TABLE": TABLE,
            "RELAY_QUEUE_URL": rig.queue_url,
            "RELAY_DEAD_LETTER_URL": rig.dead_letter_url,
            "RELAY_KMS_KEY": rig.kms_key,
            "SLACK_API_URL": f"{world.public_url}/api/",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(wiring, "SystemClock", lambda: rig.clock)
        client = wiring._client

        def recorded(service: str) -> Any:
            made = client(service)
            if service == "sqs":
                made.meta.events.register("provide-client-params.sqs.*", _recorder(rig))
            return made

        monkeypatch.setattr(wiring, "_client", recorded)
        wiring.deliver_parts.cache_clear()
        yield rig
        wiring.deliver_parts.cache_clear()


def _recorder(rig: Rig) -> Any:
    def record(params: Any, model: Any, **_: Any) -> None:
        rig.calls.append((model.name, params))

    return record


def _rig(world: World) -> Rig:
    sqs, dynamodb, kms = (session().create_client(name) for name in ("sqs", "dynamodb", "kms"))
    fifo = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    urls = [sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"] for name in ("deliver.fifo", "dead.fifo")]
    names = {"pk": "HASH", "sk": "RANGE"}
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in names.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        BillingMode="PAY_PER_REQUEST",
    )
    kms_key = kms.create_key()["KeyMetadata"]["KeyId"]
    rig = Rig(
        world=world,
        sqs=sqs,
        dynamodb=dynamodb,
        kms=kms,
        queue_url=urls[0],
        dead_letter_url=urls[1],
        kms_key=kms_key,
        clock=SteppedClock(),
        table=Table(dynamodb, TABLE),
    )
    rig.table.put(agent_row(AGENT), agent_columns(0))
    rig.table.put(key_row(AGENT, "k1"), key_columns(rig.agent.key))
    for team in world.teams.values():
        rig.register(team.team_id, team.bot_token)
    return rig
