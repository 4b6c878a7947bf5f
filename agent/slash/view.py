"""A modal that a person fills in, or Home, as a value."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.slash.reply import Reply
from shared.blockkit import limits
from shared.blockkit.mrkdwn import cut

Block = Mapping[str, Any]

OPEN_FORM = "open_form"
"""`action_id` of the button that brings a new trigger; its value is what waits (`agent.slash.later.KeptId`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A modal; `callback_id` is the key of its submission in `agent.slash.tables.submissions`."""

    title: str
    blocks: Sequence[Block]
    callback_id: str = ""
    submit: str = ""
    """What its button says; empty for a view that can only be closed."""
    close: str = "Cancel"
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Comes back with every gesture in the view; 3,000 characters as JSON. `channel` and `response_url` are set from
    what was asked, unless they are here."""

    def body(self, **metadata: str) -> dict[str, Any]:
        """As Slack's `view`; `metadata` stands behind the view's own."""
        written = {name: value for name, value in (metadata | dict(self.metadata)).items() if value}
        return {
            "type": "modal",
            "title": _plain(self.title),
            "close": _plain(self.close),
            "callback_id": self.callback_id,
            "private_metadata": json.dumps(written, ensure_ascii=False),
            "blocks": list(self.blocks),
            **({"submit": _plain(self.submit)} if self.submit else {}),
        }


def loading(title: str) -> View:
    """What is shown at once, while GHES is asked."""
    return View(title=title, close="Close", blocks=[section_of("Loading…")])


def told(title: str, reply: Reply) -> View:
    """A reply, shown in the modal that was opened for the question."""
    return View(title=title, close="Close", blocks=reply.blocks[: limits.VIEW_BLOCKS])


def done(title: str) -> View:
    """What is left in a modal when there is nothing more to say in it."""
    return View(title=title, close="Close", blocks=[section_of("Done. You can close this.")])


def section_of(says: str) -> Block:
    """A paragraph of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut(says, limits.SECTION_TEXT)}}


def _plain(says: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": cut(says, limits.VIEW_TITLE)}
