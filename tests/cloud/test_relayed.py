"""From a signed dispatch to Slack: the shipped template, zip and handlers, with real HTTP and processes in between."""

import json

import pytest

from infra.sandbox.relay.caller import Caller
from shared.address import Address
from shared.dispatch import group_of
from shared.relay_requests import DISPATCH
from tests.cloud.conftest import Rig, until

pytestmark = pytest.mark.cloud


async def test_what_is_dispatched_arrives_in_order_and_once_and_is_reported(rig: Rig) -> None:
    words = [f"card {n}" for n in range(10)]
    assert await rig.dispatch(words) == (202, {"accepted": 10, "duplicate": False})

    async with rig.cloud.polling():
        await until(lambda: len(rig.texts()) >= 10)
        receipts = await rig.receipts(10)

    assert rig.texts() == words
    assert [each["id"] for each in receipts] == words
    assert {each["outcome"] for each in receipts} == {"delivered"}
    assert rig.dead_letters() == 0


async def test_a_dispatch_that_comes_again_under_another_id_is_said_once(rig: Rig) -> None:
    async with rig.cloud.polling():
        await rig.dispatch(["once"])
        await until(rig.texts)
        assert await rig.dispatch(["once"]) == (202, {"accepted": 1, "duplicate": False})
        await rig.dispatch(["then"])
        await until(lambda: "then" in rig.texts())

    assert rig.texts() == ["once", "then"]


async def test_nobody_else_can_speak_for_an_agent(rig: Rig) -> None:
    stranger = Caller("agent", "k1", rig.caller.audience, rig.caller._clock, seed=9)

    assert (await rig.ask(DISPATCH, rig.caller.dispatch([], []), stranger))[0] == 401
    assert '"signature_reject":1' in rig.logs()


async def test_a_second_agent_cannot_speak_to_the_first_ones_workspace(rig: Rig) -> None:
    other = Caller("other", "k1", rig.caller.audience, rig.caller._clock, seed=2)
    rig.cloud.enter(other.key)
    notification = other.notification("theirs", rig.team_id, rig.channel("general"), card=None)

    status, _ = await rig.ask(DISPATCH, other.dispatch([notification], []), other)

    assert status == 403


async def test_a_forged_message_goes_to_the_dead_letters_and_stops_nobody(rig: Rig) -> None:
    group = group_of("agent", Address(team_id=rig.team_id, channel_id=rig.channel("general")))
    rig.cloud.stack.aws.client("sqs").send_message(
        QueueUrl=rig.cloud.stack.outputs["QueueUrl"],
        MessageBody=json.dumps({"say": "something"}),
        MessageGroupId=group,
        MessageDeduplicationId="forged",
    )
    await rig.dispatch(["genuine"])

    async with rig.cloud.polling():
        await until(lambda: rig.texts() and rig.dead_letters())

    assert rig.texts() == ["genuine"]
    assert rig.dead_letters() == 1


async def test_what_slack_refuses_for_good_is_a_dead_letter_and_the_channel_goes_on(rig: Rig) -> None:
    team = rig.world.slack.team("acme")
    general = next(each for each in team.channels.values() if each.name == "general")
    general.archived = True
    await rig.dispatch(["into the archive"])
    async with rig.cloud.polling():
        await until(rig.dead_letters)
        general.archived = False
        await rig.dispatch(["after"])
        await until(rig.texts)
        (refused, delivered) = await rig.receipts(2)

    assert rig.texts() == ["after"]
    assert (refused["id"], refused["outcome"], refused["reason"]) == ("into the archive", "refused", "is_archived")
    assert (delivered["id"], delivered["outcome"]) == ("after", "delivered")


async def test_nothing_secret_stands_in_logs_and_queue(rig: Rig) -> None:
    token = rig.world.slack.team("acme").bot_token
    await rig.dispatch(["quiet words"])
    sqs, url = rig.cloud.stack.aws.client("sqs"), rig.cloud.stack.outputs["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
    async with rig.cloud.polling():
        await until(rig.texts)

    table = rig.cloud.stack.aws.client("dynamodb").scan(TableName=rig.cloud.stack.outputs["Table"])
    logs = rig.logs()
    assert "dispatch taken" in logs
    assert token not in message["Body"] + logs + str(table["Items"])
    assert "quiet words" not in logs.replace("delivery-quiet words", "")  # the delivery's id, which may be logged
    assert "v1a," not in logs
