"""Golden cards: a payload, what is drawn of it, and `--update-golden` to write the latter anew (then read it)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.card_table import Headline, Shown, load, rule_for
from agent.subject import Subject, merged
from shared.blockkit.message import message
from shared.card import Card, DataClass
from shared.event import Event, label

RECEIVED_AT = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the expected cards anew")


@pytest.fixture
def update_golden(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-golden", default=False))


@pytest.fixture(scope="session")
def event_of() -> Callable[[Path], Event]:
    def read(fixture: Path) -> Event:
        payload = json.loads(fixture.read_text())
        return label("d0000000-0000-4000-8000-000000000001", fixture.name.split(".")[0], payload, RECEIVED_AT)

    return read


@pytest.fixture(scope="session")
def event_named() -> Callable[[str, dict[str, Any]], Event]:
    """An event by its key, such as `issues.opened` or `push`."""

    def make(key: str, payload: dict[str, Any]) -> Event:
        name, _, action = key.partition(".")
        return label("d0000000-0000-4000-8000-000000000001", name, {"action": action, **payload}, RECEIVED_AT)

    return make


@pytest.fixture(scope="session")
def cards_of() -> Callable[[Event], dict[str, Card]]:
    """The event's own card and the parent of its subject, as far as there are such, by "card" and "parent"."""
    rules, parents = load()

    def draw(event: Event) -> dict[str, Card]:
        rule = rule_for(rules, event)
        assert isinstance(rule, Shown), f"{event.key} is shown nowhere"
        seen, subject = rule.sighting(event), None
        drawn: dict[str, Card] = {}
        if seen:
            assert event.repository is not None
            subject = merged(None, seen, event.repository)
            drawn["parent"] = parents[seen.key.kind](subject, Headline(event_key=event.key, actor=event.actor))
        if rule.render:
            drawn["card"] = rule.render(event, subject)
        return drawn

    return draw


@pytest.fixture(scope="session")
def drawn_as() -> Callable[[Card, DataClass], dict[str, Any]]:
    def draw(card: Card, data_class: DataClass) -> dict[str, Any]:
        drawn = message(card, data_class)
        return {"text": drawn.text, "blocks": list(drawn.blocks), "attachments": list(drawn.attachments)}

    return draw


@pytest.fixture
def subject_of() -> Callable[[Event], Subject]:
    rules, _ = load()

    def read(event: Event) -> Subject:
        rule = rule_for(rules, event)
        assert isinstance(rule, Shown)
        seen = rule.sighting(event)
        assert seen is not None
        assert event.repository is not None
        return merged(None, seen, event.repository)

    return read
