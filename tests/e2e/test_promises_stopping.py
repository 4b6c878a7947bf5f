"""What is promised of SIGTERM: what is in hand is finished within the 10 s after which a container is killed."""

from typing import Any

from infra.sandbox.slack import people
from infra.sandbox.slack.faults import Slow
from infra.sandbox.slack.world import messages


async def test_a_post_in_hand_is_settled_before_the_agent_ends(rig: Any) -> None:
    rig.world.slack.faults.add(Slow(seconds=6), method="chat.postMessage")
    await rig.issue("It leaks")
    await rig.soon(lambda: rig.posts("It leaks"))
    await rig.issue("It rains")

    rig.agents[0].stop()
    began_s = rig.clock.monotonic()
    await rig.ended(rig.agents[0])
    assert 5.5 <= rig.clock.monotonic() - began_s <= 7

    await rig.start()
    await rig.passes(3)
    assert (len(rig.posts("It leaks")), len(rig.posts("It rains"))) == (1, 1)
    assert rig.calls("conversations.history") == 0
    assert [row.state for row in await rig.rows(rig.agents[0])] == ["delivered"] * 2


async def test_after_7_s_the_agent_ends_with_what_it_has_in_hand_and_posts_nothing_twice(rig: Any) -> None:
    rig.world.slack.faults.add(Slow(seconds=11.5), method="chat.postMessage")
    await rig.issue("It leaks")
    await rig.soon(lambda: rig.posts("It leaks"))

    rig.agents[0].stop()
    began_s = rig.clock.monotonic()
    await rig.ended(rig.agents[0])
    assert 6.5 <= rig.clock.monotonic() - began_s <= 7.5

    await rig.start()
    await rig.passes(30)
    assert len(rig.posts()) == 1
    assert [row.state for row in await rig.rows(rig.agents[0])] == ["delivered"]


async def test_a_command_in_hand_is_answered_before_the_agent_ends(rig: Any) -> None:
    slack = rig.world.slack
    slack.faults.add(Slow(seconds=5), method="conversations.info")
    command = people.slash(slack, "acme", "dev", "mona", "subscribe acme/docs")
    await rig.passes(1)
    assert command.acknowledged

    rig.agents[0].stop()
    await rig.ended(rig.agents[0])

    assert len(messages(slack, "acme", "dev")) == 1


async def test_a_webhook_that_comes_while_the_agent_ends_is_kept(rig: Any) -> None:
    rig.forget_log()
    rig.world.slack.faults.add(Slow(seconds=6), method="chat.postMessage")
    await rig.issue("It leaks")
    await rig.soon(lambda: rig.posts("It leaks"))
    rig.agents[0].stop()
    await rig.passes(2)

    await rig.issue("It rains")
    assert rig.statuses() == [202, 202]
    await rig.ended(rig.agents[0])
    await rig.start()
    await rig.passes(3)

    assert len(rig.posts("It rains")) == 1
