"""What is promised of webhooks that come twice, late, out of order, or not at all."""

import json
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.slack.state import Message

DAY_S = 86400


def _is_closed(parent: Message) -> bool:
    return "Issue closed" in json.dumps(parent.attachments) or "Closed" in json.dumps(parent.attachments)


@pytest.mark.parametrize("how", ["twice", "late", "out of order"])
async def test_webhook_sent_twice_late_or_out_of_order(rig: Any, how: str) -> None:
    ghes, modes = rig.world.ghes, rig.world.ghes.modes
    modes.twice, modes.reverse, modes.late_s = how == "twice", 2 if how == "out of order" else 0, 60 * (how == "late")
    issue = happen.open_issue(ghes, rig.repository, by=rig.ada, title="It leaks")
    await rig.passes(2)
    modes.late_s = 0
    happen.close(ghes, rig.repository, issue, by=rig.ada)
    await rig.passes(90, step_s=0.5)

    [parent, *replies] = rig.posts("It leaks")
    assert len(rig.statuses()) == (4 if how == "twice" else 2)
    assert set(rig.statuses()) == {202}
    assert parent.thread_ts is None
    assert _is_closed(parent)
    assert [reply.thread_ts for reply in replies] == ([parent.ts] if how == "twice" else [])


async def test_agent_down_up_to_7_days(rig: Any) -> None:
    first = await rig.issue("first")
    await rig.passes(3)
    await rig.killed(rig.agents[0])
    for number in range(13):
        await rig.issue(f"missed {number}")
        await rig.passes(DAY_S / 2, step_s=DAY_S / 2)
    await rig.close(first)
    assert 202 not in rig.statuses()[1:]

    await rig.start()
    await rig.within(60, lambda: len(rig.posts()) == 15)
    await rig.passes(60, step_s=1)

    missed = [each.text.partition("missed ")[2] for each in rig.posts("missed")]
    assert missed == [str(number) for number in range(13)]
    parent, reply = rig.posts("first")
    assert _is_closed(parent)
    assert reply.thread_ts == parent.ts
    assert json.loads(await rig.page(rig.agents[0], "/status"))["parts"]["events"]["ok"]


async def test_agent_down_over_7_days(rig: Any) -> None:
    await rig.passes(5)
    began_at = rig.clock.now()
    await rig.killed(rig.agents[0])
    await rig.issue("too long ago")
    await rig.passes(8 * DAY_S, step_s=DAY_S)
    await rig.issue("just now")

    await rig.start()
    await rig.passes(30)

    assert not rig.posts("too long ago")
    assert len(rig.posts("just now")) == 1
    events = json.loads(await rig.page(rig.agents[0], "/status"))["parts"]["events"]
    assert not events["ok"]
    assert f"{began_at:%Y-%m-%d}" in events["says"]
    [gap] = events["gaps"]
    assert gap["from_at"] <= began_at.isoformat() < gap["to_at"]


async def test_event_over_25_mb(rig: Any) -> None:
    issue = await rig.issue("It is long", body="x" * 26 * 2**20)
    await rig.passes(700, step_s=5)

    assert not rig.statuses()
    assert not rig.posts()

    happen.edit(rig.world.ghes, rig.repository, issue, by=rig.ada, body="short now")
    await rig.close(issue)
    await rig.passes(5)
    assert len(rig.posts("It is long")) >= 1
