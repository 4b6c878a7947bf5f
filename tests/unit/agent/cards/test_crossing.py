"""What a workspace's data class hides doesn't cross the firewall: it isn't in what is signed, wherever one looks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.cards_fallback import plain_card
from agent.relay.parcel import parcel
from agent.relay.signer import Signer
from shared.address import Address
from shared.blockkit.message import merged
from shared.card import Card, DataClass
from shared.dispatch import Dispatch, Speaker, card_of, dispatch_fields, statement_of
from shared.event import Event
from shared.post import Post, Role

FIXTURES = sorted(
    path
    for path in (Path(__file__).parents[3] / "golden" / "cards").glob("*.json")
    if not path.name.endswith(".expected.json")
)
SIGNER = Signer(speaker=Speaker(agent_id="agent-1", key_id="k1", audience="relay-1"), key=Ed25519PrivateKey.generate())
WRITTEN, TITLED, PERSON = "zzwritten", "zztitled", "zzperson"
_MARKED = {"body": WRITTEN, "title": TITLED, "login": PERSON}


def marked(value: Any, name: str = "") -> Any:
    """A payload whose texts, titles and logins carry their marks; an owner's is a part of a repository's name."""
    if isinstance(value, dict):
        return {key: inner if key == "owner" else marked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner, name) for inner in value]
    if isinstance(value, str) and name == "message":  # of a commit: the rest of it, below its first line
        return f"{value}\n\n{WRITTEN} more"
    if isinstance(value, str) and (mark := _MARKED.get(name)):
        return f"{mark}-{value}-{mark}" if name == "login" else f"{mark} {value} {mark}"
    return value


@pytest.fixture
def cards(
    event_of: Callable[[Path], Event], cards_of: Callable[[Event], dict[str, Card]], tmp_path: Path
) -> Callable[[Path], list[Card]]:
    """All that can be drawn of a fixture, the plain card for want of another one among it."""

    def draw(fixture: Path) -> list[Card]:
        payload = json.loads(fixture.read_text())
        (tmp_path / fixture.name).write_text(json.dumps(marked(payload) | {"repository": payload["repository"]}))
        event = event_of(tmp_path / fixture.name)
        return [*cards_of(event).values(), plain_card(event, None)]

    return draw


def crossing(cards: list[Card], data_class: DataClass, role: Role = Role.PLAIN) -> str:
    """The body of the dispatch of one post of these cards."""
    members = [f"n{number}" for number, _ in enumerate(cards)]
    post = Post(
        id=members[0],
        also=tuple(members[1:]),
        delivery_id="d1",
        address=Address(team_id="T1", channel_id="C1"),
        role=role,
        ts="1.5",
        thread_key="42/issue/7",
        message=merged(cards, data_class),
        cards=dict(zip(members, cards, strict=True)),
        data_class=data_class,
    )
    made = parcel(SIGNER, post, "resend", 1_763_800_000.0)
    fields = dispatch_fields(Dispatch(sequence=1, cards=made.cards, statements=made.statements))
    return SIGNER.body("dispatch", fields).decode()


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_no_dispatch_holds_what_its_data_class_hides(fixture: Path, cards: Callable[[Path], list[Card]]) -> None:
    drawn = cards(fixture)
    alone = [([card], role) for card in drawn for role in (Role.PARENT, Role.REPLY, Role.REWRITE)]

    for some, role in [*alone, (drawn, Role.PLAIN)]:
        titles, links = (crossing(some, each, role) for each in (DataClass.TITLE, DataClass.LINK))
        assert WRITTEN not in titles
        assert [mark for mark in (WRITTEN, TITLED, PERSON) if mark in _without_addresses(links)] == []


def test_the_marks_cross_where_everything_is_shown(cards: Callable[[Path], list[Card]]) -> None:
    found = "".join(crossing(cards(fixture), DataClass.FULL) for fixture in FIXTURES)
    shown = "".join(crossing(cards(fixture), DataClass.TITLE) for fixture in FIXTURES)

    assert [mark for mark in (WRITTEN, TITLED, PERSON) if mark in found] == [WRITTEN, TITLED, PERSON]
    assert [mark for mark in (WRITTEN, TITLED, PERSON) if mark in shown] == [TITLED, PERSON]


def test_what_crosses_is_drawn_there_as_it_would_be_here(cards: Callable[[Path], list[Card]]) -> None:
    for fixture in FIXTURES:
        for data_class in DataClass:
            drawn = cards(fixture)
            sent = json.loads(crossing(drawn, data_class))
            said = [statement_of(each["text"])[1] for each in sent["statements"]]
            there = [card_of(sent["cards"][each.card]) for each in said if each.card]

            assert merged(there, data_class) == merged(drawn, data_class)


def _without_addresses(body: str) -> str:
    """A dispatch without the addresses of links, which every data class shows."""
    cards = [json.loads(text) for text in json.loads(body)["cards"].values()]
    return json.dumps([_bare(card) for card in cards])


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(inner) for name, inner in value.items()}
    if isinstance(value, list):
        is_link = len(value) == 3 and isinstance(value[0], str) and isinstance(value[2], list)
        return [_bare(inner) for inner in (value[1:] if is_link else value)]
    return value
