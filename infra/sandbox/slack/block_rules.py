"""Slack's limits for blocks (slack.md §13): `problems` lists everything that Slack would refuse.

A block type is a row of the table; what isn't in it is unsupported.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from infra.sandbox.slack.element_rules import (
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    PLAIN,
    check_count,
    check_element,
    check_image,
    check_string,
    check_text,
    check_text_object,
    error,
)
from infra.sandbox.slack.elements import elements

Surface = Literal["message", "view"]
BLOCKS = {"message": 50, "view": 100}
MARKDOWN_CHARACTERS = 12_000
BLOCK_ID = 255
Block = Mapping[str, Any]


def problems(blocks: Sequence[Any], *, surface: Surface, at: str = "/blocks") -> list[str]:
    """Return Slack's complaints about these blocks, none when it would take them."""
    found = list(_all(blocks, surface, at))
    return found or list(_doubles(blocks, at))


def markdown_length(blocks: Sequence[Any]) -> int:
    """Return the characters in `markdown` blocks, which count in sum."""
    return sum(len(block.get("text", "")) for block in blocks if block.get("type") == "markdown")


def _all(blocks: Sequence[Any], surface: Surface, at: str) -> Iterator[str]:
    if len(blocks) > BLOCKS[surface]:
        yield error(f"no more than {BLOCKS[surface]} items allowed", at)
    for number, block in enumerate(blocks):
        spot = f"{at}/{number}"
        kind = block.get("type") if isinstance(block, Mapping) else None
        if kind not in _RULES or (kind == "markdown" and surface == "view"):
            yield error(f"unsupported type: {kind}", f"{spot}/type")
            continue
        yield from check_string(block, "block_id", spot, BLOCK_ID)
        yield from _RULES[kind](block, spot)


def _doubles(blocks: Sequence[Block], at: str) -> Iterator[str]:
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    for block_id in (name for name, times in ids.items() if times > 1):
        yield error(f"`block_id` {block_id} already exists", at)
    for number, block in enumerate(blocks):
        named = Counter(element.action_id for element in elements([{"block_id": "", **block}]))
        for action_id in (name for name, times in named.items() if times > 1):
            yield error(f"`action_id` {action_id} already exists", f"{at}/{number}")


def _section(block: Block, at: str) -> Iterator[str]:
    if "fields" in block:
        yield from check_count(block, "fields", at, 10)
        for number, field in enumerate(block["fields"]):
            yield from check_text_object(field, f"{at}/fields/{number}", 2000)
    yield from check_text(block, "text", at, 3000, required="fields" not in block)
    if "accessory" in block:
        yield from check_element(block["accessory"], f"{at}/accessory", IN_SECTION)


def _header(block: Block, at: str) -> Iterator[str]:
    yield from check_text(block, "text", at, 150, kinds=PLAIN)


def _context(block: Block, at: str) -> Iterator[str]:
    yield from check_count(block, "elements", at, 10)
    for number, element in enumerate(block.get("elements") or []):
        spot = f"{at}/elements/{number}"
        if element.get("type") == "image":
            yield from check_image(element, spot)
        else:
            yield from check_text_object(element, spot, 3000)


def _actions(block: Block, at: str) -> Iterator[str]:
    yield from check_count(block, "elements", at, 25)
    for number, element in enumerate(block.get("elements") or []):
        yield from check_element(element, f"{at}/elements/{number}", IN_ACTIONS)


def _image(block: Block, at: str) -> Iterator[str]:
    yield from check_image(block, at)
    yield from check_text(block, "title", at, 2000, kinds=PLAIN, required=False)


def _input(block: Block, at: str) -> Iterator[str]:
    yield from check_text(block, "label", at, 2000, kinds=PLAIN)
    yield from check_text(block, "hint", at, 2000, kinds=PLAIN, required=False)
    if "element" not in block:
        yield error("missing required field: element", at)
    else:
        yield from check_element(block["element"], f"{at}/element", IN_INPUT)


def _markdown(block: Block, at: str) -> Iterator[str]:
    yield from check_string(block, "text", at, MARKDOWN_CHARACTERS, required=True)


def _table(block: Block, at: str) -> Iterator[str]:
    yield from check_count(block, "rows", at, 100)
    for number, row in enumerate(block.get("rows") or []):
        yield from check_count({"row": row}, "row", f"{at}/rows/{number}", 20)


def _rich_text(block: Block, at: str) -> Iterator[str]:
    if not isinstance(block.get("elements"), list):
        yield error("missing required field: elements", at)


def _divider(_block: Block, _at: str) -> Iterator[str]:
    return iter(())


_RULES: Mapping[Any, Callable[[Block, str], Iterator[str]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "table": _table,
    "rich_text": _rich_text,
    "divider": _divider,
}
