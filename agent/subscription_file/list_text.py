"""The list of subscriptions, as a table for people and as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.store.subscription_listing import Listed

NONE = "No channel is subscribed to anything."
NONE_FITS = "No subscription fits these filters."
_NEWER = "stored by a newer version"
_FILE = "a file"
_UNWRAPPED = 10_000
"""Where nobody reads it, a subscription is one line, for `grep` and the like."""
_COLUMNS = ("workspace", "channel", "repository", "what arrives", "since", "state")


def as_json(each: Listed) -> dict[str, Any]:
    """One subscription; texts that aren't there are None."""
    return {
        "team_id": each.address.team_id,
        "workspace": each.workspace or None,
        "channel_id": each.address.channel_id,
        "scope": each.target.scope.value,
        "repository": each.target.name,
        "repository_id": each.target.id,
        "wants": each.words or None,
        "created_by": each.created_by or None,
        "created_at": each.created_at.isoformat(),
        "paused_at": each.paused_at.isoformat() if each.paused_at else None,
        "paused_reason": each.paused_reason or None,
        "sponsors": list(each.sponsors),
        "parked_reason": each.parked_reason or None,
    }


def show(found: Sequence[Listed], console: Console) -> None:
    """A table; a workspace and a channel are named in their first line only."""
    table = Table(*_COLUMNS, box=None, pad_edge=False, header_style="bold")
    before: Listed | None = None
    for each in found:
        same_team = before is not None and before.address.team_id == each.address.team_id
        same_channel = before is not None and before.address == each.address
        table.add_row(
            "" if same_team else _plain(f"{each.workspace} {each.address.team_id}"),
            "" if same_channel else _plain(each.address.channel_id),
            _plain(each.target.name),
            _plain(each.words) if each.wants else Text(_NEWER, style="red"),
            _plain(f"{each.created_at:%Y-%m-%d} by {each.created_by or _FILE}"),
            _state(each),
        )
        before = each
    if not console.is_terminal:
        console.width = _UNWRAPPED
    console.print(table)


def _state(each: Listed) -> Text:
    facts = [f"paused: {each.paused_reason}"] if each.paused_reason else []
    facts += [f"parked: {each.parked_reason}"] if each.parked_reason else []
    state = Text("; ".join(facts), style="yellow") if facts else Text("arrives")
    return state.append(_plain(f", sponsored by {', '.join(each.sponsors)}")) if each.sponsors else state


def _plain(text: str) -> Text:
    """What somebody called something, on one line."""
    return Text("".join(each if each.isprintable() else " " for each in text).strip())
