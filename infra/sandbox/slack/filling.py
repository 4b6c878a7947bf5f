"""What Slack's own clients refuse to send to the app: they say why at the field (slack.md §13)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.sandbox.slack.elements import Element, elements, is_list, value_field

REQUIRED = "Please complete this required field."
SUGGEST_FROM = 3
"""Characters that are typed before an external select asks, unless its `min_query_length` says otherwise."""
OFFERED = 100
OPTION = 75
_URL = re.compile(r"https?://\S+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class NotSent(ValueError):  # noqa: N818 - reads as what the client did
    """A client kept a person's gesture to itself; `errors` are its words, by block_id."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{block_id}: {said}" for block_id, said in errors.items()))
        self.errors = dict(errors)


def check_filled(blocks: Sequence[Mapping[str, Any]], values: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise `NotSent` for inputs of a modal that can't be submitted with these `values` of its state."""
    errors = {}
    for element in elements(blocks):
        held = values.get(element.block_id, {}).get(element.action_id)
        if element.block.get("type") == "input" and held is not None:
            wrong = next(_wrong(element, held[value_field(element.body["type"])]), None)
            if wrong:
                errors[element.block_id] = wrong
    if errors:
        raise NotSent(errors)


def check_dispatched(element: Element) -> None:
    """Raise `NotSent` for an element whose use the app doesn't hear of: an input without `dispatch_action`."""
    if element.block.get("type") == "input" and not element.block.get("dispatch_action"):
        raise NotSent({element.block_id: "The app hears of this input only when the form is submitted."})


def check_typed(element: Element, typed: str) -> None:
    """Raise `NotSent` for too little text in an external select, or for another element."""
    if element.body["type"] not in {"external_select", "multi_external_select"}:
        raise NotSent({element.block_id: "The app isn't asked for these options."})
    least = int(element.body.get("min_query_length", SUGGEST_FROM))
    if len(typed) < least:
        raise NotSent({element.block_id: f"Type {least} characters or more."})


def is_offer(answer: Mapping[str, Any]) -> bool:
    """Whether an acknowledgement of a `block_suggestion` is one that Slack shows: options, or groups of them."""
    if set(answer) == {"option_groups"}:
        groups = answer["option_groups"]
        return isinstance(groups, list) and len(groups) <= OFFERED and all(_is_group(group) for group in groups)
    return set(answer) == {"options"} and _are_options(answer["options"])


def _is_group(group: Any) -> bool:
    return isinstance(group, Mapping) and _is_text(group.get("label")) and _are_options(group.get("options"))


def _are_options(options: Any) -> bool:
    return isinstance(options, list) and len(options) <= OFFERED and all(_is_option(one) for one in options)


def _is_option(option: Any) -> bool:
    if not isinstance(option, Mapping) or not _is_text(option.get("text")):
        return False
    return isinstance(option.get("value"), str) and 0 < len(option["value"]) <= OPTION


def _is_text(text: Any) -> bool:
    return isinstance(text, Mapping) and isinstance(text.get("text"), str) and 0 < len(text["text"]) <= OPTION


def _wrong(element: Element, held: Any) -> Iterator[str]:
    if held in (None, "", []):
        if not element.block.get("optional"):
            yield REQUIRED
        return
    body, kind = element.body, element.body["type"]
    if is_list(kind) and len(held) > body.get("max_selected_items", len(held)):
        yield f"Choose {body['max_selected_items']} or fewer."
    if kind == "plain_text_input":
        least, most = int(body.get("min_length", 0)), int(body.get("max_length", 3000))
        if len(held) < least:
            yield f"Enter {least} characters or more."
        if len(held) > most:
            yield f"Enter {most} characters or fewer."
    shape, example = _SHAPES.get(kind, (None, ""))
    if shape is not None and not shape.fullmatch(held):
        yield f"Enter {example}."


_SHAPES = {
    "url_text_input": (_URL, "a link that begins with https://"),
    "email_text_input": (_EMAIL, "an e-mail address"),
    "number_input": (_NUMBER, "a number"),
}
