"""Cards that stand already: drawn anew from the present state, debounced, at the workspace's pace, beside the posts."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from agent.store.outbox_claims import UPDATE_PACE
from agent.store.tables import notifications
from shared.outcome import Refused, Retry, Unknown
from shared.pacing import free_at, spend
from shared.post import Role


async def _rewrites(agent: Any) -> list[str]:
    return [str(post.message) for post in agent.slack.attempts if post.role is Role.REWRITE]


async def _with_card(agent: Any) -> None:
    await agent.issue("opened")
    await agent.work()


async def test_changes_within_a_second_are_one_rewrite_of_the_newest(agent: Any) -> None:
    await _with_card(agent)
    for n in range(5):
        await agent.issue("edited", at=f"2026-11-22T08:00:0{n}Z", title=f"Title {n}")
        await agent.pass_(0.1)

    await agent.work()
    early = await _rewrites(agent)
    await agent.work_for(3)

    (rewrite,) = await _rewrites(agent)
    assert early == []
    assert "Title 4" in rewrite
    assert [post.ts for post in agent.slack.attempts if post.role is Role.REWRITE] == ["1.0"]
    assert len(await agent.rows(notifications)) == 1


async def test_counters_wait_ten_seconds_and_a_change_of_state_takes_them_along(agent: Any) -> None:
    await _with_card(agent)
    await agent.comment("one")
    await agent.work_for(9)
    counters_early = len(await _rewrites(agent))
    await agent.work_for(2)
    counters = len(await _rewrites(agent))

    await agent.comment("two")
    await agent.issue("closed", at="2026-11-22T08:00:09Z", state="closed")
    await agent.work_for(2)

    assert (counters_early, counters, len(await _rewrites(agent))) == (0, 1, 2)
    assert "Closed" in (await _rewrites(agent))[-1]
    await agent.work_for(12)
    assert len(await _rewrites(agent)) == 2


async def test_a_change_that_comes_while_a_rewrite_is_under_way_is_not_lost(agent: Any) -> None:
    await _with_card(agent)
    await agent.issue("edited", at="2026-11-22T08:00:01Z", title="Before")
    await agent.pass_(1.1)
    agent.slack.answering.clear()
    rewriting = asyncio.create_task(agent.round())
    while not agent.slack.in_flight:
        await agent.clock.advance(0)

    await agent.issue("edited", at="2026-11-22T08:00:02Z", title="After")
    agent.slack.answering.set()
    await rewriting
    await agent.work_for(2)

    assert ["After" in rewrite for rewrite in await _rewrites(agent)] == [False, True]


@pytest.mark.parametrize("answer", [Retry(5.0, "503"), Unknown("timeout")], ids=repr)
async def test_a_rewrite_that_failed_or_may_have_is_sent_again_without_a_look(agent: Any, answer: Any) -> None:
    await _with_card(agent)
    await agent.issue("edited", at="2026-11-22T08:00:01Z", title="After")
    agent.slack.answers(answer)

    await agent.work_for(12)

    assert len(await _rewrites(agent)) == 2
    assert agent.slack.looks == []
    assert (await agent.thread()).rewrite_at is None


async def test_a_rewrite_whose_worker_was_killed_is_drawn_again(agent: Any, make_agent: Callable[..., Any]) -> None:
    await _with_card(agent)
    await agent.issue("edited", at="2026-11-22T08:00:01Z", title="After")
    await agent.pass_(1.1)
    agent.slack.answering.clear()
    await make_agent(agent).killed_when(lambda: agent.slack.in_flight == 1)
    agent.slack.answering.set()

    await agent.pass_(91)
    await agent.work()

    assert len(await _rewrites(agent)) == 2
    assert (await agent.thread()).rewrite_at is None


async def test_a_rewrite_that_slack_refuses_is_dropped_and_the_next_one_is_tried(agent: Any) -> None:
    await _with_card(agent)
    agent.slack.answers(Refused("edit_window_closed"))
    await agent.issue("edited", at="2026-11-22T08:00:01Z", title="Refused")
    await agent.work_for(5)
    dropped = len(await _rewrites(agent))

    await agent.issue("edited", at="2026-11-22T08:00:02Z", title="Taken")
    await agent.work_for(2)

    assert (dropped, len(await _rewrites(agent))) == (1, 2)
    assert (await agent.thread()).ts == "1.0"


def test_a_workspace_has_no_more_than_slacks_fifty_rewrites_in_any_minute() -> None:
    tat, at, sent = 0.0, 0.0, []
    while at <= 300:
        sent.append(at)
        tat = spend(tat, at, UPDATE_PACE)
        at = max(at, free_at(tat, UPDATE_PACE))

    assert max(sum(since <= each < since + 60 for each in sent) for since in sent) in range(45, 51)


async def test_a_workspace_has_twenty_rewrites_at_once_then_thirty_a_minute_and_posts_do_not_wait_for_them(
    agent: Any,
) -> None:
    for number in range(2, 25):
        await agent.subscribe(f"C{number}")
    await agent.subscribe("D1", "T2")
    await _with_card(agent)
    await agent.issue("edited", at="2026-11-22T08:00:01Z", title="After")
    await agent.pass_(1.1)

    await agent.work()
    at_once = [post.address.team_id for post in agent.slack.attempts if post.role is Role.REWRITE]
    await agent.push("meanwhile")
    await agent.work()
    posts = [post for post in agent.slack.messages.values() if post.role is Role.PLAIN]
    await agent.work_for(9)

    assert at_once.count("T1") in {19, 20}  # the twentieth is a matter of rounding
    assert at_once.count("T2") == 1
    assert len(posts) == 25
    assert len(await _rewrites(agent)) == 25


async def test_a_state_goes_before_the_counters_where_there_is_not_room_for_both(
    make_agent: Callable[..., Any],
) -> None:
    agent = make_agent()
    await agent.subscribe("C1")
    for number in range(30):
        await agent.issue("opened", number)
    await agent.work_for(30)
    for number in range(29):
        await agent.comment("counted", number)
    await agent.pass_(9)
    await agent.issue("closed", 29, at="2026-11-22T08:00:09Z", state="closed")
    await agent.pass_(1.1)

    await agent.round()

    first = next(post for post in agent.slack.attempts if post.role is Role.REWRITE)
    assert first.thread_key == "7/issue/29"


async def test_a_card_that_is_still_to_be_posted_is_posted_as_things_stand_by_then(agent: Any) -> None:
    agent.slack.answers(Retry(30.0, "503"))
    await agent.issue("opened")
    await agent.work()
    await agent.issue("edited", at="2026-11-22T08:00:01Z", title="By then")

    await agent.work_for(31)
    await agent.work_for(12)

    assert len(agent.slack.attempts) == 2
    assert "By then" in agent.slack.texts()[0]


@pytest.mark.parametrize("late", ["edited", "labeled", "reopened"])
async def test_an_older_webhook_that_arrives_after_a_newer_one_does_not_turn_a_card_back(agent: Any, late: str) -> None:
    await _with_card(agent)
    await agent.issue("closed", at="2026-11-22T08:30:00Z", state="closed", title="Newer")
    await agent.work_for(3)

    await agent.issue(late, at="2026-11-22T08:10:00Z", state="open", title="Older")
    await agent.work_for(12)

    card = agent.slack.messages["1.0"]
    assert "Newer" in str(card.message)
    assert "Closed" in str(card.message)
    assert "Older" not in str(card.message)
