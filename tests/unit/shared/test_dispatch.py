"""What crosses the wire: it comes out as it went in, or is refused with a `ValueError` and nothing else."""

import hashlib
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import dispatch
from shared.address import Address
from shared.card import Card, DataClass, Label, Paragraph, Span
from shared.dispatch import (
    Dispatch,
    Notification,
    Speaker,
    Statement,
    card_of,
    card_text,
    deduplication_id,
    digest,
    dispatch_fields,
    dispatch_of,
    group_of,
    name_of,
    queue_of,
    queue_text,
    request_of,
    request_text,
    statement_of,
    statement_text,
)
from shared.post import Role

SPEAKER = Speaker(agent_id="agent-1", key_id="k1", audience="relay-1")
ADDRESS = Address(team_id="T1", channel_id="C1")
SAID = Notification(
    id="n1",
    delivery_id="d1",
    address=ADDRESS,
    role=Role.REPLY,
    thread_key="7/issue/1",
    thread_ts="1.5",
    card="ab" * 32,
    data_class=DataClass.TITLE,
    unknown="park",
)
STATEMENT = Statement(text='{"a":1}', timestamp=7, signature="v1a,xx")
TEXTS = st.text(min_size=1, max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NOTIFICATIONS = st.builds(
    Notification,
    id=TEXTS,
    delivery_id=st.text(max_size=9),
    address=st.builds(Address, team_id=TEXTS, channel_id=TEXTS),
    role=st.sampled_from(Role),
    thread_key=st.none() | TEXTS,
    thread_ts=st.none() | TEXTS,
    card=st.none() | TEXTS,
    data_class=st.sampled_from(DataClass),
    unknown=st.sampled_from(["resend", "park"]),
)
STATEMENTS = st.builds(Statement, text=st.text(max_size=9), timestamp=st.integers(), signature=st.text(max_size=9))


def card(words: str) -> Card:
    line = (Span(Label.TITLE, words),)
    return Card(color="#24292f", headline=line, parts=(Paragraph(line),), fallback=line)


@given(NOTIFICATIONS)
def test_a_notification_survives_the_wire(notification: Notification) -> None:
    assert statement_of(statement_text(SPEAKER, notification)) == (SPEAKER, notification)


@given(st.dictionaries(st.text(max_size=9), st.text(max_size=9)), st.lists(STATEMENTS, max_size=4), st.integers())
def test_a_dispatch_survives_the_wire(cards: dict[str, str], statements: list[Statement], sequence: int) -> None:
    sent = Dispatch(sequence=sequence, cards=cards, statements=tuple(statements))

    speaker, kind, fields = request_of(request_text(SPEAKER, "dispatch", dispatch_fields(sent)))

    assert (speaker, kind, dispatch_of(fields)) == (SPEAKER, "dispatch", sent)


@given(STATEMENTS, st.text(max_size=30))
def test_what_the_queue_carries_survives_it_byte_for_byte(statement: Statement, text: str) -> None:
    assert queue_of(queue_text(statement, text)) == (statement, text)


@given(st.text(max_size=30))
def test_a_card_survives_as_text_and_is_named_by_its_bytes(words: str) -> None:
    text = card_text(card(words))

    assert card_of(text) == card(words)
    assert digest(text) == hashlib.sha256(text.encode("ascii")).hexdigest()


def test_two_cards_that_are_equal_have_one_text() -> None:
    assert card_text(card("a")) == card_text(replace(card("b"), **{n: getattr(card("a"), n) for n in _PARTS}))
    assert digest(card_text(card("a"))) != digest(card_text(card("b")))


_PARTS = ("headline", "parts", "fallback")


@pytest.mark.parametrize("odd", ["\x00", "￾", "\ud800", "🚀", "ü", "\u2028"])
def test_nothing_but_ascii_leaves_whatever_people_wrote(odd: str) -> None:
    """SQS refuses some characters, one message of a batch at a time; a lone surrogate can't be signed at all."""
    statement = replace(STATEMENT, text=statement_text(SPEAKER, replace(SAID, thread_key=odd)))
    sent = [
        card_text(card(odd)),
        statement.text,
        queue_text(statement, card_text(card(odd))),
        request_text(SPEAKER, "dispatch", {"cards": {"x": odd}}),
    ]

    assert all(each.isascii() and each.isprintable() for each in sent)


@given(st.text(max_size=90))
def test_a_name_is_plain_and_no_two_ids_share_one(id_: str) -> None:
    name = name_of(id_)

    assert re.fullmatch("[A-Za-z0-9_-]{1,64}", name)
    assert name_of(id_ + "x") != name


def test_a_plain_id_is_its_own_name_and_a_rewrites_is_a_digest() -> None:
    assert name_of("0b0f3c1e-7c39-4d0c-8f2c-0a1b2c3d4e5f") == "0b0f3c1e-7c39-4d0c-8f2c-0a1b2c3d4e5f"
    assert name_of("1/7/issue/1/90.0") == "sha256_" + hashlib.sha256(b"1/7/issue/1/90.0").hexdigest()[:57]
    assert len(name_of("1/7/issue/1/90.0")) == 64


def test_the_same_notification_signed_later_or_put_back_is_no_duplicate_to_the_queue() -> None:
    name = name_of("1/7/issue/1/90.0")
    ids = [deduplication_id(name, 10**11), deduplication_id(name, 10**11 + 1), deduplication_id(name, 10**11, 10**11)]

    assert len(set(ids)) == 3
    assert deduplication_id(name, 10**11) == ids[0]
    assert max(map(len, ids)) <= 128  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference


def test_a_group_is_one_channel_of_one_agent() -> None:
    assert group_of("agent-1", ADDRESS) == "agent-1#T1#C1"


def with_(text: str, **changes: Any) -> str:
    found = json.loads(text) | changes
    return json.dumps({name: value for name, value in found.items() if value != "drop"})


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "dispatch"},
        {"kind": "drop"},
        {"version": 2},
        {"version": "1"},
        {"agent": ""},
        {"agent": None},
        {"key": 7},
        {"audience": "drop"},
        {"id": ""},
        {"team": None},
        {"channel": "drop"},
        {"role": "shout"},
        {"role": ["reply"]},
        {"thread_key": 7},
        {"thread_ts": {}},
        {"card": 7},
        {"data_class": "everything"},
        {"unknown": "drop"},
        {"unknown": "shrug"},
        {"unknown": []},
        {"delivery": 7},
    ],
    ids=str,
)
def test_a_statement_that_says_anything_else_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        statement_of(with_(statement_text(SPEAKER, SAID), **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"version": "drop"},
        {"kind": ""},
        {"kind": None},
        {"agent": "drop"},
        {"key": ""},
        {"audience": ["relay-1"]},
    ],
    ids=str,
)
def test_a_request_that_does_not_say_who_asks_whom_for_what_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        request_of(with_(request_text(SPEAKER, "receipts", {"after": ""}), **changes))


