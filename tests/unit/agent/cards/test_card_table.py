import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent import cards
from agent.card_table import DoubleRowError, Ignored, Placement, Shown, load, rule_for
from agent.cards import unseen
from shared.event import Event, label

EVENTS = Path(__file__).parents[3] / "golden" / "events"
GHES_EVENTS = (EVENTS / "ghes.txt").read_text().split()
"""From GitHub's webhook references for GHES 3.19 and 3.22, by name."""
EXAMPLES = [line.split() for line in (EVENTS / "examples.txt").read_text().splitlines()]
"""What GitHub gives examples of: a name, then the actions that it names; none where the payload has none."""
FEATURES = {
    "always",
    "branches",
    "comments",
    "commits",
    "deployments",
    "discussions",
    "issues",
    "pulls",
    "releases",
    "reviews",
    "workflows",
}


def _event(name: str, action: str | None) -> Event:
    return label("id", name, {"action": action} if action else {}, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("name", GHES_EVENTS)
def test_every_event_that_ghes_sends_has_a_row(name: str) -> None:
    rules, _ = load()

    known = [key for key in rules if key.partition(".")[0] == name]

    assert known


@pytest.mark.parametrize(
    ("name", "action"),
    [(name, action) for name, *actions in EXAMPLES for action in actions or [""]],
)
def test_every_action_that_github_gives_an_example_of_has_a_row(name: str, action: str) -> None:
    rules, _ = load()

    assert rule_for(rules, _event(name, action)) is not None


def test_every_row_says_all_that_its_placement_needs() -> None:
    rules, _ = load()

    shown = {key: rule for key, rule in rules.items() if isinstance(rule, Shown)}

    assert {rule.feature for rule in shown.values()} == FEATURES
    for key, rule in shown.items():
        if rule.placement not in {Placement.OPENING, Placement.SILENT}:
            assert rule.render, key


def test_every_ignored_event_has_a_reason_that_reads_as_a_sentence() -> None:
    rules, _ = load()

    reasons = {rule.reason for rule in rules.values() if isinstance(rule, Ignored)}

    assert [reason for reason in reasons if not reason[0].isupper() or not reason.endswith(".")] == []


def test_no_event_is_left_unseen_twice() -> None:
    names = Counter(name for names in unseen._REASONS.values() for name in names)

    assert [name for name, times in names.items() if times > 1] == []


def test_two_card_modules_with_one_row_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zz_twice.py").write_text("RULES = {'push': None}\n")
    monkeypatch.setattr(cards, "__path__", [*cards.__path__, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "agent.cards.zz_twice", None)
    monkeypatch.delitem(sys.modules, "agent.cards.zz_twice")

    with pytest.raises(DoubleRowError, match=r"zz_twice claims push"):
        load()
