import json

from hypothesis import given
from hypothesis import strategies as st

from shared.blockkit.message import message
from shared.blockkit.mrkdwn import escape
from shared.card import SHOWN, Button, Buttons, Card, Context, DataClass, Field, Fields, Label, Link, Paragraph, Span
from shared.card_json import card_from_json, card_to_json, redacted

WORDS = st.text(max_size=12).map(escape)
SPANS = st.builds(Span, st.sampled_from(Label), WORDS)
LINKS = st.builds(Link, st.just("https://ghes.example.com/x"), st.lists(SPANS, max_size=3).map(tuple), WORDS)
LINES = st.lists(SPANS | LINKS, max_size=4).map(tuple)
BUTTONS = st.builds(
    Button,
    text=WORDS,
    action_id=st.just("act"),
    value=WORDS,
    instead=st.just("") | WORDS,
    style=st.sampled_from(["", "primary", "danger"]),
)
PARTS = (
    st.builds(Paragraph, LINES)
    | st.builds(Context, LINES)
    | st.builds(Fields, st.lists(st.builds(Field, WORDS, LINES), max_size=3).map(tuple))
    | st.builds(Buttons, st.lists(BUTTONS, max_size=2).map(tuple))
)
CARDS = st.builds(
    Card, color=st.just("#36a64f"), headline=LINES, parts=st.lists(PARTS, max_size=4).map(tuple), fallback=LINES
)
CLASSES = st.sampled_from(DataClass)


@given(CARDS)
def test_a_card_survives_the_wire(card: Card) -> None:
    sent = json.dumps(card_to_json(card))

    received = card_from_json(json.loads(sent))

    assert received == card


@given(CARDS, CLASSES)
def test_a_redacted_card_looks_as_its_data_class_shows_it(card: Card, data_class: DataClass) -> None:
    assert message(redacted(card, data_class), data_class) == message(card, data_class)


@given(CARDS, CLASSES)
def test_a_redacted_card_holds_nothing_that_its_data_class_hides(card: Card, data_class: DataClass) -> None:
    labels = {piece[0] for piece in _pieces(card_to_json(redacted(card, data_class)))}

    assert labels <= {label.value for label in SHOWN[data_class]}


def _pieces(value: object) -> list[list[str]]:
    """Every `[label, mrkdwn]` in a card's JSON."""
    if isinstance(value, dict):
        return [piece for each in value.values() for piece in _pieces(each)]
    if not isinstance(value, list):
        return []
    if len(value) == 2 and all(isinstance(each, str) for each in value) and value[0] in set(Label):
        return [value]
    return [piece for each in value for piece in _pieces(each)]


def test_a_value_that_names_something_does_not_cross_where_names_are_hidden() -> None:
    button = Button(text="Approve", action_id="approve", value="production", instead="-")
    card = Card(color="#36a64f", headline=(), parts=(Buttons((button,)),), fallback=())

    crossing = {data_class: str(card_to_json(redacted(card, data_class))) for data_class in DataClass}

    assert [name for name, sent in crossing.items() if "production" in sent] == [DataClass.FULL, DataClass.TITLE]
