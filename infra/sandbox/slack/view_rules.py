"""Slack's limits for modals and Home tabs (slack.md §13)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.sandbox.slack.block_rules import problems
from infra.sandbox.slack.element_rules import PLAIN, check_string, check_text, error
from infra.sandbox.slack.refused import Refused

VIEW_BYTES = 250_000


def check_view(body: Any, *, kinds: Sequence[str]) -> None:
    """Raise `Refused` for a view that Slack would not show as one of these kinds."""
    if not isinstance(body, Mapping):
        raise Refused.with_messages("invalid_arguments", [error("must provide an object", "/view")])
    if len(json.dumps(body, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise Refused("view_too_large")
    found = list(_problems(body, kinds))
    if found:
        raise Refused.with_messages("invalid_arguments", found)


def _problems(body: Mapping[str, Any], kinds: Sequence[str]) -> Iterator[str]:
    at, kind = "/view", body.get("type")
    if kind not in kinds:
        yield error("must be a valid enum value", f"{at}/type")
        return
    blocks = body.get("blocks")
    if not isinstance(blocks, list):
        yield error("missing required field: blocks", at)
        return
    if kind == "modal":
        yield from check_text(body, "title", at, 24, kinds=PLAIN)
        yield from check_text(body, "submit", at, 24, kinds=PLAIN, required=False)
        yield from check_text(body, "close", at, 24, kinds=PLAIN, required=False)
        if "submit" not in body and any(block.get("type") == "input" for block in blocks):
            yield error("submit is required when an input block is present", at)
    yield from check_string(body, "callback_id", at, 255)
    yield from check_string(body, "external_id", at, 255)
    yield from check_string(body, "private_metadata", at, 3000)
    yield from problems(blocks, surface="view", at=f"{at}/blocks")
