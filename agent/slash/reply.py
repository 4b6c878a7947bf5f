"""What a call or a click is answered with, and how Slack is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.blockkit import limits
from shared.blockkit.message import section
from shared.blockkit.mrkdwn import cut


class Visible(StrEnum):
    """Who sees a reply; the values are Slack's `response_type`."""

    CHANNEL = "in_channel"
    PERSON = "ephemeral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button; one with a `url` opens it."""

    text: str
    action_id: str
    value: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Paragraphs of mrkdwn, escaped already, and the buttons below them."""

    visible: Visible
    paragraphs: tuple[str, ...]
    buttons: tuple[Button, ...] = ()

    @property
    def text(self) -> str:
        """The same without blocks, for notifications and screen readers."""
        return cut("\n".join(self.paragraphs), limits.FALLBACK_TEXT)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """As Block Kit, within its limits; what is too long for a message is left out at its end."""
        actions = (
            [{"type": "actions", "elements": [_element(button) for button in self.buttons]}] if self.buttons else []
        )
        sections = [section(piece) for paragraph in self.paragraphs for piece in _pieces(paragraph)]
        most = limits.BLOCKS - len(actions)
        if len(sections) > most:
            sections = [*sections[: most - 1], section("… and more, which doesn't fit into one message.")]
        return sections + actions

    @property
    def body(self) -> dict[str, Any]:
        """What `response_url` takes."""
        return {
            "response_type": self.visible.value,
            "replace_original": False,
            "text": self.text,
            "blocks": self.blocks,
            "unfurl_links": False,
            "unfurl_media": False,
        }


def to_channel(*paragraphs: str, buttons: tuple[Button, ...] = ()) -> Reply:
    """A reply that everybody in the channel sees."""
    return Reply(visible=Visible.CHANNEL, paragraphs=paragraphs, buttons=buttons)


def to_person(*paragraphs: str, buttons: tuple[Button, ...] = ()) -> Reply:
    """A reply that only who asked sees."""
    return Reply(visible=Visible.PERSON, paragraphs=paragraphs, buttons=buttons)


def bullets(heading: str, lines: list[str]) -> str:
    """A paragraph with a list."""
    return "\n".join((heading, *(f"• {line}" for line in lines)))


def _element(button: Button) -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "button",
        "text": {"type": "plain_text", "text": cut(button.text, limits.BUTTON_TEXT)},
        "action_id": button.action_id,
    }
    return element | ({"value": button.value} if button.value else {}) | ({"url": button.url} if button.url else {})


def _pieces(paragraph: str) -> Iterator[str]:
    """Runs of whole lines, each short enough for a section."""
    piece = ""
    for line in paragraph.split("\n"):
        if piece and len(piece) + 1 + len(line) > limits.SECTION_TEXT:
            yield piece
            piece = line
        else:
            piece = f"{piece}\n{line}" if piece else line
    yield piece
