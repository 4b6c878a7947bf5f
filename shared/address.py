"""Where a message goes: a channel of a workspace."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A channel, group or direct message of one workspace; `team_id` is `T…`, `channel_id` `C…`, `G…` or `D…`."""

    team_id: str
    channel_id: str
