"""What the payloads of clicks, submissions, shortcuts and events have in common."""

import json
from collections.abc import Mapping
from typing import Any

from shared.event import flag, items, mapping, text

Values = Mapping[str, tuple[str, ...]]
"""What was entered, by the input's `action_id`: one text, the chosen values, or nothing."""


def team_of(payload: Mapping[str, Any]) -> str:
    """The workspace in which the app is asked, or hears of it: not always the person's own (Slack Connect).

    Of an event by a stranger the outer `team_id` is the stranger's, so `authorizations` goes before it. Where an
    organisation has installed the app for all its workspaces, `team` may be null, and an id may be the organisation's
    (E…): that is only taken where nothing names a workspace.
    """
    named = [
        text(payload, "view", "app_installed_team_id"),
        text(payload, "team", "id"),
        text(payload, "team"),
        next((text(each, "team_id") for each in items(payload, "authorizations")), ""),
        text(payload, "context_team_id"),
        text(payload, "team_id"),
        text(payload, "user", "team_id"),
        text(payload, "view", "team_id"),
    ]
    return next((each for each in named if each and not each.startswith("E")), "") or next(filter(None, named), "")


def organisation_of(payload: Mapping[str, Any]) -> str:
    """The organisation (Enterprise Grid) that has installed the app for all its workspaces; empty where it hasn't.

    Slack writes the flag as a string where the payload is a form.
    """
    authorization = next(iter(items(payload, "authorizations")), payload)
    if not flag(authorization, "is_enterprise_install") and text(authorization, "is_enterprise_install") != "true":
        return ""
    return (
        text(authorization, "enterprise_id")
        or text(payload, "enterprise", "id")
        or text(payload, "enterprise_id")
        or text(payload, "context_enterprise_id")
    )


def home_of(payload: Mapping[str, Any]) -> str:
    """The workspace that the person belongs to; empty where Slack doesn't say."""
    return text(payload, "user", "team_id")


def values_of(payload: Mapping[str, Any], *path: str) -> Values:
    """The inputs' values of a `state` object, which lies at `path`."""
    entered: dict[str, tuple[str, ...]] = {}
    for block in mapping(payload, *path, "values").values():
        for action_id, element in mapping(block).items():
            entered[action_id] = value_of(mapping(element))
    return entered


def value_of(element: Mapping[str, Any]) -> tuple[str, ...]:
    """What one element says of itself, whichever kind it is."""
    if options := items(element, "selected_options"):
        return tuple(text(option, "value") for option in options)
    one = text(element, "value") or text(element, "selected_option", "value")
    return (one,) if one else ()


def metadata_of(payload: Mapping[str, Any]) -> Mapping[str, str]:
    """A view's `private_metadata` as we wrote it; empty for anything else."""
    try:
        written = json.loads(text(payload, "view", "private_metadata") or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in written.items()} if isinstance(written, dict) else {}
