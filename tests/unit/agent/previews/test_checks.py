"""The checks of a pull request that a link shows."""

import asyncio
from typing import Any

import pytest

from agent.ghes.answers import Refused, Unreachable
from agent.previews.checks import READ_S, with_checks
from agent.previews.links import parse
from agent.previews.reading import read
from agent.previews.things import Issue, Thing
from infra.sandbox.driven_clock import DrivenClock

GHES = "https://ghe.example.com"
COMMIT = "/repos/octo/shop/commits/abc"


@pytest.fixture
async def pull(shelf: Any) -> Issue:
    """octo/shop#13, whose head is `abc`."""
    shelf.answers["/repos/octo/shop/pulls/13"] |= {"head": {"ref": "mend", "sha": "abc"}}
    thing = await found("pull/13", shelf)
    assert isinstance(thing, Issue)
    return thing


async def found(path: str, shelf: Any) -> Any:
    link = parse(f"{GHES}/octo/shop/{path}", GHES)
    assert link
    return await read(link, shelf, GHES)


async def checked(thing: Thing, shelf: Any) -> list[tuple[str, str]]:
    answer = await with_checks(thing, Filled(shelf), DrivenClock())
    assert isinstance(answer, Issue)
    return [(each.name, each.state) for each in answer.checks]


class Filled:
    """The shelf without the sizes of pages."""

    def __init__(self, shelf: Any) -> None:
        self.shelf = shelf

    async def get(self, path: str, names: Any = None) -> Any:
        return await self.shelf.get(path.replace("{?per_page}", ""), names)


async def test_runs_and_statuses_are_its_checks_by_name(shelf: Any, pull: Issue) -> None:
    shelf.answers[f"{COMMIT}/check-runs"] = {
        "check_runs": [
            {"name": "test", "status": "in_progress", "conclusion": None, "html_url": f"{GHES}/1"},
            {"name": "build", "status": "completed", "conclusion": "success", "html_url": f"{GHES}/2"},
            {"status": "completed", "conclusion": "success"},
        ]
    }
    shelf.answers[f"{COMMIT}/status"] = {"statuses": [{"context": "lint", "state": "error", "target_url": "x"}]}

    found_there = await checked(pull, shelf)

    assert found_there == [("build", "success"), ("lint", "failure"), ("test", "pending")]


@pytest.mark.parametrize("answer", [Refused(status=403, message="Forbidden"), Unreachable(reason="away")])
async def test_what_ghes_does_not_say_is_left_out_and_the_rest_is_shown(shelf: Any, pull: Issue, answer: Any) -> None:
    shelf.answers[f"{COMMIT}/check-runs"] = answer
    shelf.answers[f"{COMMIT}/status"] = {"statuses": [{"context": "lint", "state": "success"}]}

    assert await checked(pull, shelf) == [("lint", "success")]


async def test_of_an_issue_nothing_more_is_asked(shelf: Any) -> None:
    issue = await found("issues/12", shelf)
    asked = list(shelf.asked)

    assert (await checked(issue, shelf), shelf.asked) == ([], asked)


async def test_checks_that_take_their_time_are_not_waited_for(pull: Issue) -> None:
    clock = DrivenClock()

    class Slow:
        async def get(self, path: str, names: Any = None) -> Any:  # noqa: ARG002 - the port's
            await clock.sleep(2 * READ_S)

    looking = asyncio.create_task(with_checks(pull, Slow(), clock))
    while not looking.done():
        await clock.advance(1)

    assert (looking.result(), clock.monotonic() < 2 * READ_S) == (pull, True)
