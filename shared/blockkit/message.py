"""How cards become a Slack message.

One card is a headline above a coloured attachment. Several cards, merged, are one attachment each with their headlines
inside, so that one message stays readable. The data class is applied here and nowhere else: blocks and fallback alike.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.blockkit import limits
from shared.blockkit.mrkdwn import cut
from shared.card import Button, Buttons, Card, Context, DataClass, Fields, Paragraph, Part, visible

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What Slack is given: `text` (fallback), `blocks` and `attachments`, all within its limits."""

    text: str
    blocks: tuple[Block, ...]
    attachments: tuple[Mapping[str, Any], ...]

    @property
    def block_count(self) -> int:
        """Blocks in all, those inside attachments included."""
        return len(self.blocks) + sum(len(attachment["blocks"]) for attachment in self.attachments)

    @property
    def size_bytes(self) -> int:
        """Length of the message as JSON."""
        return len(json.dumps([self.text, self.blocks, self.attachments], ensure_ascii=False).encode())


def message(card: Card, data_class: DataClass) -> Message:
    """A message of one card."""
    headline = _paragraph(card.headline, data_class)
    blocks = _blocks(card.parts, data_class)[: limits.BLOCKS - len(headline)]
    return Message(
        text=_fallback(card, data_class),
        blocks=tuple(headline),
        attachments=({"color": card.color, "blocks": blocks},) if blocks else (),
    )


def merged(cards: Sequence[Card], data_class: DataClass) -> Message:
    """A message of several cards in their order; of one, the same as `message`. The caller has seen that they fit."""
    if len(cards) == 1:
        return message(cards[0], data_class)
    drawn = [(card.color, _paragraph(card.headline, data_class) + _blocks(card.parts, data_class)) for card in cards]
    return Message(
        text=_fallbacks(cards, data_class),
        blocks=(_context(f"{len(cards)} notifications"),),
        attachments=tuple({"color": color, "blocks": blocks[: limits.BLOCKS - 1]} for color, blocks in drawn if blocks),
    )


def fitting(cards: Sequence[Card], data_class: DataClass) -> int:
    """How many of `cards`, from the first on, fit one message; 1 at least.

    A card with buttons has a message of its own: it is drawn anew when they are good for nothing any more.
    """
    alone = next((at for at, card in enumerate(cards) if has_buttons(card)), len(cards))
    for count in range(min(alone, limits.MERGED), 1, -1):
        candidate = merged(cards[:count], data_class)
        if candidate.block_count <= limits.BLOCKS and candidate.size_bytes <= limits.MESSAGE_BYTES:
            return count
    return 1


def has_buttons(card: Card) -> bool:
    """Whether something can be pressed below it."""
    return any(isinstance(part, Buttons) for part in card.parts)


def section(mrkdwn: str) -> dict[str, Any]:
    """A section of text, cut to Slack's limit; a blank one becomes a dash, since Slack refuses empty text."""
    text = cut(mrkdwn, limits.SECTION_TEXT) if mrkdwn.strip() else "–"
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _fallback(card: Card, data_class: DataClass) -> str:
    return cut(visible(card.fallback, data_class), limits.FALLBACK_TEXT) or "A notification from GitHub Enterprise"


def _fallbacks(cards: Sequence[Card], data_class: DataClass) -> str:
    """A line for each card; where that is too long, they are cut to equal shares, so that none goes unnamed."""
    lines = [_fallback(card, data_class) for card in cards]
    share = limits.FALLBACK_TEXT // len(lines) - 1
    whole = "\n".join(lines)
    return whole if len(whole) <= limits.FALLBACK_TEXT else "\n".join(cut(line, share) for line in lines)


def _blocks(parts: Sequence[Part], data_class: DataClass) -> list[dict[str, Any]]:
    return [block for part in parts for block in _part(part, data_class)]


def _part(part: Part, data_class: DataClass) -> list[dict[str, Any]]:
    match part:
        case Paragraph(line):
            return _paragraph(line, data_class)
        case Context(line):
            text = visible(line, data_class)
            return [_context(text)] if text else []
        case Fields(fields):
            drawn = [
                {"type": "mrkdwn", "text": cut(f"*{field.name}*\n{value}", limits.FIELD_TEXT)}
                for field in fields
                if (value := visible(field.value, data_class))
            ]
            return [{"type": "section", "fields": drawn[: limits.FIELDS]}] if drawn else []
        case Buttons(buttons):
            elements = [_button(button, data_class) for button in buttons[: limits.ACTIONS]]
            return [{"type": "actions", "elements": elements}] if elements else []


def _button(button: Button, data_class: DataClass) -> dict[str, Any]:
    drawn = {
        "type": "button",
        "text": {"type": "plain_text", "text": button.text},
        "action_id": button.action_id,
        "value": button.value_in(data_class),
    }
    return drawn | {"style": button.style} if button.style else drawn


def _paragraph(line: tuple[Any, ...], data_class: DataClass) -> list[dict[str, Any]]:
    text = visible(line, data_class)
    return [section(text)] if text else []


def _context(mrkdwn: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(mrkdwn, limits.SECTION_TEXT)}]}
