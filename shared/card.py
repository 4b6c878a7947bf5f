"""A rendered message as a value, before it is Block Kit.

Every piece of text carries a label, so that a workspace's data class can be applied inside the firewall, in one place,
to whatever a renderer drew:

    =========  ======================================  ====  =====  ====
    label      what it marks                           full  title  link
    =========  ======================================  ====  =====  ====
    reference  what happened to which number, where      x     x     x
    link       an address on the GHES                    x     x     x
    title      a title, a name, a branch                 x     x
    people     a login                                   x     x
    text       what somebody wrote: body, comment        x
    =========  ======================================  ====  =====  ====
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from shared.blockkit.mrkdwn import mentioned, mentioning, unmentioned


class Label(StrEnum):
    """What a piece of text is."""

    REFERENCE = "reference"
    LINK = "link"
    TITLE = "title"
    PEOPLE = "people"
    TEXT = "text"


class DataClass(StrEnum):
    """How much of a card a workspace gets to see."""

    FULL = "full"
    TITLE = "title"
    LINK = "link"


SHOWN: Mapping[DataClass, frozenset[Label]] = {
    DataClass.FULL: frozenset(Label),
    DataClass.TITLE: frozenset({Label.REFERENCE, Label.LINK, Label.TITLE, Label.PEOPLE}),
    DataClass.LINK: frozenset({Label.REFERENCE, Label.LINK}),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A run of mrkdwn that is escaped already; whom it mentions stands there as `shared.blockkit.mrkdwn.mention`."""

    label: Label
    mrkdwn: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link whose words are spans; where the data class hides them all, `instead` is shown."""

    url: str
    words: tuple[Span, ...]
    instead: str = "link"


Line = tuple[Span | Link, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text over the whole width; cut at Slack's 3,000 characters."""

    line: Line


@dataclass(frozen=True, slots=True)
class Field:
    """A short named value; `name` is ours and needs no label, a field whose value is hidden disappears."""

    name: str
    value: Line


@dataclass(frozen=True, slots=True)
class Fields:
    """Up to ten fields, drawn in two columns."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """A line of small grey text."""

    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button that the agent is told of; what it says and does is ours, so every data class shows it."""

    text: str
    action_id: str
    value: str
    """What it is about: addresses and numbers, and names only where `instead` is without them."""
    instead: str = ""
    """The value where the data class hides names; without it that is the same."""
    style: Literal["", "primary", "danger"] = ""

    def value_in(self, data_class: DataClass) -> str:
        """The value that this data class lets out."""
        return self.value if Label.TITLE in SHOWN[data_class] or not self.instead else self.instead


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of up to 25 buttons, each with an `action_id` of its own."""

    buttons: tuple[Button, ...]


Part = Paragraph | Fields | Context | Buttons


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One notification, drawn."""

    color: str
    """`#rrggbb`: the state, from `shared.blockkit.palette`."""
    headline: Line
    """What happened, above the colour bar: "Issue opened by octocat"."""
    parts: tuple[Part, ...]
    """What stands beside the colour bar, footer included."""
    fallback: Line
    """The same in one line for notifications and screen readers: "[owner/repo] …"."""


def reference(mrkdwn: str) -> Span:
    """Words of ours, or a number: shown in every data class."""
    return Span(Label.REFERENCE, mrkdwn)


def visible(line: Iterable[Span | Link], data_class: DataClass) -> str:
    """The mrkdwn of `line` that this data class shows."""
    shown = SHOWN[data_class]
    pieces = []
    for piece in line:
        if isinstance(piece, Span):
            pieces.append(piece.mrkdwn if piece.label in shown else "")
        else:
            words = "".join(span.mrkdwn for span in piece.words if span.label in shown).strip() or piece.instead
            label = words.replace("|", "¦").replace("\n", " ")
            pieces.append(f"<{piece.url}|{label}>" if piece.url else words)
    return unmentioned("".join(pieces)).strip()


def people_of(card: Card) -> set[str]:
    """The logins that a card mentions, in lower case."""
    return {login for span in _spans(card) for login in mentioned(span.mrkdwn)}


def to_people(card: Card, users: Mapping[str, str]) -> Card:
    """The card for one workspace, whose Slack `users` are known by login in lower case: those are mentioned in it."""
    if not users:
        return card

    def told(span: Span) -> Span:
        return replace(span, mrkdwn=mentioning(span.mrkdwn, users))

    return replace(
        card,
        headline=_changed(card.headline, told),
        parts=tuple(_changed_part(part, told) for part in card.parts),
        fallback=_changed(card.fallback, told),
    )


def _spans(card: Card) -> list[Span]:
    found: list[Span] = []

    def look(span: Span) -> Span:
        found.append(span)
        return span

    for line in (card.headline, card.fallback):
        _changed(line, look)
    for part in card.parts:
        _changed_part(part, look)
    return found


def _changed(line: Line, change: Callable[[Span], Span]) -> Line:
    """`line` with its spans changed; the words of links stay, since a link can mention nobody."""
    return tuple(change(piece) if isinstance(piece, Span) else piece for piece in line)


def _changed_part(part: Part, change: Callable[[Span], Span]) -> Part:
    match part:
        case Paragraph(line):
            return Paragraph(_changed(line, change))
        case Context(line):
            return Context(_changed(line, change))
        case Fields(fields):
            return Fields(tuple(Field(field.name, _changed(field.value, change)) for field in fields))
        case Buttons():
            return part
