"""Finds buttons and inputs in blocks by what they say, and writes down what a person did with them.

A key names an element by its label, its placeholder, the text on it, its action_id, its block_id, or for certain by
`block_id/action_id`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_PRESSED = {"button", "overflow"}
_FIELDS = {
    **dict.fromkeys(("plain_text_input", "email_text_input", "url_text_input", "number_input"), "value"),
    **dict.fromkeys(("checkboxes", "multi_static_select", "multi_external_select"), "selected_options"),
    **dict.fromkeys(("static_select", "external_select", "radio_buttons", "overflow"), "selected_option"),
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An interactive element with the block that it stands in; `label`: the block's own label, of inputs."""

    block_id: str
    action_id: str
    body: Mapping[str, Any]
    label: str = ""
    block: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """All that one may call it."""
        texts = (self.label, text_of(self.body.get("text")), text_of(self.body.get("placeholder")))
        return {self.block_id, self.action_id, *texts} - {""}

    @property
    def key(self) -> str:
        """The name that nothing else has."""
        return f"{self.block_id}/{self.action_id}"


def with_block_ids(blocks: Sequence[Mapping[str, Any]], seed: str) -> list[dict[str, Any]]:
    """Return the blocks with the ids that Slack gives where there are none; the same for the same seed."""
    return [_with_ids(dict(block), f"{seed}/{number}") for number, block in enumerate(blocks)]


def elements(blocks: Iterable[Mapping[str, Any]]) -> Iterator[Element]:
    """Yield the interactive elements of blocks that have their ids."""
    for block in blocks:
        for body in _bodies(block):
            if "action_id" in body:
                label = text_of(block.get("label"))
                action_id = body["action_id"]
                yield Element(block_id=block["block_id"], action_id=action_id, body=body, label=label, block=block)


def find(blocks: Iterable[Mapping[str, Any]], key: str) -> Element:
    """Return the element of this name. Raises `LookupError` that lists the names there are."""
    there = list(elements(blocks))
    for element in there:
        if key == element.key or key in element.names:
            return element
    known = sorted(name for element in there for name in element.names - {element.block_id})
    raise LookupError(f"nothing is called {key!r} here, only: {', '.join(known) or 'nothing'}")


def state(blocks: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return Slack's `state`: what all inputs hold after a person entered `values` (key → text, or option).

    What wasn't touched holds its initial value.
    """
    entered = {find(blocks, key).key: value for key, value in values.items()}
    held: dict[str, dict[str, Any]] = {}
    for element in elements(blocks):
        if element.body["type"] in _PRESSED:
            continue
        content = chosen(element.body, entered[element.key]) if element.key in entered else _initial(element.body)
        held.setdefault(element.block_id, {})[element.action_id] = {"type": element.body["type"], **content}
    return {"values": held}


def chosen(body: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """Return the fields that say what was entered: a text, an option's value or label, or a list of those.

    None or an empty text: what was there was taken out. Raises `LookupError` for an option that isn't offered.
    """
    kind = body["type"]
    if kind == "button":
        return {"value": body["value"]} if "value" in body else {}
    if is_list(kind):
        return {value_field(kind): [_picked(body, one) for one in value or ()]}
    if value is None or value == "":
        return {value_field(kind): None}
    return {value_field(kind): _picked(body, value) if value_field(kind) == "selected_option" else value}


def value_field(kind: str) -> str:
    """Return where a state or an action holds what an element of this type was given."""
    if kind in _FIELDS:
        return _FIELDS[kind]
    noun = kind.removeprefix("multi_").removesuffix("_select").removesuffix("s")
    return f"selected_{noun}{'s' if kind.startswith('multi_') else ''}"


def is_list(kind: str) -> bool:
    """Whether an element of this type holds several things."""
    return kind.startswith("multi_") or kind == "checkboxes"


def options_of(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the options that an element offers by itself, in groups or not."""
    grouped = [option for group in body.get("option_groups", []) for option in group.get("options", [])]
    return [*body.get("options", []), *grouped]


def text_of(text: Any) -> str:
    """Return what a text object says, nothing for anything else."""
    return str(text.get("text", "")) if isinstance(text, Mapping) else ""


def _initial(body: Mapping[str, Any]) -> dict[str, Any]:
    kind = body["type"]
    name = value_field(kind)
    return {name: body.get(f"initial_{name.removeprefix('selected_')}", [] if is_list(kind) else None)}


def _picked(body: Mapping[str, Any], value: Any) -> Any:
    if value_field(body["type"]) not in {"selected_option", "selected_options"}:
        return value
    if isinstance(value, Mapping) and body["type"] in {"external_select", "multi_external_select"}:
        return value
    for option in options_of(body):
        if value == option or (isinstance(value, str) and value in {option.get("value"), text_of(option["text"])}):
            return dict(option)
    raise LookupError(f"no option is called {value!r}")


def _bodies(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    single = [block[name] for name in ("accessory", "element") if name in block]
    return [*single, *(block.get("elements", []) if block.get("type") in {"actions", "context_actions"} else [])]


def _with_ids(block: dict[str, Any], seed: str) -> dict[str, Any]:
    block.setdefault("block_id", _short(seed))
    for name in ("accessory", "element"):
        if name in block:
            block[name] = _named(block[name], f"{seed}/{name}")
    if block.get("type") == "actions":
        block["elements"] = [_named(one, f"{seed}/{n}") for n, one in enumerate(block["elements"])]
    return block


def _named(body: Mapping[str, Any], seed: str) -> dict[str, Any]:
    return dict(body) if body.get("type") == "image" else {"action_id": _short(seed), **body}


def _short(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()[:5]
