"""What goes wrong between SQS and `deliver`: given out twice, broken by every try, killed by every try."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from json import dumps
from typing import Any

import pytest
from botocore.exceptions import ClientError

from agent import relay_dead_letters
from agent.clock import SystemClock
from agent.relay_agents import Operator
from infra.sandbox.cloud.cloud import DELIVERS
from infra.sandbox.cloud.poller import succeeded
from infra.sandbox.cloud.runtime import Function, FunctionError, Pool
from infra.sandbox.relay.caller import card
from infra.sandbox.slack.faults import Slow
from shared.post import Role
from shared.relay_requests import DISPATCH
from shared.relay_table import EXPIRES_AT, PK, SK, item_of
from tests.cloud.conftest import POST, Rig, until

pytestmark = pytest.mark.cloud

Records = Sequence[Mapping[str, Any]]
DYING = "import os\n\n\ndef handler(event, context):\n    os._exit(3)\n"


class Hurried(Pool):
    """`deliver`; what it hasn't finished comes again at once, as if the time for that were over."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig.cloud.deliver.function, SystemClock(), concurrency=DELIVERS)
        self._queues, self._url = rig.cloud.stack.aws.client("sqs"), rig.cloud.stack.outputs["QueueUrl"]
        self.given: list[Mapping[str, Any]] = []

    async def invoke(self, event: Any) -> Any:
        records = event["Records"]
        self.given += records
        try:
            answer = await self.invoked(event)
        except FunctionError:
            self.again(records)
            raise
        done = succeeded([{"MessageId": each["messageId"]} for each in records], answer)
        self.again([each for each in records if {"MessageId": each["messageId"]} not in done])
        return answer

    async def invoked(self, event: Any) -> Any:
        return await super().invoke(event)

    def again(self, records: Records) -> None:
        """Have SQS give these out again."""
        for each in records:
            with suppress(ClientError):  # it may be another's by now
                self._queues.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=each["receiptHandle"], VisibilityTimeout=0
                )


class Mortal(Hurried):
    """The same, whose process ends by a message with this word in it, before anything comes of its batch."""

    def __init__(self, rig: Rig, word: str) -> None:
        super().__init__(rig)
        function: Function = rig.cloud.deliver.function
        (function.folder / "dying.py").write_text(DYING, encoding="utf-8")
        self._word, self.deaths = word, 0
        self._dying = Pool(replace(function, handler="dying.handler"), SystemClock(), concurrency=DELIVERS)

    async def invoked(self, event: Any) -> Any:
        if self._word not in dumps(event):
            return await super().invoked(event)
        self.deaths += 1
        async with self._dying:
            return await self._dying.invoke(event)


def received_at_most(rig: Rig, times: int) -> None:
    """So often a message is given out before SQS takes it for a dead letter, rather than a thousand times."""
    queues, outputs = rig.cloud.stack.aws.client("sqs"), rig.cloud.stack.outputs
    of_dead = queues.get_queue_attributes(QueueUrl=outputs["DeadLettersUrl"], AttributeNames=["QueueArn"])
    policy = {"deadLetterTargetArn": of_dead["Attributes"]["QueueArn"], "maxReceiveCount": times}
    queues.set_queue_attributes(QueueUrl=outputs["QueueUrl"], Attributes={"RedrivePolicy": dumps(policy)})


async def test_a_message_that_sqs_gives_to_two_at_once_is_said_once_and_answered_by_both(rig: Rig) -> None:
    rig.world.slack.faults.add(Slow(seconds=6), method=POST)
    await rig.dispatch(["twice"])

    async with Hurried(rig) as deliver, replace(rig.cloud, deliver=deliver).polling():
        await until(rig.texts)
        deliver.again(deliver.given)  # Slack has it, but hasn't answered yet
        await until(lambda: len(deliver.given) >= 2)
        receipts = await rig.receipts(2)
        await until(lambda: rig.queued() == 0)

    (message,) = rig.posts()
    assert [(each["id"], each["outcome"], each["ts"]) for each in receipts] == [("twice", "delivered", message.ts)] * 2
    assert len({each["messageId"] for each in deliver.given}) == 1
    assert (len(rig.asked_at()), rig.dead_letters()) == (1, 0)


async def test_a_message_that_breaks_every_time_is_dead_after_five_tries_and_its_channel_goes_on(
    rig: Rig, operator: Operator
) -> None:
    """What breaks them are rows of the table that nobody can read: a thread's, and one of the ledger."""
    channel_id, made = rig.channel("general"), card("poison")
    plain = rig.caller.notification("poison", rig.team_id, channel_id, card=made)
    table = rig.cloud.stack.aws.client("dynamodb")
    for row in (
        {PK: f"thread#agent#{rig.team_id}#{channel_id}", SK: "subject", EXPIRES_AT: "soon"},
        {PK: "ledger#agent#unread", SK: "n", "state": "known to a later version alone"},
    ):
        table.put_item(TableName=rig.cloud.stack.outputs["Table"], Item=item_of(row))
    poison = replace(plain, role=Role.REPLY, thread_key="subject")
    assert (await rig.ask(DISPATCH, rig.caller.dispatch([poison], [made])))[0] == 202
    await rig.dispatch(["behind"])
    await rig.dispatch(["unread", "behind that"], "random")

    async with Hurried(rig) as deliver, replace(rig.cloud, deliver=deliver).polling():
        await until(lambda: rig.texts() and rig.texts("random"))
        receipts = {each["id"]: each for each in await rig.receipts(3)}

    tries = [sum(word in each["body"] for each in deliver.given) for word in ("poison", "unread")]
    assert (rig.texts(), rig.texts("random"), tries) == (["behind"], ["behind that"], [5, 5])
    assert (receipts["poison"]["outcome"], receipts["poison"]["reason"]) == ("refused", "internal_error_of_the_relay")
    letters = relay_dead_letters.looked_at(operator).letters
    assert [each.reason for each in letters] == ["internal_error_of_the_relay"] * 2
    assert sorted(each.delivery_id for each in letters) == ["delivery-poison", "delivery-unread"]


async def test_a_message_that_kills_the_process_every_time_is_moved_by_sqs_and_listed_and_the_rest_goes_on(
    rig: Rig, operator: Operator
) -> None:
    received_at_most(rig, 3)
    await rig.dispatch(["deadly"])

    async with Mortal(rig, "deadly") as deliver, replace(rig.cloud, deliver=deliver).polling():
        await until(lambda: deliver.deaths)
        await rig.dispatch(["behind"])
        await rig.dispatch(["elsewhere"], "random")
        await until(lambda: rig.texts() and rig.texts("random"))

    (letter,) = relay_dead_letters.looked_at(operator).letters
    assert (letter.delivery_id, letter.reason) == ("delivery-deadly", relay_dead_letters.REASON_OF_QUEUE)
    assert (rig.texts(), rig.texts("random"), deliver.deaths) == (["behind"], ["elsewhere"], 3)
