"""Only what the same person did, with the same words, since then, is taken for what was interrupted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.deeds.comments import commented_since
from agent.deeds.deployments import answered
from agent.deeds.issues import NewIssue, missing, opened_since
from agent.deeds.runs import rerun_after
from agent.deeds.things import Numbered, Run, Waiting
from agent.ghes.answers import Refused
from agent.people.person import Person

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
THING = Numbered(repository="octo/shop", number=12, is_pull=False)
ISSUE = NewIssue(repository="octo/shop", title="One", body="Two\nlines")
MADE: Mapping[str, Any] = {
    "title": "One",
    "body": "Two\r\nlines",
    "user": {"id": 7},
    "created_at": "2026-11-22T09:00:00Z",
}


class Answers:
    """An actor to whom GHES answers this to everything; ada's id is 7."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.person = Person(team_id="T1", user_id="U1", ghes_id=7, login="ada", linked_at=AT)

    async def get(self, _path: str, _names: Mapping[str, str] | None = None) -> Any:
        return self.answer

    async def listing(self, *_: Any, **__: Any) -> Any:
        pytest.fail("a look-up reads one thing and writes nothing")

    send = listing


async def test_an_issue_with_these_words_is_it() -> None:
    assert await opened_since(Answers([MADE]), ISSUE, AT) == MADE


async def test_a_comment_with_these_words_is_it_and_of_several_the_newest() -> None:
    older, newer = {**MADE, "id": 1}, {**MADE, "id": 2}

    assert await commented_since(Answers([older, newer]), THING, "Two\nlines ", AT) == newer


@pytest.mark.parametrize(
    "other",
    [
        {"user": {"id": 8}},
        {"user": None},
        {"body": "Three"},
        {"created_at": "2026-11-22T08:59:59Z"},
        {"created_at": None},
    ],
)
async def test_anything_else_is_not(other: Mapping[str, Any]) -> None:
    assert await opened_since(Answers([{**MADE, **other}]), ISSUE, AT) is None
    assert await commented_since(Answers([{**MADE, **other}]), THING, "Two\nlines", AT) is None


async def test_a_pull_request_or_another_title_is_not_the_issue() -> None:
    assert await opened_since(Answers([{**MADE, "pull_request": {"url": "x"}}]), ISSUE, AT) is None
    assert await opened_since(Answers([{**MADE, "title": "Eins"}]), ISSUE, AT) is None


async def test_a_newer_attempt_of_the_same_person_is_the_run_again() -> None:
    run = Run(repository="octo/shop", run_id=77, attempt=1)
    again = {"run_attempt": 2, "triggering_actor": {"id": 7}}

    assert await rerun_after(Answers(again), run) == again
    assert await rerun_after(Answers({**again, "run_attempt": 1}), run) is None
    assert await rerun_after(Answers({**again, "triggering_actor": {"id": 8}}), run) is None


async def test_a_deployment_is_answered_when_nothing_waits_and_the_history_has_the_persons_own_answer() -> None:
    waiting = Waiting(repository="octo/shop", run_id=77, environment="production")
    mine = {"environment": {"id": 1, "name": "production"}, "current_user_can_approve": True}
    said = {"state": "approved", "user": {"id": 7}, "environments": [{"name": "production"}]}
    others = (
        {**said, "state": "rejected"},
        {**said, "user": {"id": 8}},
        {**said, "environments": [{"name": "staging"}]},
    )

    assert await answered(Answers([mine, said]), waiting, "approved") is None
    assert await answered(Answers([said]), waiting, "approved") == said
    assert [await answered(Answers([each]), waiting, "approved") for each in others] == [None, None, None]


async def test_a_refusal_stays_one() -> None:
    refused = Refused(status=404, message="Not Found")

    assert await opened_since(Answers(refused), ISSUE, AT) == refused
    assert await commented_since(Answers(refused), THING, "Two", AT) == refused


def test_what_ghes_dropped_is_named() -> None:
    asked = NewIssue(repository="octo/shop", title="One", assignees=("Ada",), labels=("bug", "ui"), milestone=3)
    whole = {"assignees": [{"login": "ada"}], "labels": [{"name": "UI"}, {"name": "bug"}], "milestone": {"number": 3}}

    assert missing(asked, whole) == []
    assert missing(asked, {**whole, "labels": [{"name": "bug"}], "milestone": None}) == ["labels", "milestone"]
    assert missing(asked, {}) == ["assignees", "labels", "milestone"]
