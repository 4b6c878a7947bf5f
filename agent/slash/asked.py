"""Whatever a person asks for, as text: it can be kept, and run again later."""

import json
from dataclasses import asdict
from typing import TypeVar, get_args

from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.shortcut import Shortcut
from agent.slash.submission import Submission

Asked = Call | Click | Submission | Shortcut
"""All have `id`, `team_id`, `channel_id`, `user_id`, `home_team_id`, `response_url` and `address`."""

SomeAsked = TypeVar("SomeAsked", Call, Click, Submission, Shortcut)

_KINDS = {kind.__name__.lower(): kind for kind in get_args(Asked)}


def to_json(asked: Asked) -> str:
    """The text to store."""
    return json.dumps({"kind": type(asked).__name__.lower(), **asdict(asked)})


def from_json(stored: str) -> Asked:
    """The inverse of `to_json`."""
    fields = json.loads(stored)
    kind = _KINDS[fields.pop("kind", "call")]
    if "values" in fields:
        fields["values"] = {name: tuple(value) for name, value in fields["values"].items()}
    asked: Asked = kind(**fields)
    return asked
