"""What a text frame says."""

import json
from dataclasses import dataclass
from datetime import datetime

from agent.slack.socket_mode.envelope import Envelope
from shared.event import flag, mapping, number, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The socket is open for envelopes."""

    num_connections: int
    """Sockets of this app that Slack counts, ours and anybody's; 0 when it doesn't say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """Slack is about to close the socket."""

    reason: str
    """`warning` (about 10 s ahead), `refresh_requested`, `link_disabled`, `too_many_websockets`; others may appear."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """Nothing that we understand, and without an id nothing that could be acknowledged."""


Frame = Hello | Disconnect | Envelope | Garbage


def parse(frame: str, received_at: datetime) -> Frame:
    """Read a text frame; never raises, whatever is in it."""
    try:
        fields = json.loads(frame)
    except (ValueError, RecursionError):
        return Garbage()
    type_ = text(fields, "type")
    if type_ == "hello":
        return Hello(num_connections=number(fields, "num_connections") or 0)
    if type_ == "disconnect":
        return Disconnect(reason=text(fields, "reason") or "unnamed")
    envelope_id = text(fields, "envelope_id")
    if not envelope_id:
        return Garbage()
    return Envelope(
        envelope_id=envelope_id,
        type=type_,
        accepts_response_payload=flag(fields, "accepts_response_payload"),
        payload=mapping(fields, "payload"),
        retry_attempt=number(fields, "retry_attempt") or 0,
        retry_reason=text(fields, "retry_reason"),
        received_at=received_at,
    )
