"""What goes wrong between the queue and Slack, with real processes."""

from dataclasses import replace

import pytest

from agent.clock import SystemClock
from infra.sandbox.relay.caller import Caller
from infra.sandbox.slack.faults import AnswerLost, Down, Limited, Slow
from tests.cloud.conftest import POST, Rig, until

pytestmark = pytest.mark.cloud


async def test_deliver_killed_between_the_post_and_the_ledger_says_it_once(rig: Rig) -> None:
    stack = rig.cloud.stack
    stack.aws.client("sqs").set_queue_attributes(
        QueueUrl=stack.outputs["QueueUrl"],
        Attributes={"VisibilityTimeout": "5"},  # rather than three minutes
    )
    rig.world.slack.faults.add(Slow(seconds=30), method=POST)
    await rig.dispatch(["killed"])

    async with rig.cloud.polling():
        await until(rig.texts)
        await rig.cloud.deliver.kill()
        (receipt,) = await rig.receipts(1)

    assert rig.texts() == ["killed"]
    assert (receipt["outcome"], receipt["ts"], receipt["reconciled"]) == ("delivered", rig.posts()[0].ts, True)


async def test_an_answer_of_slack_that_is_lost_is_looked_up(rig: Rig) -> None:
    rig.world.slack.faults.add(AnswerLost(), method=POST)
    await rig.dispatch(["said"])

    async with rig.cloud.polling():
        (receipt,) = await rig.receipts(1)

    assert rig.texts() == ["said"]
    assert (receipt["outcome"], receipt["reconciled"]) == ("delivered", True)


async def test_a_storm_of_429s_turns_nothing_around_and_makes_no_dead_letter(rig: Rig) -> None:
    rig.world.slack.faults.add(Limited(retry_after_s=2), method=POST, times=6)
    hot = [[f"{channel} {n}" for n in range(10)] for channel in ("general", "random")]
    for words, channel in zip(hot, ("general", "random"), strict=True):
        await rig.dispatch(words, channel)

    async with rig.cloud.polling():
        await until(lambda: len(rig.texts("general")) + len(rig.texts("random")) >= 20)

    assert [rig.texts("general"), rig.texts("random")] == hot
    assert rig.dead_letters() == 0


async def test_after_a_429_nothing_goes_to_that_channel_for_seven_seconds_and_another_goes_on(rig: Rig) -> None:
    rig.world.slack.faults.add(Limited(retry_after_s=7), method=POST, channel_id=rig.channel("general"))
    await rig.dispatch(["first", "second"])
    await rig.dispatch(["elsewhere"], "random")

    async with rig.cloud.polling():
        await until(rig.asked_at)
        await rig.dispatch(["third"])
        await until(lambda: len(rig.texts()) >= 3)

    refused_at, *said_at = rig.asked_at()
    assert said_at[0] - refused_at >= 7
    assert rig.asked_at("random")[0] < said_at[0]
    assert (rig.texts(), rig.texts("random")) == (["first", "second", "third"], ["elsewhere"])
    assert rig.dead_letters() == 0


async def test_slack_that_is_down_delays_and_loses_nothing(rig: Rig) -> None:
    rig.world.slack.faults.add(Down(), method=POST, times=2)
    await rig.dispatch(["first"])
    await rig.dispatch(["second"])

    async with rig.cloud.polling():
        await until(lambda: len(rig.texts()) >= 2)

    assert rig.texts() == ["first", "second"]
    assert rig.dead_letters() == 0


async def test_what_a_revoked_key_had_queued_is_not_said_and_is_reported(rig: Rig) -> None:
    await rig.dispatch(["stolen words"])
    rig.cloud.enter(replace(rig.caller.key, revoked_at=rig.caller.now))
    successor = Caller("agent", "k2", rig.caller.audience, SystemClock(), seed=3)
    rig.cloud.enter(successor.key)

    async with rig.cloud.polling():
        await until(lambda: rig.queued() == 0)
    rig.caller = successor
    (receipt,) = await rig.receipts(1)

    assert rig.texts() == []
    assert (receipt["id"], receipt["outcome"], receipt["reason"]) == ("stolen words", "retry", "key_revoked")
