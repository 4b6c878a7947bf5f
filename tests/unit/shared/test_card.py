"""The data class of a workspace: what it hides is nowhere in the message, in whatever part of the card it stood."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.blockkit.message import merged
from shared.blockkit.mrkdwn import mention
from shared.card import (
    SHOWN,
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
    people_of,
    to_people,
    visible,
)

MARKS = {label: f"[{label.value} mark]" for label in Label}
SPANS = st.builds(
    lambda label, words: Span(label, words + MARKS[label]), st.sampled_from(Label), st.sampled_from("ab ")
)
LINKS = st.builds(
    Link, st.sampled_from(["https://ghe.example/octo", ""]), st.lists(SPANS, max_size=3).map(tuple), st.just("here")
)
LINES: st.SearchStrategy[Line] = st.lists(SPANS | LINKS, max_size=3).map(tuple)
PARTS = (
    st.builds(Paragraph, LINES)
    | st.builds(Context, LINES)
    | st.builds(Fields, st.lists(st.builds(Field, st.just("Name"), LINES), max_size=2).map(tuple))
)
CARDS = st.builds(
    Card, color=st.just("#36a64f"), headline=LINES, parts=st.lists(PARTS, max_size=3).map(tuple), fallback=LINES
)


@pytest.mark.parametrize("data_class", DataClass)
@given(cards=st.lists(CARDS, min_size=1, max_size=2))
@settings(max_examples=25)
def test_a_message_holds_no_word_that_its_data_class_hides(data_class: DataClass, cards: list[Card]) -> None:
    drawn = merged(cards, data_class)

    shown = json.dumps([drawn.text, drawn.blocks, drawn.attachments])
    assert [label for label, mark in MARKS.items() if mark in shown and label not in SHOWN[data_class]] == []


def test_each_data_class_hides_what_the_table_says() -> None:
    hidden = {data_class: set(Label) - shown for data_class, shown in SHOWN.items()}

    assert hidden == {
        DataClass.FULL: set(),
        DataClass.TITLE: {Label.TEXT},
        DataClass.LINK: {Label.TEXT, Label.TITLE, Label.PEOPLE},
    }


@given(LINES)
@settings(max_examples=40)
def test_the_full_class_shows_every_word_and_every_address(line: Line) -> None:
    shown = visible(line, DataClass.FULL)

    for piece in line:
        spans = [piece] if isinstance(piece, Span) else piece.words
        assert all(span.mrkdwn.strip() in shown for span in spans)
        assert isinstance(piece, Span) or piece.url in shown


@given(LINES)
@settings(max_examples=40)
def test_a_link_survives_every_data_class(line: Line) -> None:
    links = [piece for piece in line if isinstance(piece, Link) and piece.url]

    for data_class in DataClass:
        assert visible(line, data_class).count("<https://ghe.example/octo|") == len(links)


def test_a_link_whose_words_are_hidden_says_something_else_instead() -> None:
    link = Link("https://ghe.example/octo/shop", (Span(Label.TITLE, "Title"),), "a page")

    assert visible((link,), DataClass.TITLE) == "<https://ghe.example/octo/shop|Title>"
    assert visible((link,), DataClass.LINK) == "<https://ghe.example/octo/shop|a page>"


def test_a_link_without_an_address_is_its_words() -> None:
    assert visible((Link("", (Span(Label.TITLE, "Title"),), "a page"),), DataClass.LINK) == "a page"


def test_the_words_of_a_link_cannot_end_it() -> None:
    line = (Link("https://ghe.example", (Span(Label.TITLE, "a|b\nc"),)),)

    assert visible(line, DataClass.FULL) == "<https://ghe.example|a¦b c>"


def test_what_is_left_stands_without_white_space_around_it() -> None:
    line = (Span(Label.TEXT, "body"), Span(Label.REFERENCE, " #12 "), Span(Label.TEXT, "body"))

    assert visible(line, DataClass.TITLE) == "#12"


def mentioning(login: str) -> Card:
    """A card that mentions somebody in every place where one can."""
    line = (Span(Label.PEOPLE, mention(login)), Span(Label.TEXT, mention(login, f"https://ghe.example/{login}")))
    parts = (Paragraph(line), Context(line), Fields((Field("Assignees", line),)))
    return Card(color="#36a64f", headline=line, parts=parts, fallback=line)


def test_a_card_tells_whom_it_mentions() -> None:
    card = mentioning("Mona")

    assert people_of(card) == {"mona"}
    assert people_of(to_people(card, {"mona": "U7"})) == set()


def test_those_are_mentioned_who_are_users_and_the_others_are_named() -> None:
    drawn = [merged([to_people(mentioning(login), {"mona": "U7"})], DataClass.FULL) for login in ("Mona", "hubot")]

    said = [json.dumps([each.text, each.blocks, each.attachments]) for each in drawn]
    assert said[0].count("<@U7>") == 10
    assert "<@" not in said[1]
    assert said[1].count("hubot<https://ghe.example/hubot|@hubot>") == 5


def test_a_data_class_hides_mentions_with_the_words_around_them() -> None:
    card = to_people(mentioning("mona"), {"mona": "U7"})

    shown = {data_class: visible(card.headline, data_class) for data_class in DataClass}

    assert shown == {DataClass.FULL: "<@U7><@U7>", DataClass.TITLE: "<@U7>", DataClass.LINK: ""}


def test_what_is_no_user_id_mentions_nobody() -> None:
    card = to_people(mentioning("mona"), {"mona": "U7> <!channel"})

    assert visible(card.headline, DataClass.TITLE) == "mona"
