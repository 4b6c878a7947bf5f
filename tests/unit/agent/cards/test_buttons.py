"""What may be done from a card: as things stand now, on living cards only."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.card_table import Headline, load
from agent.deeds.things import Numbered, Run, Waiting
from agent.deployment_review import environments, request_sighting
from agent.slash.button_values import numbered, run, waiting
from agent.subject import Subject, merged
from shared.card import Button, Buttons, Card
from shared.event import Event

GOLDEN = Path(__file__).parents[3] / "golden" / "cards"

CardsOf = Callable[[Event], dict[str, Card]]
EventOf = Callable[[Path], Event]


def _buttons(card: Card) -> list[Button]:
    return [button for part in card.parts if isinstance(part, Buttons) for button in part.buttons]


def _texts(card: Card) -> list[str]:
    return [button.text for button in _buttons(card)]


@pytest.mark.parametrize(
    ("fixture", "texts"),
    [
        ("issues.opened.with_everything", ["Comment", "Edit", "Close"]),
        ("issues.closed.not_planned", ["Comment", "Edit", "Reopen"]),
        ("issues.reopened.by_its_author", ["Comment", "Edit", "Close"]),
        ("issues.deleted.for_good", []),
        ("issues.transferred.to_another_repository", []),
        ("pull_request.opened.draft", ["Comment"]),
        ("pull_request.closed.merged", ["Comment"]),
        ("workflow_run.requested.queued", []),
        ("workflow_run.in_progress.started", []),
        ("workflow_run.completed.success", ["Re-run all jobs"]),
        ("workflow_run.completed.cancelled", ["Re-run all jobs"]),
        ("workflow_run.completed.failure", ["Re-run all jobs", "Re-run failed jobs"]),
        ("workflow_run.completed.timed_out", ["Re-run all jobs", "Re-run failed jobs"]),
        ("deployment_status.created.waiting", ["Approve", "Reject"]),
        ("deployment_status.created.in_progress", []),
        ("deployment_status.created.success", []),
        ("deployment.created.by_an_app", []),
        ("discussion.created.question", []),
    ],
)
def test_the_living_card_of_a_subject_offers(
    fixture: str, texts: list[str], event_of: EventOf, cards_of: CardsOf
) -> None:
    drawn = cards_of(event_of(GOLDEN / f"{fixture}.json"))

    assert _texts(drawn["parent"]) == texts


def test_only_a_request_for_a_review_has_buttons_on_a_card_of_its_own(event_of: EventOf, cards_of: CardsOf) -> None:
    fixtures = [path for path in sorted(GOLDEN.glob("*.json")) if not path.name.endswith(".expected.json")]

    offering = {
        event.key: _texts(card)
        for event in map(event_of, fixtures)
        if (card := cards_of(event).get("card")) and _texts(card)
    }

    assert offering == {"deployment_review.requested": ["Approve", "Reject"]}


def test_buttons_say_what_they_are_about(event_of: EventOf, cards_of: CardsOf) -> None:
    drawn = {
        name: _buttons(cards_of(event_of(GOLDEN / f"{name}.json"))[which])
        for name, which in (
            ("issues.opened.with_everything", "parent"),
            ("pull_request.opened.draft", "parent"),
            ("workflow_run.completed.second_attempt", "parent"),
            ("deployment_status.created.waiting", "parent"),
            ("deployment_review.requested.people_and_teams", "card"),
        )
    }

    issue, pull, attempt, deployed, asked = ({(each.value, each.instead) for each in found} for found in drawn.values())
    assert {numbered(value) for value, _ in issue} == {Numbered(repository="acme/rocket", number=12, is_pull=False)}
    assert {numbered(value) for value, _ in pull} == {Numbered(repository="acme/rocket", number=34, is_pull=True)}
    assert {run(value) for value, _ in attempt} == {Run(repository="acme/rocket", run_id=5001, attempt=2)}
    for found, run_id in ((deployed, 5001), (asked, 5008)):
        ((value, instead),) = found
        assert waiting(value) == Waiting(repository="acme/rocket", run_id=run_id, environment="production")
        assert waiting(instead) == Waiting(repository="acme/rocket", run_id=run_id, environment="")


def test_an_environment_with_an_endless_name_is_left_out_of_the_value(event_of: EventOf, cards_of: CardsOf) -> None:
    event = event_of(GOLDEN / "deployment_review.requested.people_and_teams.json")
    event.payload["workflow_job_run"]["environment"] = "x" * 3000
    endless = replace(event, payload={**event.payload, "environment": "x" * 3000})

    values = {button.value for button in _buttons(cards_of(endless)["card"])}

    assert {each.environment for value in values if (each := waiting(value))} == {""}


def test_a_request_without_a_run_cannot_be_answered_from_here(event_of: EventOf, cards_of: CardsOf) -> None:
    drawn = cards_of(event_of(GOLDEN / "deployment_review.requested.without_a_run.json"))

    assert _texts(drawn["card"]) == []


@pytest.mark.parametrize("answer", ["approved", "rejected"])
def test_a_request_that_was_answered_offers_nothing_and_looks_the_same_otherwise(
    answer: str, event_of: EventOf, cards_of: CardsOf, subject_of: Callable[[Event], Subject]
) -> None:
    asked = event_of(GOLDEN / "deployment_review.requested.people_and_teams.json")
    assert asked.repository is not None
    request = request_sighting(asked)
    assert request is not None
    subject = merged(None, request, asked.repository)
    later = merged(subject_of(asked), _answered(event_of, answer), asked.repository)
    rules, parents = load()

    anew = parents[request.key.kind](subject, Headline(event_key=asked.key, actor=asked.actor))
    late = rules[asked.key].render(asked, later)  # type: ignore[union-attr, misc]

    whole = cards_of(asked)["card"]
    without = replace(whole, parts=tuple(part for part in whole.parts if not isinstance(part, Buttons)))
    assert anew == late == without


def _answered(event_of: EventOf, answer: str) -> Any:
    event = event_of(GOLDEN / f"deployment_review.{answer}.by_a_reviewer.json")
    seen = load()[0][event.key].sighting(event)  # type: ignore[union-attr]
    assert "production" in environments(event)
    assert seen is not None
    return seen
