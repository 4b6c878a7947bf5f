"""The tables of verbs and of flows, collected from the folders of plug-ins.

Deleting a file deletes a verb or a flow; two files with the same word are refused when the tables are made.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from agent import commands, interactions
from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.slash.shortcut import Shortcut
from agent.slash.submission import Submission, Typing
from agent.slash.view import View

Answer = Reply | View | None
"""What a gesture leads to: something said, a form to fill in, or nothing."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A line of the help."""

    form: str
    """What is typed after `/ghe`."""
    meaning: str
    """What it does, as a sentence without a full stop."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A form that is opened at once, before it is made."""

    title: str
    """24 characters at most."""
    for_anyone: bool = False
    """Whether people without a linked account get it too; they are asked to sign in instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A command; each module of `agent.commands` has one, called `VERB`."""

    name: str
    usages: tuple[Usage, ...]
    run: Callable[[Call, str, Ports], Awaitable[Reply | View]]
    """Takes the call and what stands after the verb, with Slack's escapes undone; may raise `ArgumentsError`."""
    opens: Opening | None = None
    """The form that it opens; None for a verb that only replies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice of a select."""

    text: str
    value: str


Action = Callable[[Click, Ports], Awaitable[Answer]]
"""What a button leads to; modules of `agent.interactions` have them by `action_id`, in `ACTIONS`."""
Sent = Callable[[Submission, Ports], Awaitable[Answer]]
"""What a submitted form leads to, by `callback_id`, in `SUBMISSIONS`. The form has been closed by then."""
Check = Callable[[Submission], Mapping[str, str]]
"""What is wrong with a form, by `block_id` of the input; looked at before it is closed, without asking anybody.
By `callback_id`, in `CHECKS`."""
Suggest = Callable[[Typing, Ports], Awaitable[Sequence[Option]]]
"""The choices of an external select, by `action_id`, in `OPTIONS`; cut off after 2 s."""
Used = Callable[[Shortcut, Ports], Awaitable[Answer]]
"""What a shortcut leads to, by `callback_id`, in `SHORTCUTS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """All flows of `agent.interactions`."""

    actions: dict[str, Action] = field(default_factory=dict)
    submissions: dict[str, Sent] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    options: dict[str, Suggest] = field(default_factory=dict)
    shortcuts: dict[str, Used] = field(default_factory=dict)
    opens: dict[str, Opening] = field(default_factory=dict)
    """The forms that actions and shortcuts open, by their ids; in `OPENS`."""


class DoubleWordError(Exception):
    """Two plug-ins claim one verb or one flow."""


@cache
def verbs() -> Mapping[str, Verb]:
    """The verbs by name, in the order of their names."""
    found: dict[str, Verb] = {}
    for module in _modules(commands):
        verb: Verb = module.VERB
        _claim(found, {verb.name: verb}, module)
    return dict(sorted(found.items()))


@cache
def flows() -> Flows:
    """What buttons, forms, selects and shortcuts lead to."""
    found = Flows()
    for module in _modules(interactions):
        for name in ("actions", "submissions", "checks", "options", "shortcuts", "opens"):
            _claim(getattr(found, name), getattr(module, name.upper(), {}), module)
    return found


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    return (import_module(f"{package.__name__}.{info.name}") for info in iter_modules(package.__path__))


def _claim(found: dict[str, object] | dict[str, Verb], new: Mapping[str, object], module: ModuleType) -> None:
    for word, each in new.items():
        if word in found:
            raise DoubleWordError(f"{module.__name__} claims `{word}`, which another module has.")
        found[word] = each  # type: ignore[assignment]
