import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.card_table import Shown, load, rule_for
from shared.card import Card, DataClass
from shared.event import Event

GOLDEN = Path(__file__).parents[3] / "golden" / "cards"
FIXTURES = sorted(path for path in GOLDEN.glob("*.json") if not path.name.endswith(".expected.json"))

each_fixture = pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)


@each_fixture
def test_a_payload_is_drawn_as_its_golden_card(
    fixture: Path,
    event_of: Callable[[Path], Event],
    cards_of: Callable[[Event], dict[str, Card]],
    drawn_as: Callable[[Card, DataClass], dict[str, Any]],
    *,
    update_golden: bool,
) -> None:
    golden = fixture.with_name(f"{fixture.stem}.expected.json")
    event = event_of(fixture)

    cards = cards_of(event)
    reason = _reason_for_nothing(event)

    drawn: dict[str, Any] = {
        str(data_class): {name: drawn_as(card, data_class) for name, card in sorted(cards.items())}
        for data_class in DataClass
    }
    if reason:
        drawn["unless"] = reason
    if update_golden:
        golden.write_text(json.dumps(drawn, ensure_ascii=False, indent=1, default=list) + "\n")
    assert json.loads(json.dumps(drawn, default=list)) == json.loads(golden.read_text())


@each_fixture
def test_a_golden_fixture_is_named_for_its_event(fixture: Path, event_of: Callable[[Path], Event]) -> None:
    event = event_of(fixture)

    assert fixture.stem.rpartition(".")[0] == event.key


@each_fixture
def test_a_golden_card_keeps_slacks_limits(
    fixture: Path,
    event_of: Callable[[Path], Event],
    cards_of: Callable[[Event], dict[str, Card]],
    drawn_as: Callable[[Card, DataClass], dict[str, Any]],
    slack_refusals: Callable[[dict[str, Any]], list[str]],
) -> None:
    cards = cards_of(event_of(fixture))

    refusals = [
        refusal for card in cards.values() for each in DataClass for refusal in slack_refusals(drawn_as(card, each))
    ]

    assert refusals == []


@each_fixture
def test_a_smaller_data_class_shows_no_text_and_the_smallest_no_title_and_no_people(
    fixture: Path,
    event_of: Callable[[Path], Event],
    cards_of: Callable[[Event], dict[str, Card]],
    drawn_as: Callable[[Card, DataClass], dict[str, Any]],
) -> None:
    event = event_of(fixture)
    assert event.repository is not None
    texts, titles, logins = _written(event.payload, owner=event.repository.owner)

    for card in cards_of(event).values():
        shown_as_title = json.dumps(drawn_as(card, DataClass.TITLE), ensure_ascii=False, default=list)
        shown_as_link = json.dumps(_words(drawn_as(card, DataClass.LINK)), ensure_ascii=False, default=list)
        assert [text for text in texts if text in shown_as_title] == []
        assert [text for text in texts + titles + logins if text in shown_as_link] == []


def _reason_for_nothing(event: Event) -> str | None:
    rule = rule_for(load()[0], event)
    return rule.unless(event) if isinstance(rule, Shown) else None


def _written(payload: object, owner: str) -> tuple[list[str], list[str], list[str]]:
    """First lines of bodies, titles, and logins but the owner's anywhere in a payload."""
    texts: set[str] = set()
    titles: set[str] = set()
    logins: set[str] = set()

    def look(value: object, name: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                look(inner, key)
        elif isinstance(value, list):
            for inner in value:
                look(inner, name)
        elif isinstance(value, str):
            {"body": texts, "title": titles, "login": logins}.get(name, set()).update(value.strip().splitlines()[:1])

    look(payload, "")
    return sorted(texts), sorted(titles), sorted(logins - {owner})


def _words(value: Any) -> Any:
    """A message without the addresses of its links, which a data class always shows."""
    if isinstance(value, dict):
        return {key: _words(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_words(inner) for inner in value]
    return value if not isinstance(value, str) else "".join(part.split("|")[-1] for part in value.split("<"))
