"""How things stand, whatever order GHES tells it in, on both stores."""

import asyncio
from itertools import permutations
from typing import Any

import pytest

from agent.store.tables import checks, repositories, subjects

SHA = "c" * 40


def _check(name: str, conclusion: str | None, at: str, sha: str = SHA) -> dict[str, Any]:
    status = "completed" if conclusion else "in_progress"
    run = {"name": name, "head_sha": sha, "status": status, "conclusion": conclusion, "html_url": "https://x.test/1"}
    return {"check_run": run | {"completed_at" if conclusion else "started_at": at}}


def _pull(at: str, **fields: Any) -> dict[str, Any]:
    pull = {"number": 1, "title": "Faster", "state": "open", "updated_at": at, "head": {"sha": SHA, "ref": "x"}}
    return {"pull_request": pull | {"html_url": "https://github.example.com/acme/pay/pull/1"} | fields}


async def test_of_a_check_the_newest_state_stays_whatever_arrives_last(agent: Any) -> None:
    await agent.hear("check_run.completed", _check("build", "success", "2026-11-22T08:05:00Z"))

    await agent.hear("check_run.created", _check("build", None, "2026-11-22T08:00:00Z"))
    await agent.hear("check_run.completed", _check("build", "failure", "2026-11-22T08:01:00Z"))

    assert [(row.name, row.state) for row in await agent.rows(checks)] == [("build", "success")]


async def test_in_the_same_second_an_end_stays_whichever_comes_first(agent: Any) -> None:
    at = "2026-11-22T08:00:00Z"
    for name, order in (("a", (None, "success")), ("b", ("success", None))):
        for conclusion in order:
            await agent.hear(
                "check_run.created" if conclusion is None else "check_run.completed", _check(name, conclusion, at)
            )

    assert {(row.name, row.state) for row in await agent.rows(checks)} == {("a", "success"), ("b", "success")}


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
async def test_any_order_of_a_checks_events_ends_in_the_same_state(agent: Any, together: bool) -> None:  # noqa: FBT001
    told = (
        ("check_run.created", None, "2026-11-22T08:00:00Z"),
        ("check_run.completed", "failure", "2026-11-22T08:02:00Z"),
        ("check_run.created", None, "2026-11-22T08:03:00Z"),
        ("check_run.completed", "success", "2026-11-22T08:05:00Z"),
    )
    for number, order in enumerate(permutations(told)):
        events = [agent.hear(key, _check(f"check {number}", ended, at)) for key, ended, at in order]
        if together:
            await asyncio.gather(*events)
        else:
            for each in events:
                await each

    rows = await agent.rows(checks)
    assert len(rows) == 24
    assert {row.state for row in rows} == {"success"}


async def test_checks_rewrite_the_cards_of_the_pull_requests_with_that_head_and_count_for_no_older_head(
    agent: Any,
) -> None:
    await agent.hear("pull_request.opened", _pull("2026-11-22T08:00:00Z"))
    await agent.work()
    await agent.hear("check_run.completed", _check("build", "failure", "2026-11-22T08:01:00Z"))
    await agent.hear("check_run.completed", _check("of another commit", "failure", "2026-11-22T08:01:00Z", "d" * 40))

    await agent.work_for(11)
    failing = agent.slack.texts()[0]
    new_head = {"head": {"sha": "e" * 40, "ref": "x"}}
    await agent.hear("pull_request.synchronize", _pull("2026-11-22T08:02:00Z", **new_head))
    await agent.work_for(11)

    assert "build" in failing
    assert "of another commit" not in failing
    assert "build" not in agent.slack.texts()[0]


async def test_a_check_that_came_before_its_pull_request_is_on_the_card(agent: Any) -> None:
    await agent.hear("check_run.completed", _check("build", "failure", "2026-11-22T08:01:00Z"))
    await agent.hear("pull_request.opened", _pull("2026-11-22T08:00:00Z"))

    await agent.work()

    assert "build" in agent.slack.texts()[0]


async def test_any_order_of_a_pull_requests_events_ends_in_the_same_card(agent: Any) -> None:
    told = (
        ("pull_request.opened", _pull("2026-11-22T08:00:00Z")),
        ("pull_request.edited", _pull("2026-11-22T08:01:00Z", title="Faster still")),
        ("pull_request.closed", _pull("2026-11-22T08:02:00Z", title="Faster still", state="closed", merged=True)),
    )
    ends = set()

    for order in permutations(told):
        for key, payload in order:
            await agent.hear(key, payload)
        (row,) = await agent.rows(subjects)
        ends.add((row.head_sha, row.updated_at, row.complete, _shown(row.fields)))
        await agent.store.write(lambda c: c.execute(subjects.delete()).rowcount)

    assert len(ends) == 1


async def test_a_repository_is_described_by_the_newest_payload(agent: Any) -> None:
    described = {"id": 7, "name": "pay", "owner": {"id": 5, "login": "acme"}, "visibility": "internal"}

    for name, at in (("newer", "2026-11-22T09:00:00Z"), ("older", "2026-11-22T08:30:00Z")):
        await agent.hear("push", {"repository": described | {"name": name, "updated_at": at}})

    assert [row.name for row in await agent.rows(repositories)] == ["newer"]


def _shown(fields: str) -> tuple[bool, ...]:
    return tuple(word in fields for word in ("Faster still", '"closed"', '"merged": true'))
