"""What Slack hands over on a socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.event import items, mapping, text

KNOWN_TYPES = frozenset({"events_api", "interactive", "slash_commands"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One delivery: an event, an interaction or a command."""

    envelope_id: str
    type: str
    """`events_api`, `interactive` or `slash_commands`; others may appear and are acknowledged unread."""
    accepts_response_payload: bool
    payload: Mapping[str, Any] = field(repr=False)
    """As Slack sent it; empty when it wasn't an object. A command's values are strings, also the booleans."""
    retry_attempt: int
    """0 for the first delivery, as far as Slack says so."""
    retry_reason: str
    received_at: datetime

    @property
    def kind(self) -> str:
        """The payload's own type for an interaction (`block_actions`, `view_submission`…) or event; else empty."""
        inner = mapping(self.payload, "event") if self.type == "events_api" else self.payload
        return text(inner, "type")

    @property
    def key(self) -> str:
        """Equal for two deliveries of the same thing.

        Slack has been seen to repeat a delivery under a new envelope id, so what is inside decides: the event id; the
        trigger of a command or interaction; the person and time of an action without trigger. Only what has none of
        these falls back to the envelope.
        """
        return f"{self.type}:{self._inner_key() or self.envelope_id}"

    def _inner_key(self) -> str:
        if self.type == "events_api":
            return text(self.payload, "event_id")
        if trigger := text(self.payload, "trigger_id"):
            return trigger
        times = [at for action in items(self.payload, "actions") if (at := text(action, "action_ts"))]
        acted_at = text(self.payload, "action_ts") or "".join(times[:1])
        return f"{text(self.payload, 'user', 'id')}/{acted_at}" if acted_at else ""

    def acknowledgement(self, answer: Mapping[str, Any] | None) -> str:
        """The frame that acknowledges it; the answer is left out where Slack would not take one."""
        frame: dict[str, Any] = {"envelope_id": self.envelope_id}
        if answer is not None and self.accepts_response_payload:
            frame["payload"] = answer
        return json.dumps(frame, separators=(",", ":"))
