"""What is promised when the agent is killed, and that everything promised has its test.

The rows are those of the table *What is promised*; a test is named like its row.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.slack.faults import AnswerLost, Down, Limited, RequestLost, Slow

ROWS = """
agent killed between 202 and the post
agent killed, or Slack's answer lost, after a post; history scope and membership there
the same without them, `AGENT_UNKNOWN=resend`
the same without them, `AGENT_UNKNOWN=park`
power lost
disk full: 503, never 202
Slack down for an hour, 429, 5xx
webhook sent twice, late or out of order
all sockets refreshed at the same moment
no socket open while somebody types
agent down up to 7 days
agent down over 7 days
event over 25 MB
one of two replicas killed (PostgreSQL)
agent killed while it acts on GHES for a person
relay down, or its answer lost
`deliver` killed between post and ledger
receipt lost, or the queue's 4 days over
key revoked with notifications queued
"""
_ROOMS = ("e2e", "integration/relayed", "integration/relay/deliver")


def test_every_row_of_the_table_has_its_test() -> None:
    named = {
        "test_" + re.sub(r"\W+", "_", re.sub(r"['`]", "", row.lower())).strip("_") for row in ROWS.split("\n") if row
    }

    files = [each for room in _ROOMS for each in (Path(__file__).parents[1] / room).glob("*.py")]
    there = set(re.findall(r"def (test_\w+)", "".join(each.read_text() for each in files)))

    assert named - there == set()


async def test_agent_killed_between_202_and_the_post(rig: Any) -> None:
    rig.forget_log()
    rig.world.slack.faults.add(Limited(retry_after_s=30), method="chat.postMessage")
    for title in ("one", "two", "three"):
        await rig.issue(title)
    await rig.calm()
    assert rig.statuses() == [202] * 3
    assert not rig.posts()

    await rig.killed(rig.agents[0])
    await rig.start()
    await rig.passes(40)

    assert [each.text.split()[-1] for each in rig.posts()] == ["one", "two", "three"]


async def test_killed_after_any_of_its_transactions_the_agent_posts_once(rig: Any) -> None:
    for number in range(12):
        life = rig.agents[0].store.life
        life.last = life.begun + number
        happen.open_issue(rig.world.ghes, rig.repository, by=rig.ada, title=f"crash {number}.")
        await rig.within(30, life.dead.is_set)

        await rig.killed(rig.agents[0])
        await rig.start()
        await rig.passes(25, step_s=0.5)

        assert [len(rig.posts(f"crash {earlier}.")) for earlier in range(number + 1)] == [1] * (number + 1)


async def test_agent_killed_or_slacks_answer_lost_after_a_post_history_scope_and_membership_there(rig: Any) -> None:
    rig.world.slack.faults.add(Slow(seconds=5), method="chat.postMessage")
    killed = await rig.issue("killed")
    await rig.soon(lambda: rig.posts("killed"))
    await rig.killed(rig.agents[0])
    await rig.start()
    await rig.passes(11)
    rig.world.slack.faults.add(AnswerLost(), method="chat.postMessage")
    lost = await rig.issue("lost")
    await rig.passes(11)

    assert rig.calls("conversations.history") == 2
    assert rig.calls("chat.postMessage") == 2
    assert [row.state for row in await rig.rows(rig.agents[0])] == ["delivered"] * 2

    for issue in (killed, lost):
        await rig.close(issue)
    await rig.passes(10)
    assert [(len(each.edits), each.thread_ts is None) for each in rig.posts("killed")] == [(1, True), (0, False)]
    assert [(len(each.edits), each.thread_ts is None) for each in rig.posts("lost")] == [(1, True), (0, False)]


async def test_a_request_that_never_arrived_is_looked_for_twice_each_time_and_then_sent_again(rig: Any) -> None:
    rig.world.slack.faults.add(RequestLost(), method="chat.postMessage", times=2)

    await rig.issue("It leaks")
    took_s = await rig.within(60, lambda: rig.posts("It leaks"))
    await rig.passes(60)

    assert 40 <= took_s <= 42
    assert rig.calls("conversations.history") == 4
    assert len(rig.posts()) == 1


@pytest.mark.parametrize("missing", ["scope", "membership"])
async def test_the_same_without_them_agent_unknown_resend(rig: Any, missing: str) -> None:
    _take_away(rig, missing)
    rig.world.slack.faults.add(AnswerLost(), method="chat.postMessage")

    await rig.issue("It leaks")
    took_s = await rig.within(60, lambda: len(rig.posts("It leaks")) == 2)
    await rig.passes(60)

    assert 10 <= took_s <= 12
    assert len(rig.posts()) == 2
    assert [(row.state, row.reason) for row in await rig.rows(rig.agents[0])] == [("delivered", "may appear twice")]
    assert "ghe_slack_maybe_twice_total 1.0" in await rig.page(rig.agents[0], "/metrics")


async def test_what_may_appear_twice_is_shown_also_when_it_could_not_be_sent_again_at_once(rig: Any) -> None:
    _take_away(rig, "scope")
    rig.world.slack.faults.add(AnswerLost(), method="chat.postMessage")
    rig.world.slack.faults.add(Down(), method="chat.postMessage")

    await rig.issue("It leaks")
    await rig.within(60, lambda: len(rig.posts("It leaks")) == 2)
    await rig.calm()

    assert [row.reason for row in await rig.rows(rig.agents[0])] == ["may appear twice"]
    assert "ghe_slack_maybe_twice_total 1.0" in await rig.page(rig.agents[0], "/metrics")


@pytest.mark.parametrize("missing", ["scope", "membership"])
async def test_the_same_without_them_agent_unknown_park(rigs: Any, missing: str) -> None:
    async with rigs(AGENT_UNKNOWN="park") as rig:
        await rig.start()
        await rig.subscribe()
        _take_away(rig, missing)
        rig.world.slack.faults.add(AnswerLost(), method="chat.postMessage")

        await rig.issue("It leaks")
        await rig.issue("It rains")
        await rig.passes(120, step_s=1)

        assert (len(rig.posts("It leaks")), len(rig.posts("It rains"))) == (1, 1)
        assert [row.state for row in await rig.rows(rig.agents[0])] == ["parked", "delivered"]

        assert await rig.redelivered(-2) == 202
        await rig.passes(5)
        assert len(rig.posts("It leaks")) == 2
        assert [row.state for row in await rig.rows(rig.agents[0])] == ["delivered", "delivered"]


def _take_away(rig: Any, missing: str) -> None:
    """What a look needs."""
    team = rig.world.slack.team("acme")
    if missing == "scope":
        team.scopes = frozenset(scope for scope in team.scopes if not scope.endswith(":history"))
    else:
        rig.world.slack.channel("acme", "general").members.discard(team.bot_user_id)
