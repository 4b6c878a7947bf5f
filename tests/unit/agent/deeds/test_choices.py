import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.deeds.choices import KNOWN_S, WITHIN_S, Choices
from agent.ghes.answers import Refused, Unreachable
from agent.people.person import Person
from infra.sandbox.driven_clock import DrivenClock, settle


class Pages:
    """An actor for whom GHES has so many labels, a page after `slow_s`."""

    def __init__(self, clock: DrivenClock, labels: int, user_id: str = "U1") -> None:
        self.clock, self.labels, self.slow_s = clock, labels, 0.0
        self.asked: list[int] = []
        self.instead: Refused | Unreachable | None = None
        self.person = Person(
            team_id="T1", user_id=user_id, ghes_id=1, login="ada", linked_at=datetime(2026, 11, 22, tzinfo=UTC)
        )

    async def get(self, path: str, names: Mapping[str, str] | None = None) -> Any:
        assert path == "/repos/{owner}/{repo}/labels{?per_page,page}"
        page = int((names or {})["page"])
        self.asked.append(page)
        if self.slow_s:
            await self.clock.sleep(self.slow_s)
        first = (page - 1) * 100
        return self.instead or [{"name": f"l{each}"} for each in range(first, min(first + 100, self.labels))]

    async def listing(self, *_: Any, **__: Any) -> Any:
        pytest.fail("choices are read page by page")

    send = listing


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


async def test_all_pages_are_read_and_known_for_a_minute(clock: DrivenClock) -> None:
    choices, actor = Choices(clock), Pages(clock, 250)

    first = await choices.labels(actor, "octo/shop")
    again = await choices.labels(actor, "octo/shop")
    await clock.advance(KNOWN_S, step_s=KNOWN_S)
    later = await choices.labels(actor, "octo/shop")

    assert len(first) == len(again) == len(later) == 250
    assert actor.asked == [1, 2, 3, 1, 2, 3]


async def test_what_has_arrived_in_time_is_shown_and_the_next_question_goes_on_from_there(clock: DrivenClock) -> None:
    choices, actor = Choices(clock), Pages(clock, 250)
    actor.slow_s = WITHIN_S * 0.6
    first = asyncio.create_task(choices.labels(actor, "octo/shop"))
    await settle()
    await clock.advance(WITHIN_S)
    some = await asyncio.wait_for(first, 5)
    actor.slow_s = 0.0

    next_one = asyncio.create_task(choices.labels(actor, "octo/shop"))
    await settle()
    await clock.advance(WITHIN_S / 2)
    everything = await asyncio.wait_for(next_one, 5)

    assert len(some) == 100
    assert len(everything) == 250
    assert actor.asked == [1, 2, 3]


async def test_a_server_that_takes_longer_than_one_question_may_answers_a_later_one(clock: DrivenClock) -> None:
    choices, actor = Choices(clock), Pages(clock, 2)
    actor.slow_s = WITHIN_S * 3
    asked = []

    for _ in range(4):
        question = asyncio.create_task(choices.labels(actor, "octo/shop"))
        await settle()
        if not question.done():
            await clock.advance(WITHIN_S)
        asked.append(len(await asyncio.wait_for(question, 5)))

    assert asked == [0, 0, 2, 2]
    assert actor.asked == [1]


async def test_who_connects_another_account_is_shown_what_that_one_may_see(clock: DrivenClock) -> None:
    choices, before, after = Choices(clock), Pages(clock, 2), Pages(clock, 1)
    after.person = replace(after.person, ghes_id=2)

    await choices.labels(before, "octo/shop")

    assert len(await choices.labels(after, "octo/shop")) == 1


async def test_one_persons_choices_are_not_anothers(clock: DrivenClock) -> None:
    choices, ada, grace = Choices(clock), Pages(clock, 2), Pages(clock, 1, "U2")

    await choices.labels(ada, "octo/shop")

    assert len(await choices.labels(grace, "octo/shop")) == 1


async def test_a_refusal_is_nothing_to_choose_from_and_is_asked_about_again(clock: DrivenClock) -> None:
    choices, actor = Choices(clock), Pages(clock, 2)
    actor.instead = Refused(status=404, message="Not Found")

    assert await choices.labels(actor, "octo/shop") == []

    actor.instead = None
    assert len(await choices.labels(actor, "octo/shop")) == 2
