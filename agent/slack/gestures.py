"""Which gesture an envelope brings."""

from collections.abc import Mapping
from typing import Any

from agent.slash.asked import Asked
from agent.slash.call import call
from agent.slash.click import click
from agent.slash.shortcut import shortcut
from agent.slash.submission import submission
from shared.event import text


def gesture(envelope_type: str, payload: Mapping[str, Any]) -> Asked | None:
    """What somebody asks for by it; None for an event, a closed view, or what nobody knows."""
    if envelope_type == "slash_commands":
        return call(payload)
    if envelope_type != "interactive":
        return None
    match text(payload, "type"):
        case "block_actions":
            return click(payload)
        case "view_submission":
            return submission(payload)
        case "shortcut" | "message_action":
            return shortcut(payload)
        case _:
            return None
