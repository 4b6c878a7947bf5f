"""Sockets that go all at the same moment while people type a hundred commands a second."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from infra.sandbox.slack import breakage, people
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.switches import Switches
from infra.sandbox.slack.world import ephemerals

PER_STEP, STEP_S = 10, 0.1


class People:
    """Type commands that are each like no other; `typed` remembers them."""

    def __init__(self, rig: Any) -> None:
        self.rig, self.slack = rig, rig.world.slack
        self.typed: list[Delivery] = []

    def type(self) -> Sequence[Delivery]:
        """Ten commands at once; nobody has had time to acknowledge them."""
        numbers = range(len(self.typed), len(self.typed) + PER_STEP)
        now = [people.slash(self.slack, "acme", "dev", "mona", f"number-{number}") for number in numbers]
        self.typed += now
        return now

    async def sent(self) -> None:
        """The same, once they are on the sockets."""
        now = self.type()
        while not all(each.attempts for each in now):
            await self.rig.clock.sleep(0)

    async def type_for(self, seconds: float) -> None:
        """A hundred commands a second."""
        for _ in range(round(seconds / STEP_S)):
            self.type()
            await self.rig.passes(STEP_S)

    async def settled(self) -> None:
        """Return when Slack has nothing on its way any more, and the agent has nothing in hand."""
        await self.rig.within(10, lambda: all(each.settled.is_set() for each in self.typed))
        await self.rig.passes(3)

    def unacknowledged(self) -> list[Delivery]:
        return [each for each in self.typed if not each.acknowledged]

    def told(self) -> Counter[int]:
        """How often each command was answered."""
        texts = (each.text for each in ephemerals(self.slack, "acme", "dev", "mona"))
        return Counter(int(found.group(1)) for text in texts if (found := re.search(r"number-(\d+)", text)))


async def refreshed(crowd: People) -> None:
    """Slack closes before the acknowledgements of what it has just sent can come."""
    await crowd.sent()
    await breakage.refresh(crowd.slack)


async def reset(crowd: People) -> None:
    """The connections break: some of what Slack has just sent arrives still, and some never does."""
    await crowd.sent()
    breakage.silence(crowd.slack)
    await crowd.sent()
    breakage.reset(crowd.slack)


async def test_a_refresh_of_all_sockets_costs_no_command_and_none_comes_late(rig: Any) -> None:
    crowd = People(rig)

    closing = asyncio.create_task(breakage.warn(rig.world.slack))
    await crowd.type_for(1)
    await rig.passes(8.5)
    while not closing.done():
        await crowd.type_for(STEP_S)
    await crowd.type_for(0.5)
    await crowd.settled()

    assert len(crowd.typed) >= 200
    assert [each.shown for each in crowd.typed if each.shown] == []
    assert crowd.unacknowledged() == []
    assert crowd.told() == dict.fromkeys(range(len(crowd.typed)), 1)


@pytest.mark.parametrize("broken", [refreshed, reset])
async def test_sockets_that_all_break_at_once_cost_no_command_and_none_is_answered_twice(rig: Any, broken: Any) -> None:
    crowd, slack = People(rig), rig.world.slack
    slack.line.switches = Switches(commands_are_redelivered=True, acks_on_any_socket=False)

    for _ in range(3):
        await crowd.type_for(0.5)
        await broken(crowd)
        await rig.soon(lambda: len(breakage.open_sockets(slack)) == 2)
        await crowd.type_for(0.5)
        await rig.passes(3)
    await crowd.settled()

    assert any(len(each.attempts) == 2 for each in crowd.typed)
    assert crowd.unacknowledged() == []
    assert crowd.told() == dict.fromkeys(range(len(crowd.typed)), 1)
