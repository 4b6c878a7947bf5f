"""A message after an edit, with the earlier version kept."""

from dataclasses import replace
from datetime import datetime

from infra.sandbox.slack.posting import Content
from infra.sandbox.slack.state import Message, Version


def edited(message: Message, parts: Content, now: datetime) -> Message:
    """Return the message with these parts instead; what the editor didn't mention stays, as with chat.update."""
    before = Version(text=message.text, blocks=message.blocks, attachments=message.attachments, edited_at=now)
    return replace(
        message,
        text=message.text if parts.text is None else parts.text,
        blocks=message.blocks if parts.blocks is None else parts.blocks,
        attachments=message.attachments if parts.attachments is None else parts.attachments,
        metadata=message.metadata if parts.metadata is None else parts.metadata or None,
        mentions=parts.mentions,
        edits=(*message.edits, before),
    )
