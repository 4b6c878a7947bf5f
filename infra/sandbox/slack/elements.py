"""Finds buttons and inputs in blocks by what they say, and writes down what a person did with them.

A key names an element by its label, its placeholder, the text on it, its action_id or its block_id.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_PRESSED = {"button"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An interactive element with the block that it stands in; `label`: the block's own label, of inputs."""

    block_id: str
    action_id: str
    body: Mapping[str, Any]
    label: str = ""

    @property
    def names(self) -> set[str]:
        """All that one may call it."""
        texts = (self.label, _text(self.body.get("text")), _text(self.body.get("placeholder")))
        return {self.block_id, self.action_id, *texts} - {""}


def with_block_ids(blocks: Sequence[Mapping[str, Any]], seed: str) -> list[dict[str, Any]]:
    """Return the blocks with the ids that Slack gives where there are none; the same for the same seed."""
    return [_with_ids(dict(block), f"{seed}/{number}") for number, block in enumerate(blocks)]


def elements(blocks: Iterable[Mapping[str, Any]]) -> Iterator[Element]:
    """Yield the interactive elements of blocks that have their ids."""
    for block in blocks:
        for body in _bodies(block):
            if "action_id" in body:
                label = _text(block.get("label"))
                yield Element(block_id=block["block_id"], action_id=body["action_id"], body=body, label=label)


def find(blocks: Iterable[Mapping[str, Any]], key: str) -> Element:
    """Return the element of this name. Raises `LookupError` that lists the names there are."""
    there = list(elements(blocks))
    for element in there:
        if key in element.names:
            return element
    known = sorted(name for element in there for name in element.names - {element.block_id})
    raise LookupError(f"nothing is called {key!r} here, only: {', '.join(known) or 'nothing'}")


def state(blocks: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return Slack's `state`: what all inputs hold after a person entered `values` (key → text, or option)."""
    entered = {(e.block_id, e.action_id): value for key, value in values.items() for e in (find(blocks, key),)}
    held: dict[str, dict[str, Any]] = {}
    for element in elements(blocks):
        if element.body["type"] in _PRESSED | {"overflow"}:
            continue
        spot = (element.block_id, element.action_id)
        content = chosen(element.body, entered[spot]) if spot in entered else _initial(element.body)
        held.setdefault(element.block_id, {})[element.action_id] = {"type": element.body["type"], **content}
    return {"values": held}


def chosen(body: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """Return the fields that say what was entered: a text, an option's value or label, or a list of those."""
    kind = body["type"]
    if kind == "button":
        return {"value": body["value"]} if "value" in body else {}
    if kind.startswith("multi_") or kind == "checkboxes":
        return {_selected(kind): [_picked(body, one) for one in value]}
    if kind in {"static_select", "external_select", "overflow", "radio_buttons"}:
        return {"selected_option": _picked(body, value)}
    return {_selected(kind): value}


def _selected(kind: str) -> str:
    match kind:
        case "plain_text_input" | "email_text_input" | "url_text_input" | "number_input":
            return "value"
        case "checkboxes" | "multi_static_select" | "multi_external_select":
            return "selected_options"
        case "datepicker" | "timepicker":
            return f"selected_{kind.removesuffix('picker')}"
        case _:
            noun = kind.removeprefix("multi_").removesuffix("_select").removesuffix("s")
            return f"selected_{noun}{'s' if kind.startswith('multi_') else ''}"


def _initial(body: Mapping[str, Any]) -> dict[str, Any]:
    field = _selected(body["type"])
    if body["type"] in {"static_select", "external_select", "radio_buttons"}:
        field = "selected_option"
    many = field.endswith("s")
    initial = f"initial_{field.removeprefix('selected_')}"
    return {field: body.get(initial, [] if many else None)}


def _picked(body: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    groups = [group.get("options", []) for group in body.get("option_groups", [])]
    for option in [*body.get("options", []), *(option for group in groups for option in group)]:
        if value in {option.get("value"), _text(option["text"])}:
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


def _text(text: Any) -> str:
    return str(text.get("text", "")) if isinstance(text, Mapping) else ""
