"""What nobody outside Slack knows for sure: one switch for each unverified fact, U1 to U9 (slack.md §18).

The agent must pass with every setting. The defaults are what is most often reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The stand-in's behaviour where Slack's is unverified."""

    single_use_tickets: bool = True
    """U1: a ticket opens one socket; otherwise as many as one likes until it expires."""

    acks_on_any_socket: bool = True
    """U2: an acknowledgement counts on another socket than the one that carried the envelope."""

    event_retries_s: tuple[float, ...] = (0, 60, 300)
    """U3: seconds before each retry of an unacknowledged event; empty: never retried over sockets."""

    retries_reuse_envelope: bool = False
    """U3: retries carry the first envelope_id, and a second series follows the first, with retry_attempt 0 again."""

    commands_are_redelivered: bool = False
    """U4: an unacknowledged command or interaction comes a second time, in a new envelope."""

    client_msg_id_deduplicates: bool = False
    """U5: a known client_msg_id posts nothing and answers with the first message and `is_duplicate`."""

    markdown_block_mentions: bool = True
    """U6: `<!channel>` and `<@U…>` inside a `markdown` block notify people."""

    hook_errors: Literal["text", "json"] = "text"
    """U7: how a dead response_url says `expired_url` or `used_url`, always with a 404."""

    eleventh_socket: Literal["refused", "drops_oldest"] = "refused"
    """U8: which socket is told `too_many_websockets` and closed when an eleventh one opens."""

    events_outlive_no_socket: bool = True
    """U9: an event that finds no socket is tried again by the timetable of U3; otherwise it is lost at once."""


EACH_WAY: Mapping[str, Switches] = {
    "defaults": Switches(),
    "U1": Switches(single_use_tickets=False),
    "U2": Switches(acks_on_any_socket=False),
    "U3 no retries": Switches(event_retries_s=()),
    "U3 same envelope": Switches(retries_reuse_envelope=True),
    "U4": Switches(commands_are_redelivered=True),
    "U5": Switches(client_msg_id_deduplicates=True),
    "U6": Switches(markdown_block_mentions=False),
    "U7": Switches(hook_errors="json"),
    "U8": Switches(eleventh_socket="drops_oldest"),
    "U9": Switches(events_outlive_no_socket=False),
}
"""The defaults, and each fact the other way round: what a suite runs over."""
