"""The tables of verbs and of buttons, collected from the folders of plug-ins.

Deleting a file deletes a verb or a flow; two files with the same word are refused when the table is made.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from agent import commands, interactions
from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.ports import Ports
from agent.slash.reply import Reply


@dataclass(frozen=True, slots=True)
class Usage:
    """A line of the help."""

    form: str
    """What is typed after `/ghe`."""
    meaning: str
    """What it does, as a sentence without a full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A command; each module of `agent.commands` has one, called `VERB`."""

    name: str
    usages: tuple[Usage, ...]
    run: Callable[[Call, str, Ports], Awaitable[Reply]]
    """Takes the call and what stands after the verb, with Slack's escapes undone; may raise `ArgumentsError`."""


Action = Callable[[Click, Ports], Awaitable[Reply]]
"""What a button leads to; modules of `agent.interactions` have them by `action_id`, in `ACTIONS`."""


class DoubleWordError(Exception):
    """Two plug-ins claim one verb or one button."""


@cache
def verbs() -> Mapping[str, Verb]:
    """The verbs by name, in the order of their names."""
    found: dict[str, Verb] = {}
    for module in _modules(commands):
        verb: Verb = module.VERB
        _claim(found, verb.name, module)
        found[verb.name] = verb
    return dict(sorted(found.items()))


@cache
def actions() -> Mapping[str, Action]:
    """The buttons' flows by `action_id`."""
    found: dict[str, Action] = {}
    for module in _modules(interactions):
        for action_id, action in getattr(module, "ACTIONS", {}).items():
            _claim(found, action_id, module)
            found[action_id] = action
    return found


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    return (import_module(f"{package.__name__}.{info.name}") for info in iter_modules(package.__path__))


def _claim(found: Mapping[str, object], word: str, module: ModuleType) -> None:
    if word in found:
        raise DoubleWordError(f"{module.__name__} claims `{word}`, which another module has.")
