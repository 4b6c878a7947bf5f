"""What a call or a click is answered with, and how Slack is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from shared.blockkit import limits
from shared.blockkit.message import section
from shared.blockkit.mrkdwn import cut

OPEN_URL = "open_url"
"""`action_id` of buttons that only open a page; Slack reports their clicks too."""


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
    style: Literal["", "primary", "danger"] = ""
    anywhere: bool = False
    """Works in a direct message too: what it does isn't about the channel that it is shown in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Paragraphs of mrkdwn, escaped already, and the buttons below them."""

    visible: Visible
    paragraphs: tuple[str, ...]
    buttons: tuple[Button, ...] = ()
    replaces: bool = False
    """Takes the place of the message that was clicked, where Slack lets it."""

    @property
    def text(self) -> str:
        """The same without blocks, for notifications and screen readers."""
        return cut("\n".join(self.paragraphs), limits.FALLBACK_TEXT)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """As Block Kit, within its limits; what is too long for a message is left out at its end."""
        actions = [{"type": "actions", "elements": [element(button) for button in row]} for row in _rows(self.buttons)]
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
            "replace_original": self.replaces,
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


def element(button: Button) -> dict[str, Any]:
    """The button as Block Kit."""
    drawn: dict[str, Any] = {
        "type": "button",
        "text": {"type": "plain_text", "text": cut(button.text, limits.BUTTON_TEXT)},
        "action_id": button.action_id,
    }
    more = {"value": button.value, "url": button.url, "style": button.style}
    return drawn | {name: given for name, given in more.items() if given}


def _rows(buttons: Sequence[Button]) -> list[list[Button]]:
    """The buttons, in a row as long as each does something else: Slack refuses two with one `action_id` in a block."""
    rows: list[list[Button]] = []
    for button in buttons:
        if rows and all(button.action_id != each.action_id for each in rows[-1]):
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


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
