"""The shipped zip on the local cloud, before a Slack in a process of its own, with one agent that calls it over HTTP.

Pollers, function URL and Runtime API live in the process of the bench; ministack, Slack's stand-in and every execution
environment have one each.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from infra.sandbox.cloud import deploying, function_url, ministack
from infra.sandbox.cloud.cloud import Cloud
from infra.sandbox.cloud.deploying import Stack
from infra.sandbox.cloud.runtime import Function
from infra.sandbox.relay.caller import Caller
from shared.address import Address
from shared.dispatch import request_text
from shared.relay_requests import DISPATCH, PATHS, WORKSPACE_PUT, Place, WorkspacePut, workspace_put_fields
from shared.signing import headers
from tests.bench.load import Load, clock, closed, line
from tests.bench.processes import Slack
from tests.bench.relay.house import AGENT, CARD, KEY
from tests.bench.relay.watched import Invocation, WatchedPool

FRONTS, DELIVERS = 8, 4
"""Environments at the same time: a request under way has one to itself, as on Lambda."""
EMPTY = "def handler(event, context):\n    return {'statusCode': 202, 'body': '{}'}\n"
MESSAGE = "x" * 1500
_SETTLES_WITHIN_S = 240.0
"""Longer than the queue keeps to itself what an invocation has failed at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """`channels` are endless, all workspaces in turn; `empty`: the URL of `nothing`, which says 202 and no more."""

    cloud: Cloud
    front: WatchedPool
    deliver: WatchedPool
    nothing: WatchedPool
    empty: str
    caller: Caller
    channels: Iterator[Address]
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def dispatches(self, size: int) -> Iterator[bytes]:
        """Endless: signed requests of so many notifications, each for another channel."""
        while True:
            yield self.dispatch([f"n{next(self.numbers)}" for _ in range(size)])

    def dispatch(self, ids: Sequence[str]) -> bytes:
        """A signed request."""
        return self.request(DISPATCH, self._fields(ids))

    def events(self, size: int) -> Iterator[Any]:
        """Endless: the same as the function URL's events."""
        while True:
            yield self.caller.request(DISPATCH, self._fields([f"n{next(self.numbers)}" for _ in range(size)]))

    def request(self, kind: str, fields: Mapping[str, Any]) -> bytes:
        """A signed request, as it goes over the wire."""
        body = request_text(self.caller.speaker, kind, fields).encode()
        signed = headers(
            id_=f"msg_{next(self.numbers)}",
            timestamp=self.caller.now,
            body=body,
            keys=[self.caller.private],
            agent_id=self.caller.agent_id,
            key_id=self.caller.key_id,
        )
        lines = [f"{name}: {value}" for name, value in signed.items()]
        head = [f"POST {PATHS[kind]} HTTP/1.1", "Host: relay.example", *lines, f"Content-Length: {len(body)}", "", ""]
        return "\r\n".join(head).encode() + body

    async def asked(self, requests: Iterator[bytes], *, in_flight: int, seconds: float, empty: bool = False) -> Load:
        """Keep so many under way."""
        host, port = place(self.empty if empty else self.cloud.url)
        return await closed(host, port, requests, in_flight=in_flight, seconds=seconds)

    async def carried(self, number: int) -> list[Invocation]:
        """Wait until `deliver` was given so many messages; its invocations."""
        found = list[Invocation]()
        async with clock.timeout(_SETTLES_WITHIN_S):
            while sum(each.notifications for each in found) < number:
                found.append(await self.deliver.told.get())
        return found

    async def alone(self, size: int, *, seconds: float) -> Load:
        """The four requests of `front` for such a dispatch by themselves, in its role: what AWS's stand-in takes."""
        return await asyncio.to_thread(_alone, self.cloud.stack, size, seconds)

    async def settled(self) -> None:
        """Until the queue is empty."""
        async with clock.timeout(_SETTLES_WITHIN_S):
            while await asyncio.to_thread(self._queued):
                await clock.sleep(0.05)

    async def purge(self) -> None:
        """Forget what waits in the queue."""
        queues, url = self.cloud.stack.aws.client("sqs"), self.cloud.stack.outputs["QueueUrl"]
        await asyncio.to_thread(queues.purge_queue, QueueUrl=url)

    def _fields(self, ids: Sequence[str]) -> Mapping[str, Any]:
        said = [
            self.caller.notification(id_, where.team_id, where.channel_id, card=CARD)
            for id_, where in zip(ids, islice(self.channels, len(ids)), strict=True)
        ]
        return self.caller.dispatch(said, [CARD])

    def _queued(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        queues, url = self.cloud.stack.aws.client("sqs"), self.cloud.stack.outputs["QueueUrl"]
        found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


@asynccontextmanager
async def relay(folder: Path, of: Slack) -> AsyncIterator[Relay]:
    """Run it, registered in all workspaces; nothing is fed to `deliver` yet."""
    async with ministack.running(folder) as aws:
        slack_api_url = of.variables["SLACK_API_URL"]
        stack = await asyncio.to_thread(deploying.deploy, aws, folder, slack_api_url=slack_api_url)
        async with (
            WatchedPool(stack.functions["Front"], clock, concurrency=FRONTS) as front,
            WatchedPool(stack.functions["Deliver"], clock, concurrency=DELIVERS) as deliver,
            WatchedPool(_empty(stack.functions["Front"], folder), clock, concurrency=FRONTS) as nothing,
            function_url.serving(front) as url,
            function_url.serving(nothing) as empty,
        ):
            cloud = Cloud(stack=stack, url=url, front=front, deliver=deliver, clock=clock)
            caller = Caller(AGENT, KEY, stack.outputs["RelayId"], clock)
            cloud.enter(caller.key)
            found = Relay(
                cloud=cloud,
                front=front,
                deliver=deliver,
                nothing=nothing,
                empty=empty,
                caller=caller,
                channels=cycle(of.addresses),
            )
            await _register(found, of.bot_tokens)
            yield found


async def _register(found: Relay, tokens: Mapping[str, str]) -> None:
    async with line(*place(found.cloud.url)) as via:
        for team, token in tokens.items():
            put = WorkspacePut(place=Place(id=team), token=token)
            status = await via.ask(found.request(WORKSPACE_PUT, workspace_put_fields(put)))
            if status != 200:
                raise RuntimeError(f"a workspace isn't registered: {status}")


def _alone(stack: Stack, size: int, seconds: float) -> Load:
    """In the order of `front`: the request's id, the messages, the number, the id again."""
    role, url, table = stack.credentials["Front"], stack.outputs["QueueUrl"], stack.outputs["Table"]
    queues, rows = stack.aws.client("sqs", role), stack.aws.client("dynamodb", role)
    load, began = Load(), clock.monotonic()
    while (before := clock.monotonic()) - began < seconds:
        name = uuid4().hex
        key = {"pk": {"S": "replay#alone"}, "sk": {"S": name}}
        change = {"UpdateExpression": "SET noted = :at", "ExpressionAttributeValues": {":at": {"S": name}}}
        rows.put_item(TableName=table, Item=key)
        queues.send_message_batch(QueueUrl=url, Entries=[_entry(f"{name}-{number}") for number in range(size)])
        rows.update_item(TableName=table, Key=key, **change)
        rows.update_item(TableName=table, Key=key, **change)
        load.delays_s.append(clock.monotonic() - before)
    load.took_s = clock.monotonic() - began
    return load


def _entry(name: str) -> Mapping[str, str]:
    return {"Id": name, "MessageBody": MESSAGE, "MessageGroupId": name, "MessageDeduplicationId": name}


def _empty(like: Function, folder: Path) -> Function:
    """A function in the same harness that does nothing."""
    tasks = folder / "empty"
    tasks.mkdir()
    (tasks / "empty.py").write_text(EMPTY, encoding="utf-8")
    return Function(
        name="empty",
        arn=like.arn,
        handler="empty.handler",
        timeout_s=like.timeout_s,
        memory_mb=like.memory_mb,
        variables={},
        folder=tasks,
        log=folder / "empty.log",
    )


def place(url: str) -> tuple[str, int]:
    """Host and port."""
    parts = urlsplit(url)
    return str(parts.hostname), int(parts.port or 80)
