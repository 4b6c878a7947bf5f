"""What Slack checks before it stores a message, and the storing (slack.md §10, §13)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.sandbox.slack.block_rules import MARKDOWN_CHARACTERS, markdown_length, problems
from infra.sandbox.slack.mentions import mentioned
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.switches import Switches

TEXT_CUT = 40_000
ATTACHMENTS = 100
EVENT_TYPE = 255
METADATA_BYTES = 16_000
"""Slack names the error `metadata_too_large` but no figure; this one is ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The parts of a message that have passed the checks. None: the caller didn't mention that part."""

    text: str | None
    blocks: tuple[Mapping[str, Any], ...] | None
    attachments: tuple[Mapping[str, Any], ...] | None
    metadata: Mapping[str, Any] | None
    mentions: frozenset[str]


def content(args: Mapping[str, Any], switches: Switches) -> Content:
    """Return what a message would consist of, or raise `Refused` as Slack does."""
    blocks = _blocks(args)
    attachments = _listed(args, "attachments", "invalid_attachments")
    markdown = args.get("markdown_text")
    if markdown is not None:
        if args.get("text") or blocks:
            raise Refused("markdown_text_conflict")
        if len(markdown) > MARKDOWN_CHARACTERS:
            raise Refused("msg_blocks_too_long")
        blocks = ({"type": "markdown", "text": markdown},)
    for number, attachment in enumerate(attachments or ()):
        wrong = problems(attachment.get("blocks", []), surface="message", at=f"/attachments/{number}/blocks")
        if wrong:
            raise Refused.with_messages("invalid_blocks", wrong)
    if len(attachments or ()) > ATTACHMENTS:
        raise Refused("too_many_attachments")
    text = args.get("text")
    text = None if text is None else str(text)[:TEXT_CUT]
    return Content(
        text=text,
        blocks=blocks,
        attachments=attachments,
        metadata=_metadata(args),
        mentions=mentioned(text or "", blocks or (), attachments or (), switches),
    )


def check_not_empty(parts: Content) -> None:
    """Raise `no_text` for a message without any content."""
    if not (parts.text or parts.blocks or parts.attachments):
        raise Refused("no_text")


def _blocks(args: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...] | None:
    blocks = _listed(args, "blocks", "invalid_blocks_format")
    if blocks is None:
        return None
    wrong = problems(blocks, surface="message")
    if wrong:
        raise Refused.with_messages("invalid_blocks", wrong)
    if markdown_length(blocks) > MARKDOWN_CHARACTERS:
        raise Refused("msg_blocks_too_long")
    return blocks


def _listed(args: Mapping[str, Any], name: str, code: str) -> tuple[Mapping[str, Any], ...] | None:
    """Return an argument that is a list, or a list as JSON text in forms."""
    value = args.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise Refused(code) from None
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise Refused(code)
    return tuple(value)


def _metadata(args: Mapping[str, Any]) -> Mapping[str, Any] | None:
    value = args.get("metadata")
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise Refused("invalid_metadata_format") from None
    if not isinstance(value, Mapping):
        raise Refused("invalid_metadata_format")
    if not value:
        return {}
    event_type, payload = value.get("event_type"), value.get("event_payload")
    if not isinstance(event_type, str) or not 0 < len(event_type) <= EVENT_TYPE or not isinstance(payload, Mapping):
        raise Refused("invalid_metadata_schema")
    if set(value) - {"event_type", "event_payload", "entities"}:
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(value).encode()) > METADATA_BYTES:
        raise Refused("metadata_too_large")
    return value
