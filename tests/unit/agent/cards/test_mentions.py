"""Whom a card mentions: who is assigned, asked for a review, or named in a text; never who merely did something."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.card import Card, DataClass, people_of, to_people
from shared.event import Event

GOLDEN = Path(__file__).parents[3] / "golden" / "cards"
FIXTURES = [path for path in sorted(GOLDEN.glob("*.json")) if not path.name.endswith(".expected.json")]

CardsOf = Callable[[Event], dict[str, Card]]
EventOf = Callable[[Path], Event]


def _mentioned(cards: dict[str, Card]) -> set[str]:
    return {login for card in cards.values() for login in people_of(card)}


@pytest.fixture
def event_with(event_of: EventOf) -> Callable[..., Event]:
    """A golden event with other fields in what it is about."""

    def make(fixture: str, thing: str, **fields: Any) -> Event:
        event = event_of(GOLDEN / f"{fixture}.json")
        return replace(event, payload={**event.payload, thing: {**event.payload[thing], **fields}})

    return make


@pytest.mark.parametrize(
    ("fixture", "thing", "fields", "logins"),
    [
        ("issues.opened.with_everything", "issue", {"assignees": [{"login": "Ann"}], "body": "@bob?"}, {"ann", "bob"}),
        ("issues.opened.with_everything", "issue", {"assignees": [None, {}], "body": None}, set()),
        (
            "pull_request.opened.with_reviewers",
            "pull_request",
            {
                "assignees": [{"login": "ann"}],
                "requested_reviewers": [{"login": "bob"}],
                "requested_teams": [{"slug": "eve"}],
                "body": "`@eve` @acme/eve",
            },
            {"ann", "bob"},
        ),
        ("issue_comment.created.on_an_issue", "comment", {"body": "cc @zoe"}, {"zoe"}),
        ("commit_comment.created.on_a_commit", "comment", {"body": "cc @zoe"}, {"zoe"}),
        ("pull_request_review.submitted.approved", "review", {"body": "as @zoe said"}, {"zoe"}),
        ("release.published.without_name_and_notes", "release", {"body": "Thanks, @zoe."}, {"zoe"}),
        ("deployment_status.created.failure", "deployment_status", {"description": "by @zoe"}, set()),
        ("push.one_commit", "head_commit", {"message": "for @zoe"}, set()),
    ],
)
def test_a_card_mentions(
    fixture: str,
    thing: str,
    fields: dict[str, Any],
    logins: set[str],
    event_with: Callable[..., Event],
    cards_of: CardsOf,
) -> None:
    drawn = cards_of(event_with(fixture, thing, **fields))

    known = _mentioned(cards_of(event_with(fixture, thing, body="", assignees=[], requested_reviewers=[])))
    assert _mentioned(drawn) - known == logins


def test_of_who_may_review_a_deployment_people_are_mentioned_and_teams_are_not(
    event_of: EventOf, cards_of: CardsOf
) -> None:
    event = event_of(GOLDEN / "deployment_review.requested.people_and_teams.json")
    reviewers = [{"reviewer": {"login": "ann"}}, {"reviewer": {"name": "bob", "slug": "bob"}}]

    drawn = cards_of(replace(event, payload={**event.payload, "reviewers": reviewers}))

    assert people_of(drawn["card"]) == {"ann"}


@pytest.mark.parametrize("deleted", [False, True], ids=["somebody", "a deleted account"])
@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_who_does_something_is_not_mentioned_for_it(
    fixture: Path,
    event_of: EventOf,
    cards_of: CardsOf,
    deleted: bool,  # noqa: FBT001
) -> None:
    event = event_of(fixture)
    login = "ghost" if deleted else "actor-of-it"
    people = {"sender", "user", "approver", "requestor", "actor", "triggering_actor", "merged_by", "creator", "author"}

    drawn = cards_of(replace(event, actor=login, payload=_by(event.payload, people, login)))

    assert login not in _mentioned(drawn)


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_a_card_for_nobody_mentions_nobody(
    fixture: Path,
    event_of: EventOf,
    cards_of: CardsOf,
    drawn_as: Callable[[Card, DataClass], dict[str, Any]],
) -> None:
    for card in cards_of(event_of(fixture)).values():
        drawn = str(drawn_as(to_people(card, {"nobody": "U7"}), DataClass.FULL)).replace("<!date^", "")

        assert [mark for mark in ("<@", "<!", "<#") if mark in drawn] == []


def _by(payload: Any, names: set[str], login: str) -> Any:
    """The payload with everybody who did something in it called `login`."""
    if isinstance(payload, dict):
        return {
            name: {"login": login} if name in names else _by(inner, names, login) for name, inner in payload.items()
        }
    return [_by(inner, names, login) for inner in payload] if isinstance(payload, list) else payload
