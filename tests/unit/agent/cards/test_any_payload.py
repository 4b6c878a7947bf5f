"""Whatever stands in a payload, its cards can be drawn and posted."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.card_table import Shown, load, rule_for
from agent.cards_fallback import plain_card
from shared.card import Card, DataClass
from shared.event import Event

GOLDEN = Path(__file__).parents[3] / "golden" / "cards"
FIXTURES = sorted(path for path in GOLDEN.glob("*.json") if not path.name.endswith(".expected.json"))
KEPT = {"action", "number", "id", "state", "status"}

HOSTILE = st.sampled_from(
    [
        "<!channel>",
        "<@U1|x>",
        "a|b>c<d",
        "```",
        "*_~`",
        "\n> x",
        " ",
        "",
        "https://x.io/|<>",
        "javascript:x",
        "\x00\x07",
    ]
)
TEXT = st.lists(HOSTILE | st.text(max_size=20), max_size=6).map("".join) | st.text().map(lambda text: text * 400)
VALUE: st.SearchStrategy[Any] = (
    TEXT | st.none() | st.integers() | st.just([]) | st.just({}) | st.just([None, 1, "x", {}]) | st.booleans()
)


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_payload_is_drawn_within_slacks_limits_and_mentions_nobody(
    data: st.DataObject,
    event_of: Callable[[Path], Event],
    cards_of: Callable[[Event], dict[str, Card]],
    drawn_as: Callable[[Card, DataClass], dict[str, Any]],
    slack_refusals: Callable[[dict[str, Any]], list[str]],
) -> None:
    event = event_of(data.draw(st.sampled_from(FIXTURES)))
    for holder, name in data.draw(st.lists(st.sampled_from(list(_leaves(event.payload))), max_size=12)):
        holder[name] = data.draw(VALUE)

    cards = [*cards_of(event).values(), plain_card(event, None)]

    refusals = [refusal for card in cards for each in DataClass for refusal in slack_refusals(drawn_as(card, each))]
    # An odd name, such as an event called "```", may look odd; what people write is looked at in test_github_markdown.
    assert [refusal for refusal in refusals if "fence" not in refusal] == []


@pytest.mark.parametrize("key", sorted(key for key, rule in load()[0].items() if isinstance(rule, Shown)))
def test_an_empty_payload_is_drawn_all_the_same(
    key: str,
    cards_of: Callable[[Event], dict[str, Card]],
    drawn_as: Callable[[Card, DataClass], dict[str, Any]],
    slack_refusals: Callable[[dict[str, Any]], list[str]],
    event_named: Callable[[str, dict[str, Any]], Event],
) -> None:
    event = event_named(key, {})
    rule = rule_for(load()[0], event)
    assert isinstance(rule, Shown)

    cards = cards_of(event).values()

    assert [refusal for card in cards for refusal in slack_refusals(drawn_as(card, DataClass.FULL))] == []
    assert rule.check(event) is None


def _leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """Where each value below `value` is kept; a payload's own repository stays what it is."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        if name not in KEPT and name != "repository":
            yield value, name
            yield from _leaves(inner)
