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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


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
    """A run of mrkdwn that is escaped already."""

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


Part = Paragraph | Fields | Context


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
    return "".join(pieces).strip()