def test_the_fields_of_a_request_never_change_who_asks() -> None:
    speaker, _, fields = request_of(request_text(SPEAKER, "receipts", {"after": "7", "limit": 9}))

    assert speaker == SPEAKER
    assert (fields["after"], fields["limit"]) == ("7", 9)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"sequence": "7"},
        {"sequence": True},
        {"cards": []},
        {"cards": {"x": 1}},
        {"cards": None},
        {"statements": None},
        {"statements": {"x": 1}},
        {"statements": ["x"]},
        {"statements": [{}]},
        {"statements": [{"text": "a", "timestamp": "7", "signature": "s"}]},
        {"statements": [{"text": "a", "timestamp": True, "signature": "s"}]},
        {"statements": [{"text": None, "timestamp": 7, "signature": "s"}]},
        {"statements": [{"text": "a", "timestamp": 7}]},
    ],
    ids=str,
)
def test_a_bundle_of_anything_else_is_refused(fields: dict[str, Any]) -> None:
    whole = {"sequence": 1, "cards": {}, "statements": []} if fields else {}
    with pytest.raises(ValueError, match=r"."):
        dispatch_of(whole | fields)


READERS = [card_of, statement_of, request_of, queue_of, lambda text: dispatch_of(dispatch._mapping(text))]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("text", ["", "null", "[]", "7", '"x"', "{", "{}", "\x00", "[" * 100_000, '{"a":' * 100_000])
def test_what_is_none_of_ours_is_refused_by_every_reader(reader: Any, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        reader(text)


@pytest.mark.parametrize("reader", READERS)
@given(data=st.data())
def test_a_reader_of_something_that_is_nearly_ours_raises_a_value_error_or_reads_it(
    reader: Any, data: st.DataObject
) -> None:
    ours = data.draw(
        st.sampled_from(
            [
                card_text(card("a")),
                statement_text(SPEAKER, SAID),
                queue_text(STATEMENT, ""),
                request_text(SPEAKER, "dispatch", dispatch_fields(Dispatch(sequence=1, cards={}, statements=[]))),
            ]
        )
    )
    found = json.loads(ours)
    found[data.draw(st.sampled_from(sorted(found)))] = data.draw(JSON)

    try:
        reader(json.dumps(found))
    except ValueError:
        return
