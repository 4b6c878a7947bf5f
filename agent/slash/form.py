"""The inputs of a form, as Block Kit. Each input's block is named like its action, so that errors find it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent.slash.gesture import Values
from agent.slash.tables import Option
from agent.slash.view import Block, View
from shared.blockkit import limits
from shared.blockkit.mrkdwn import cut

BETWEEN = " · "
"""In the value of a choice, between a number and what the choice shows."""


def text_input(
    name: str,
    label: str,
    *,
    given: str = "",
    lines: bool = False,
    optional: bool = False,
    most: int = limits.INPUT_TEXT,
) -> Block:
    """A field for a line, or for several; what is `given` stands in it, cut to `most` characters."""
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": name, "multiline": lines, "max_length": most}
    if given:
        element["initial_value"] = given[:most]
    return _input(name, label, element, optional=optional)


def select(name: str, label: str, options: Sequence[Option], *, given: Option | None = None) -> Block:
    """One of a few choices."""
    element: dict[str, Any] = {
        "type": "static_select",
        "action_id": name,
        "options": [option_of(option) for option in options],
    }
    if given:
        element["initial_option"] = option_of(given)
    return _input(name, label, element)


def search(name: str, label: str, *, given: Option | None = None, optional: bool = False) -> Block:
    """One of many choices, found by typing (`OPTIONS`)."""
    element: dict[str, Any] = {"type": "external_select", "action_id": name, "min_query_length": 0}
    if given:
        element["initial_option"] = option_of(given)
    return _input(name, label, element, optional=optional)


def search_many(name: str, label: str, *, given: Sequence[Option] = (), most: int = 10) -> Block:
    """Some of many choices, found by typing; may stay empty."""
    element: dict[str, Any] = {
        "type": "multi_external_select",
        "action_id": name,
        "min_query_length": 0,
        "max_selected_items": most,
    }
    if given:
        element["initial_options"] = [option_of(option) for option in given]
    return _input(name, label, element, optional=True)


def tick(name: str, label: str, option: Option) -> Block:
    """A box to tick; its input holds the option's value when it is."""
    element = {"type": "checkboxes", "action_id": name, "options": [option_of(option)]}
    return _input(name, label, element, optional=True)


def refilled(view: View, values: Values) -> View:
    """The view with these values in its inputs, by `action_id`; what isn't among them stays as it is."""
    return replace(view, blocks=[_refilled(block, values) for block in view.blocks])


def option_of(option: Option) -> dict[str, Any]:
    """A choice."""
    shown = {"type": "plain_text", "text": cut(option.text, limits.OPTION_TEXT)}
    return {"text": shown, "value": option.value[: limits.OPTION_TEXT]}


def _input(name: str, label: str, element: dict[str, Any], *, optional: bool = False) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": label},
        "element": element,
        "optional": optional,
    }


def _refilled(block: Block, values: Values) -> Block:
    element: Mapping[str, Any] = block.get("element", {})
    given = values.get(element.get("action_id", ""))
    if given is None:
        return block
    kept = {name: held for name, held in element.items() if not name.startswith("initial_")}
    return {**block, "element": {**kept, **_initial(element, given)}}


def _initial(element: Mapping[str, Any], given: Sequence[str]) -> dict[str, Any]:
    if not given:
        return {}
    if element["type"] == "plain_text_input":
        return {"initial_value": given[0]}
    offered = {option["value"]: option for option in (*element.get("options", ()), *_initial_options(element))}
    if element["type"] in {"static_select", "checkboxes"}:
        chosen = [offered[value] for value in given if value in offered]
    else:
        chosen = [offered.get(value) or option_of(named(value)) for value in given]
    if not chosen:
        return {}
    several = element["type"] == "checkboxes" or element["type"].startswith("multi_")
    return {"initial_options": chosen} if several else {"initial_option": chosen[0]}


def _initial_options(element: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    one = element.get("initial_option")
    return [one] if one else element.get("initial_options", [])


def named(value: str) -> Option:
    """The choice of a search by its value alone, which is what it shows, or `12 · what it shows`."""
    return Option(text=value.partition(BETWEEN)[2] or value, value=value)
