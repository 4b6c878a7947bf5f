"""Slack's rules for a message, strictly, from its block reference, read anew and not through the product's code."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_LINK = re.compile(
    r"<https?://[^\s|<>]+(\|[^<>|\n]*[^<>|\n\s][^<>|\n]*)?>"
    r"|<mailto:[^\s|<>]+(\|[^<>|\n]+)?>"
    r"|<!date\^\d+\^[^<>|^]+\|[^<>|]+>"
)
_LIMITS = {"section": 3000, "field": 2000, "context": 3000}


@pytest.fixture(scope="session")
def mrkdwn_faults() -> Callable[[str], list[str]]:
    """What is wrong with a piece of mrkdwn: things that mention, ping, break out of a link, or never close."""
    return _mrkdwn_faults


@pytest.fixture(scope="session")
def slack_refusals() -> Callable[[dict[str, Any]], list[str]]:
    """Why Slack would refuse a message of `text`, `blocks` and `attachments`, or show it broken."""
    return lambda message: list(_refusals(message))


def _mrkdwn_faults(mrkdwn: str) -> list[str]:
    bare = _LINK.sub("", mrkdwn)
    unquoted = re.sub(r"^> ?", "", bare, flags=re.MULTILINE)
    faults = [f"unescaped {found!r}" for found in ("<", ">") if found in unquoted]
    faults += [f"unescaped {found!r}" for found in re.findall(r"&(?!amp;|lt;|gt;).{0,4}", bare)]
    faults += ["a fence that stays open"] if mrkdwn.count("```") % 2 else []
    return faults


def _refusals(message: dict[str, Any]) -> Iterator[str]:
    yield from _text("text", message["text"], 4000)
    attachments = message["attachments"]
    blocks = [*message["blocks"], *(block for attachment in attachments for block in attachment["blocks"])]
    if not blocks:
        yield "no blocks"
    if len(blocks) > 50:
        yield f"{len(blocks)} blocks"
    if len(attachments) > 20:
        yield f"{len(attachments)} attachments"
    for attachment in attachments:
        if attachment.keys() != {"color", "blocks"} or not re.fullmatch("#[0-9a-f]{6}", attachment["color"]):
            yield f"attachment {attachment.keys()}"
    for block in blocks:
        yield from _block(block)


def _block(block: dict[str, Any]) -> Iterator[str]:
    match block:
        case {"type": "section", "text": {"type": "mrkdwn", "text": text}, **rest} if not rest:
            yield from _text("section", text, _LIMITS["section"])
        case {"type": "section", "fields": fields, **rest} if not rest:
            if not 1 <= len(fields) <= 10:
                yield f"{len(fields)} fields"
            for field in fields:
                yield from _text("field", field["text"], _LIMITS["field"])
        case {"type": "context", "elements": elements, **rest} if not rest:
            if not 1 <= len(elements) <= 10:
                yield f"{len(elements)} context elements"
            for element in elements:
                yield from _text("context", element["text"], _LIMITS["context"])
        case {"type": "actions", "elements": buttons, **rest} if not rest:
            yield from _buttons(buttons)
        case _:
            yield f"unknown block {block}"


def _buttons(buttons: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(buttons) <= 25:
        yield f"{len(buttons)} buttons"
    if len({button["action_id"] for button in buttons}) < len(buttons):
        yield "two buttons with one action_id"
    for button in buttons:
        yield from _button(button)


def _button(button: dict[str, Any]) -> Iterator[str]:
    match button:
        case {"type": "button", "text": {"type": "plain_text", "text": text, **rest}, "action_id": id_, "value": value}:
            if rest or button.keys() - {"type", "text", "action_id", "value", "style"}:
                yield f"unknown field of a button {button}"
            if not (1 <= len(text) <= 75 and 1 <= len(id_) <= 255 and 1 <= len(value) <= 2000):
                yield f"a button that is too long {button}"
            if button.get("style", "primary") not in {"primary", "danger"}:
                yield f"style {button['style']}"
        case _:
            yield f"unknown button {button}"


def _text(where: str, text: str, limit: int) -> Iterator[str]:
    if not text.strip() or len(text) > limit:
        yield f"{where} of {len(text)} characters"
    for fault in _mrkdwn_faults(text):
        yield f"{where}: {fault} in {text!r}"
