"""Slack's limits for text objects and interactive elements (slack.md §13). Checks yield messages in Slack's words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.sandbox.slack.elements import options_of

PLAIN = ("plain_text",)
ANY_TEXT = ("plain_text", "mrkdwn")
ACTION_ID = 255
TYPED = 3000

_SINGLE = {"external_select", "users_select", "conversations_select", "channels_select", "static_select"}
_MULTI = {f"multi_{name}" for name in _SINGLE}
_PICKERS = {"datepicker", "timepicker", "datetimepicker"}
_CHOICES = {"radio_buttons", "checkboxes"}
_TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "file_input", "rich_text_input"}
IN_ACTIONS = {"button", "overflow", *_SINGLE, *_PICKERS, *_CHOICES}
IN_SECTION = {"image", *IN_ACTIONS, *_MULTI} - {"datetimepicker"}
IN_INPUT = {*_TYPED, *_SINGLE, *_MULTI, *_PICKERS, *_CHOICES}


def error(words: str, at: str) -> str:
    """One entry of `response_metadata.messages`."""
    return f"[ERROR] {words} [json-pointer:{at}]"


def check_string(holder: Mapping[str, Any], name: str, at: str, most: int, *, required: bool = False) -> Iterator[str]:
    """A string field of at most so many characters."""
    if name not in holder:
        if required:
            yield error(f"missing required field: {name}", at)
        return
    value = holder[name]
    if not isinstance(value, str):
        yield error("must be a string", f"{at}/{name}")
    elif len(value) > most:
        yield error(f"must be less than {most + 1} characters", f"{at}/{name}")


def check_text(
    holder: Mapping[str, Any],
    name: str,
    at: str,
    most: int,
    *,
    kinds: Sequence[str] = ANY_TEXT,
    required: bool = True,
) -> Iterator[str]:
    """A text object of 1 to `most` characters and one of these types."""
    if name not in holder:
        if required:
            yield error(f"missing required field: {name}", at)
        return
    yield from check_text_object(holder[name], f"{at}/{name}", most, kinds)


def check_text_object(value: Any, at: str, most: int, kinds: Sequence[str] = ANY_TEXT) -> Iterator[str]:
    """The text object itself."""
    if not isinstance(value, Mapping) or not isinstance(value.get("text"), str):
        yield error("must provide an object", at)
    elif value.get("type") not in kinds:
        yield error(f"unsupported type: {value.get('type')}", f"{at}/type")
    elif not value["text"]:
        yield error("must be more than 0 characters", f"{at}/text")
    elif len(value["text"]) > most:
        yield error(f"must be less than {most + 1} characters", f"{at}/text")


def check_count(holder: Mapping[str, Any], name: str, at: str, most: int) -> Iterator[str]:
    """A list of 1 to `most` items."""
    items = holder.get(name)
    if not isinstance(items, list):
        yield error(f"missing required field: {name}", at)
    elif not items:
        yield error("no fewer than 1 items allowed", f"{at}/{name}")
    elif len(items) > most:
        yield error(f"no more than {most} items allowed", f"{at}/{name}")


def check_element(element: Any, at: str, allowed: set[str]) -> Iterator[str]:
    """An interactive element (or an image) in a place that allows these types."""
    kind = element.get("type") if isinstance(element, Mapping) else None
    if kind not in allowed:
        yield error(f"unsupported type: {kind}", f"{at}/type")
        return
    if kind == "image":
        yield from check_image(element, at)
        return
    yield from check_string(element, "action_id", at, ACTION_ID)
    yield from check_text(element, "placeholder", at, 150, kinds=PLAIN, required=False)
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{at}/confirm")
    if kind == "button":
        yield from _button(element, at)
    elif kind == "overflow":
        yield from _options(element, at, most=5)
    elif kind in _CHOICES:
        yield from _options(element, at, most=10)
    elif kind in {"static_select", "multi_static_select"}:
        yield from _select(element, at)
    elif kind == "plain_text_input":
        yield from _typed_text(element, at)
    yield from _initial(element, at)


def check_image(element: Mapping[str, Any], at: str) -> Iterator[str]:
    """An image, as element or block."""
    yield from check_string(element, "image_url", at, 3000, required="slack_file" not in element)
    yield from check_string(element, "alt_text", at, 2000, required=True)


def _typed_text(element: Mapping[str, Any], at: str) -> Iterator[str]:
    """Its length is bounded, also that of a text which it holds from the beginning."""
    least, most = int(element.get("min_length", 0)), int(element.get("max_length", TYPED))
    if not 0 <= least <= TYPED:
        yield error(f"must be less than {TYPED + 1}", f"{at}/min_length")
    if not 0 < most <= TYPED:
        yield error(f"must be less than {TYPED + 1}", f"{at}/max_length")
    elif least > most:
        yield error("must be less than max_length", f"{at}/min_length")
    else:
        yield from check_string(element, "initial_value", at, most)


def _initial(element: Mapping[str, Any], at: str) -> Iterator[str]:
    """What is chosen from the beginning must be among the options, where the element has its own."""
    offered = options_of(element)
    chosen = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    name = "initial_option" if "initial_option" in element else "initial_options"
    for option in chosen:
        if offered and option not in offered:
            yield error("must be one of the provided options", f"{at}/{name}")
        elif not offered:
            yield from _option(option, f"{at}/{name}")


def _button(element: Mapping[str, Any], at: str) -> Iterator[str]:
    yield from check_text(element, "text", at, 75, kinds=PLAIN)
    yield from check_string(element, "value", at, 2000)
    yield from check_string(element, "url", at, 3000)
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield error("must be a valid enum value", f"{at}/style")


def _select(element: Mapping[str, Any], at: str) -> Iterator[str]:
    if "option_groups" not in element:
        yield from _options(element, at, most=100)
        return
    yield from check_count(element, "option_groups", at, 100)
    for number, group in enumerate(element["option_groups"]):
        spot = f"{at}/option_groups/{number}"
        yield from check_text(group, "label", spot, 75, kinds=PLAIN)
        yield from _options(group, spot, most=100)


def _options(holder: Mapping[str, Any], at: str, *, most: int) -> Iterator[str]:
    yield from check_count(holder, "options", at, most)
    for number, option in enumerate(holder.get("options") or []):
        yield from _option(option, f"{at}/options/{number}")


def _option(option: Mapping[str, Any], at: str) -> Iterator[str]:
    yield from check_text(option, "text", at, 75)
    yield from check_string(option, "value", at, 75, required=True)
    yield from check_text(option, "description", at, 75, required=False)


def _confirm(confirm: Mapping[str, Any], at: str) -> Iterator[str]:
    yield from check_text(confirm, "title", at, 100, kinds=PLAIN)
    yield from check_text(confirm, "text", at, 300)
    yield from check_text(confirm, "confirm", at, 30, kinds=PLAIN)
    yield from check_text(confirm, "deny", at, 30, kinds=PLAIN)
