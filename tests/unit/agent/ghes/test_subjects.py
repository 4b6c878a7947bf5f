import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from agent.ghes.answers import Unreachable
from agent.ghes.installations import Installations
from agent.ghes.subjects import Fetched, Gone, Subjects

SubjectsAt = Callable[[dict[str, tuple[int, Any]]], Awaitable[Subjects]]


@pytest.fixture
def got() -> list[str]:
    """The statuses that were answered, with their paths."""
    return []


@pytest.fixture
def subjects_at(
    serve: Callable[[web.Application], Awaitable[str]],
    installations_at: Callable[[str], Installations],
    got: list[str],
) -> SubjectsAt:
    """The port before a server that gives these answers by path, with an ETag, and 404 for the rest."""

    async def at(answers: dict[str, tuple[int, Any]]) -> Subjects:
        async def mint(_: web.Request) -> web.Response:
            return web.json_response({"token": "ghs_1", "expires_at": "2099-01-01T00:00:00Z"}, status=201)

        async def answer(request: web.Request) -> web.Response:
            path = request.path.removeprefix("/api/v3/repos/acme/api")
            status, body = answers.get(path, (404, {}))
            status = 304 if "If-None-Match" in request.headers else status
            got.append(f"{status} {path}")
            return web.json_response(body if status != 304 else None, status=status, headers={"ETag": '"1"'})

        application = web.Application()
        application.router.add_post("/api/v3/app/installations/3/access_tokens", mint)
        application.router.add_get("/{path:.*}", answer)
        return Subjects(installations=installations_at(await serve(application)))

    return at


async def test_an_issue_and_a_pull_request_are_fetched(subjects_at: SubjectsAt) -> None:
    subjects = await subjects_at({"/issues/1": (200, {"number": 1}), "/pulls/2": (200, {"number": 2})})

    assert await subjects.issue(3, "acme/api", 1) == Fetched(fields={"number": 1})
    assert await subjects.pull(3, "acme/api", 2) == Fetched(fields={"number": 2})


async def test_one_request_at_a_time_is_made_for_one_subject(subjects_at: SubjectsAt, got: list[str]) -> None:
    subjects = await subjects_at({"/issues/1": (200, {"number": 1})})

    answers = await asyncio.gather(*(subjects.issue(3, "acme/api", 1) for _ in range(20)))

    assert answers == [Fetched(fields={"number": 1})] * 20
    assert got == ["200 /issues/1", "304 /issues/1"]


async def test_the_checks_of_a_commit_are_its_runs_and_its_statuses(subjects_at: SubjectsAt) -> None:
    subjects = await subjects_at(
        {
            "/commits/abc/check-runs": (200, {"total_count": 1, "check_runs": [{"id": 4}]}),
            "/commits/abc/status": (200, {"state": "success", "statuses": [{"context": "ci"}]}),
        }
    )

    checks = await subjects.checks(3, "acme/api", "abc")

    assert checks == Fetched(fields={"check_runs": [{"id": 4}], "statuses": [{"context": "ci"}]})


async def test_what_was_deleted_is_gone(subjects_at: SubjectsAt) -> None:
    subjects = await subjects_at({"/issues/2": (410, {"message": "This issue was deleted"})})

    assert await subjects.issue(3, "acme/api", 1) == Gone()
    assert await subjects.issue(3, "acme/api", 2) == Gone()


@pytest.mark.parametrize("status", [403, 500])
async def test_what_cannot_be_asked_is_a_value(subjects_at: SubjectsAt, status: int) -> None:
    subjects = await subjects_at({"/issues/1": (status, {"message": "no"})})

    assert isinstance(await subjects.issue(3, "acme/api", 1), Unreachable)
