"""Whatever a card says, its message keeps Slack's limits, mentions nobody, and reads without its blocks too."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.blockkit.message import Message, fitting, merged, message, section
from shared.blockkit.mrkdwn import escape, one_line, url
from shared.card import (
    Button,
    Buttons,
    Card,
    Context,
    DataClass,
    Field,
    Fields,
    Label,
    Line,
    Link,
    Paragraph,
    Span,
    reference,
)

HOSTILE = st.lists(
    st.sampled_from(["<!channel>", "<@U1|x>", "a|b>c<d", "&lt;!here>", "&", "*_~`", "\n", "\n> ", " ", "ü", "\x00"])
    | st.text(max_size=8),
    max_size=6,
).map("".join)
LONG = HOSTILE.map(lambda text: (text * 300)[:5000])
SPANS = st.builds(Span, st.sampled_from(Label), HOSTILE.map(escape))
LONG_SPANS = st.builds(Span, st.sampled_from(Label), LONG.map(escape))
NAMES = st.builds(Span, st.sampled_from(Label), HOSTILE.map(one_line))
LINKS = st.builds(
    Link, HOSTILE.map(lambda text: url(f"https://ghe.example/{text}")), st.lists(NAMES, max_size=2).map(tuple)
)
LINES: st.SearchStrategy[Line] = st.lists(SPANS | LINKS, max_size=3).map(tuple)
LONG_LINES: st.SearchStrategy[Line] = st.tuples(LONG_SPANS, LINKS, SPANS)
PARTS = (
    st.builds(Paragraph, LINES | LONG_LINES)
    | st.builds(Context, LINES | LONG_LINES)
    | st.builds(Fields, st.lists(st.builds(Field, st.just("Name"), LINES | LONG_LINES), max_size=3).map(tuple))
    | st.just(Buttons(()))
    | st.just(Buttons((Button(text="Close", action_id="close", value="12"),)))
)
CARDS = st.builds(
    Card,
    color=st.just("#36a64f"),
    headline=LINES.map(lambda line: (reference("Something happened "), *line)),
    parts=st.lists(PARTS, max_size=3).map(tuple),
    fallback=LINES | LONG_LINES,
)
CLASSES = st.sampled_from(DataClass)


def card(words: str, *parts: str, fallback: str | None = None) -> Card:
    return Card(
        color="#24292f",
        headline=(reference(words),),
        parts=tuple(Paragraph((reference(part),)) for part in parts),
        fallback=(reference(words if fallback is None else fallback),),
    )


def sent(drawn: Message) -> dict[str, Any]:
    """As Slack is given it."""
    found: dict[str, Any] = json.loads(
        json.dumps({"text": drawn.text, "blocks": drawn.blocks, "attachments": drawn.attachments})
    )
    return found


@given(card=CARDS, data_class=CLASSES)
@settings(max_examples=40)
def test_any_card_is_a_message_that_slack_takes_and_that_mentions_nobody(
    card: Card, data_class: DataClass, slack_refusals: Callable[[dict[str, Any]], list[str]]
) -> None:
    drawn = message(card, data_class)

    # A cut in the middle of code leaves it open to the end of its own text, and no further.
    assert [refusal for refusal in slack_refusals(sent(drawn)) if "fence" not in refusal] == []


@given(cards=st.lists(CARDS, min_size=1, max_size=3), data_class=CLASSES)
@settings(max_examples=20)
def test_as_many_cards_as_fit_are_a_message_that_slack_takes(
    cards: list[Card], data_class: DataClass, slack_refusals: Callable[[dict[str, Any]], list[str]]
) -> None:
    count = fitting(cards, data_class)
    drawn = merged(cards[:count], data_class)

    assert 1 <= count <= len(cards)
    assert [refusal for refusal in slack_refusals(sent(drawn)) if "fence" not in refusal] == []
    assert drawn.block_count <= 50
    assert count == 1 or drawn.size_bytes <= 40_000


@given(cards=st.lists(CARDS, min_size=1, max_size=3), data_class=CLASSES)
@settings(max_examples=20)
def test_the_fallback_is_there_whatever_the_data_class_hides(cards: list[Card], data_class: DataClass) -> None:
    drawn = merged(cards, data_class)

    assert drawn.text.strip()
    assert len(drawn.text) <= 4000


@pytest.mark.parametrize("length", [20, 395, 700, 9000])
def test_a_merged_message_names_each_of_its_cards_in_their_order(length: int) -> None:
    cards = [card(f"card {n}", fallback=f"card {n} " + "x" * length) for n in range(10)]

    drawn = merged(cards, DataClass.FULL)

    assert [line[: len("card n")] for line in drawn.text.split("\n")] == [f"card {n}" for n in range(10)]
    assert len(drawn.text) <= 4000
    assert [_texts(attachment["blocks"])[0] for attachment in drawn.attachments] == [f"card {n}" for n in range(10)]
    assert _texts(drawn.blocks) == ["10 notifications"]


def test_a_merged_message_tells_each_card_by_its_own_colour() -> None:
    pushed, failed = card("pushed"), Card(color="#cb2431", headline=(reference("failed"),), parts=(), fallback=())

    drawn = merged([pushed, failed], DataClass.FULL)

    assert [attachment["color"] for attachment in drawn.attachments] == ["#24292f", "#cb2431"]
    assert drawn.text == "pushed\nA notification from GitHub Enterprise"


def test_a_card_that_its_data_class_hides_wholly_leaves_no_empty_attachment() -> None:
    secret = Card(color="#24292f", headline=(Span(Label.TITLE, "secret"),), parts=(), fallback=())

    drawn = merged([card("shown"), secret], DataClass.LINK)

    assert [_texts(attachment["blocks"]) for attachment in drawn.attachments] == [["shown"]]


def test_one_card_merged_is_the_card() -> None:
    alone = card("pushed", "one commit")

    assert merged([alone], DataClass.FULL) == message(alone, DataClass.FULL)


def test_a_card_is_its_headline_above_what_stands_beside_its_colour() -> None:
    drawn = message(card("Issue opened", "#12 Title", "body"), DataClass.FULL)

    assert _texts(drawn.blocks) == ["Issue opened"]
    assert [_texts(attachment["blocks"]) for attachment in drawn.attachments] == [["#12 Title", "body"]]
    assert drawn.block_count == 3


def test_of_too_many_blocks_the_first_50_and_of_too_many_fields_the_first_ten_are_shown() -> None:
    many = Fields(tuple(Field(f"name {n}", (reference("value"),)) for n in range(13)))
    long = Card(color="#24292f", headline=(reference("x"),), parts=(many,) * 60, fallback=())

    drawn = [message(long, DataClass.FULL), merged([long, long], DataClass.FULL)]

    assert [attachment["blocks"][-1]["fields"][-1]["text"] for each in drawn for attachment in each.attachments] == [
        "*name 9*\nvalue"
    ] * 3
    assert drawn[0].block_count == 50


def test_a_card_without_parts_has_no_colour_bar() -> None:
    assert message(card("Issue opened"), DataClass.FULL).attachments == ()


@pytest.mark.parametrize(
    ("cards", "count"),
    [
        ([card("small")], 1),
        ([card("small")] * 10, 10),
        ([card("small")] * 15, 10),
        ([card("five blocks", *"abcd")] * 10, 9),
        ([card("big", "x" * 2900, "x" * 2900)] * 10, 6),
        ([card("too many blocks", *"x" * 60)] * 2, 1),
    ],
)
def test_ten_cards_50_blocks_and_40_kb_fit_one_message(cards: Sequence[Card], count: int) -> None:
    assert fitting(cards, DataClass.FULL) == count


@pytest.mark.parametrize(("pressable", "count"), [((0,), 1), ((1,), 1), ((4,), 4), ((2, 3), 2), ((), 6)])
def test_a_card_with_buttons_has_a_message_of_its_own(pressable: Sequence[int], count: int) -> None:
    plain, buttons = card("plain", "x"), Buttons((Button(text="Approve", action_id="approve", value="12"),))
    waiting = replace(plain, parts=(*plain.parts, buttons))

    assert fitting([waiting if at in pressable else plain for at in range(6)], DataClass.FULL) == count


def test_the_size_of_a_message_is_in_bytes_and_not_in_characters() -> None:
    assert [fitting([card("x", char * 2900, char * 2900)] * 9, DataClass.FULL) for char in "xü漢"] == [6, 3, 2]


def test_a_section_of_nothing_is_a_dash_since_slack_refuses_empty_text() -> None:
    assert section("")["text"]["text"] == section(" \n")["text"]["text"] == "–"


def _texts(blocks: Sequence[Any]) -> list[str]:
    return [(block.get("text") or block["elements"][0])["text"] for block in blocks]


def test_buttons_are_an_actions_block_beside_the_colour_and_show_in_every_data_class() -> None:
    comment = Button(text="Comment", action_id="comment", value="12")
    approve = Button(text="Approve", action_id="approve", value="12 production", instead="12", style="primary")
    drawn_of = Card(
        color="#36a64f", headline=(reference("Waiting"),), parts=(Buttons((comment, approve)),), fallback=()
    )

    drawn = {data_class: sent(message(drawn_of, data_class))["attachments"] for data_class in DataClass}

    plain = {"type": "button", "text": {"type": "plain_text", "text": "Comment"}, "action_id": "comment", "value": "12"}
    values = {}
    for data_class, (attachment,) in drawn.items():
        (block,) = attachment["blocks"]
        assert block["type"] == "actions"
        assert block["elements"][0] == plain
        assert block["elements"][1]["style"] == "primary"
        values[data_class] = block["elements"][1]["value"]
    assert values == {DataClass.FULL: "12 production", DataClass.TITLE: "12 production", DataClass.LINK: "12"}


def test_a_row_has_no_more_buttons_than_slack_takes() -> None:
    buttons = tuple(Button(text="Go", action_id=f"go{n}", value="1") for n in range(30))
    drawn = message(
        Card(color="#36a64f", headline=(reference("Go"),), parts=(Buttons(buttons),), fallback=()), DataClass.FULL
    )

    assert len(drawn.attachments[0]["blocks"][0]["elements"]) == 25
