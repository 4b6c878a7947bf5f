"""What a page of the console is.

GET /setup/<path>                ──▶ draw ──▶ Drawn
POST /setup/<path>, act=<name>   ──▶ acts[name] ──▶ Done: said at the top of a page, by a redirect
                                                └─▶ Wrong: the page once more, with what was entered and what is wrong
                                                └─▶ Away: to GHES or Slack, or another Drawn
                                                └─▶ File: for the browser to keep
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.web.console.parts import Console


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody who has signed in, at a page."""

    console: Console
    admin: str
    """A login on GHES, or `password`."""
    browser: str = field(repr=False)
    """The secret of this browser, for `agent.store.round_trips`."""
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A template of `templates/console` and what it is given; `forms_go` are further origins that its forms lead to."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    forms_go: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It is done; the browser goes to the page `to`, or to the same one, where `says` stands at the top."""

    says: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Nothing was done; `fields` has a sentence for each field that is wrong, by its name in the form."""

    says: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """The browser goes to another address."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that the browser keeps, in UTF-8; `name` has letters, digits, hyphens and dots only."""

    name: str
    text: str


Form = Mapping[str, str]
"""The fields of a form, trimmed; without `csrf` and `act`. A box that isn't ticked isn't there."""
Act = Callable[[Visit, Form], Awaitable[Done | Wrong | Away | Drawn | File]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A plug-in: a file of `agent/web/console_pages` has one as `PAGE`."""

    path: str
    """Behind `/setup/`: one word, or words with hyphens."""
    title: str
    order: int
    """Its place in the navigation."""
    draw: Callable[[Visit], Awaitable[Drawn]]
    acts: Mapping[str, Act] = field(default_factory=dict)
