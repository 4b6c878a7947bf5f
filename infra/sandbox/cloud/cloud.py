"""The relay on this machine: `front` behind its URL, `deliver` fed from the queue, each with its own role."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.sandbox.cloud import deploying, function_url, ministack
from infra.sandbox.cloud.deploying import Stack
from infra.sandbox.cloud.poller import EventSource, polling
from infra.sandbox.cloud.runtime import Pool
from shared import relay_table
from shared.clock import Clock
from shared.relay_table import PK, SK, AgentKey

FRONTS, DELIVERS = 2, 4
"""Environments at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """`url` is RELAY_URL of the agents."""

    stack: Stack
    url: str
    front: Pool
    deliver: Pool
    clock: Clock

    def polling(self, *, concurrency: int = DELIVERS) -> AbstractAsyncContextManager[None]:
        """Feed `deliver` from the queue meanwhile."""
        stack = self.stack
        source = EventSource(
            client=stack.aws.client("sqs", stack.credentials["Deliver"]),
            queue_url=stack.outputs["QueueUrl"],
            queue_arn=stack.queue_arn,
            pool=self.deliver,
            clock=self.clock,
        )
        return polling(source, concurrency=concurrency)

    def enter(self, key: AgentKey) -> None:
        """What `ghe-slack relay agents add` does."""
        agent = {relay_table.agent_row(key.agent_id): relay_table.agent_columns(key.not_before)}
        table = self.stack.aws.client("dynamodb")
        for row, columns in {**agent, **relay_table.key_rows(key)}.items():
            item = relay_table.item_of({PK: row.pk, SK: row.sk, **columns})
            table.put_item(TableName=self.stack.outputs["Table"], Item=item)


@asynccontextmanager
async def running(
    folder: Path, clock: Clock, *, slack_api_url: str, zip_file: Path | None = None
) -> AsyncIterator[Cloud]:
    """Start it, with nobody registered and nothing fed to `deliver` yet."""
    async with ministack.running(folder) as aws:
        stack = await asyncio.to_thread(deploying.deploy, aws, folder, slack_api_url=slack_api_url, zip_file=zip_file)
        async with (
            Pool(stack.functions["Front"], clock, concurrency=FRONTS) as front,
            Pool(stack.functions["Deliver"], clock, concurrency=DELIVERS) as deliver,
            function_url.serving(front) as url,
        ):
            yield Cloud(stack=stack, url=url, front=front, deliver=deliver, clock=clock)
