"""Lambda's event source for a queue: receives, invokes, deletes what the function doesn't report as failed.

What failed is left alone: its visibility timeout runs on. An error, a time-out, bad JSON, an identifier that is empty
or unknown: then the whole batch has failed. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.sandbox.cloud.ministack import REGION
from infra.sandbox.cloud.runtime import FunctionError, Pool
from shared.clock import Clock

BATCH = 10
_LONG_POLL_S = 1
_BACKOFF_S = 0.2

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """`client` is SQS's, with the credentials of the function's role, as Lambda has them."""

    client: Any
    queue_url: str
    queue_arn: str
    pool: Pool
    clock: Clock

    async def round(self, threads: ThreadPoolExecutor) -> int:
        """Receive once and do what follows; how many messages there were."""
        loop = asyncio.get_running_loop()
        messages = await loop.run_in_executor(threads, self._receive)
        if messages:
            done = await self._invoked(messages)
            await loop.run_in_executor(threads, self._delete, done)
        return len(messages)

    def _receive(self) -> Sequence[Message]:
        answer = self.client.receive_message(
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=BATCH,
            WaitTimeSeconds=_LONG_POLL_S,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        found: Sequence[Message] = answer.get("Messages", [])
        return found

    def _delete(self, messages: Sequence[Message]) -> None:
        entries = [{"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(messages)]
        if entries:
            self.client.delete_message_batch(QueueUrl=self.queue_url, Entries=entries)

    async def _invoked(self, messages: Sequence[Message]) -> Sequence[Message]:
        try:
            answer = await self.pool.invoke({"Records": [record(each, self.queue_arn) for each in messages]})
        except FunctionError:
            await self.clock.sleep(_BACKOFF_S)
            return ()
        return succeeded(messages, answer)


def record(message: Message, queue_arn: str) -> dict[str, Any]:
    """A message as Lambda spells it (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {
            name: {
                "stringValue": value.get("StringValue"),
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": value["DataType"],
            }
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def succeeded(messages: Sequence[Message], answer: Any) -> Sequence[Message]:
    """Those of a batch that the function is done with, by its answer."""
    failures = (answer or {}).get("batchItemFailures") or [] if isinstance(answer, dict | None) else None
    if not isinstance(failures, list) or not all(isinstance(each, dict) for each in failures):
        return ()
    failed = {each.get("itemIdentifier") for each in failures}
    if failed - {each["MessageId"] for each in messages}:
        return ()
    return [each for each in messages if each["MessageId"] not in failed]


@asynccontextmanager
async def polling(source: EventSource, *, concurrency: int) -> AsyncIterator[None]:
    """Feed the function from the queue, by so many pollers."""
    with ThreadPoolExecutor(concurrency, thread_name_prefix="poller") as threads:
        tasks = [asyncio.create_task(_forever(source, threads)) for _ in range(concurrency)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _forever(source: EventSource, threads: ThreadPoolExecutor) -> None:
    while True:
        try:
            await source.round(threads)
        except (BotoCoreError, ClientError):
            await source.clock.sleep(_BACKOFF_S)
