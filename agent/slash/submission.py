"""A modal that somebody submitted, and an external select that somebody types into, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.slash.gesture import Values, home_of, metadata_of, team_of, values_of
from shared.address import Address
from shared.event import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A `view_submission`."""

    id: str
    """The view's: a modal is submitted once, however often its button was pressed."""
    callback_id: str
    team_id: str
    channel_id: str
    """Where the view belongs to; empty where that is nowhere, as with a global shortcut."""
    user_id: str
    home_team_id: str
    metadata: Mapping[str, str]
    values: Values
    response_url: str = ""
    """That of the gesture that opened the view, if it had one (`View.metadata`)."""

    @property
    def address(self) -> Address:
        """Where the view belongs to."""
        return Address(team_id=self.team_id, channel_id=self.channel_id)

    def one(self, name: str) -> str:
        """The value of an input that has one; empty when it was left empty."""
        return "".join(self.values.get(name, ())[:1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """A `block_suggestion`: what was typed so far into the select `action_id`."""

    action_id: str
    typed: str
    team_id: str
    user_id: str
    home_team_id: str
    metadata: Mapping[str, str]
    """The view's."""
    values: Values
    """What the other inputs of the view hold, as far as Slack says."""


def submission(payload: Mapping[str, Any]) -> Submission:
    """The submission that a `view_submission` payload describes."""
    metadata = metadata_of(payload)
    return Submission(
        id=text(payload, "view", "id"),
        callback_id=text(payload, "view", "callback_id"),
        team_id=team_of(payload),
        channel_id=metadata.get("channel", ""),
        user_id=text(payload, "user", "id"),
        home_team_id=home_of(payload),
        metadata=metadata,
        values=values_of(payload, "view", "state"),
        response_url=metadata.get("response_url", ""),
    )


def typing(payload: Mapping[str, Any]) -> Typing:
    """The question that a `block_suggestion` payload asks."""
    return Typing(
        action_id=text(payload, "action_id"),
        typed=text(payload, "value"),
        team_id=team_of(payload),
        user_id=text(payload, "user", "id"),
        home_team_id=home_of(payload),
        metadata=metadata_of(payload),
        values=values_of(payload, "view", "state"),
    )
