"""The table of what is shown: every event that GHES sends is in it, by `name.action`.

Each module of `agent.cards` brings its rows (`RULES`) and the parent cards that it draws (`PARENTS`). Deleting a file
deletes a feature; two files with the same row are refused when the table is made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules

from agent import cards
from agent.subject import CheckSighting, Kind, Sighting, Subject
from shared.card import Card
from shared.event import Event

ALWAYS = "always"
"""The feature of what every subscribed channel gets."""


class Placement(StrEnum):
    """Where an event's card goes, depending on whether its subject has a parent card in the channel.

    =========  ================  =================
    placement  without a parent  with one
    =========  ================  =================
    opening    parent            –
    follow     parent and reply  reply
    result     parent            reply
    broadcast  parent            broadcast reply
    aside      plain             reply
    plain      plain             plain
    silent     –                 –
    =========  ================  =================

    Whatever has a parent (but for *plain*) rewrites it.
    """

    OPENING = "opening"
    FOLLOW = "follow"
    RESULT = "result"
    BROADCAST = "broadcast"
    ASIDE = "aside"
    PLAIN = "plain"
    SILENT = "silent"


def _nothing(_event: Event) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A row: who wants this event, where its card goes, and who draws it. All functions are pure."""

    feature: str
    """The feature word of a subscription, or `ALWAYS`."""
    placement: Placement
    render: Callable[[Event, Subject | None], Card] | None = None
    """The event's own card: a reply, a broadcast or a plain one; with threading off also what an opening posts. None
    where the parent says it all (openings), and for silent rows."""
    sighting: Callable[[Event], Sighting | None] = _nothing
    check: Callable[[Event], CheckSighting | None] = _nothing
    unless: Callable[[Event], str | None] = _nothing
    """A reason to post nothing for this payload after all ("a draft stays silent until it is ready"), kept so that
    people can be told. The subject is brought up to date all the same."""
    counters_only: bool = False
    """Whether a rewrite may wait 10 s (counters, checks) and not 1 s (state)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A row of an event that is known and shown nowhere, and why."""

    reason: str


Rule = Shown | Ignored


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The event that a parent card names: the first that the channel saw."""

    event_key: str
    actor: str


ParentRenderer = Callable[[Subject, Headline], Card]


class DoubleRowError(Exception):
    """Two card modules claim one event."""


def load() -> tuple[Mapping[str, Rule], Mapping[Kind, ParentRenderer]]:
    """The rows by event key, and the parent renderers by kind, of all modules in `agent.cards`."""
    rules: dict[str, Rule] = {}
    parents: dict[Kind, ParentRenderer] = {}
    for info in iter_modules(cards.__path__):
        module = import_module(f"{cards.__name__}.{info.name}")
        for table, rows in ((rules, getattr(module, "RULES", {})), (parents, getattr(module, "PARENTS", {}))):
            if taken := table.keys() & rows.keys():
                raise DoubleRowError(f"{module.__name__} claims {', '.join(sorted(taken))}, which another card shows.")
            table.update(rows)
    return rules, parents


def rule_for(rules: Mapping[str, Rule], event: Event) -> Rule | None:
    """The row of an event: that of its action, else that of its name (`*` for every other action); None if unknown."""
    return rules.get(event.key) or rules.get(f"{event.name}.*") or rules.get(event.name)
