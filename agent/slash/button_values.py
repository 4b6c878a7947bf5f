"""What the buttons of cards carry: which thing they are about, as compact JSON.

    issue, pull request   {"r": "octo/shop", "n": 12, "k": "issue" | "pull"}
    workflow run          {"r": "octo/shop", "run": 77, "attempt": 1}
    waiting deployment    {"r": "octo/shop", "run": 77, "env": "production"}

A card may be older than the repository's name; GHES leads from former names to the present one.
"""

import json
from typing import Any

from agent.deeds.things import Numbered, Run, Waiting, is_repository

COMMENT, EDIT, CLOSE, REOPEN = "comment", "edit", "close", "reopen"
RERUN, RERUN_FAILED = "rerun", "rerun_failed"
APPROVE, REJECT = "approve", "reject"
"""`action_id`s of the buttons."""

STALE = "I can't tell any more what this button belongs to. Open the page on GitHub Enterprise instead."


def written(thing: Numbered | Run | Waiting) -> str:
    """The value of a button about `thing`; far below Slack's 2,000 characters."""
    fields: dict[str, Any] = {"r": thing.repository}
    match thing:
        case Numbered():
            fields |= {"n": thing.number, "k": "pull" if thing.is_pull else "issue"}
        case Run():
            fields |= {"run": thing.run_id, "attempt": thing.attempt}
        case Waiting():
            fields |= {"run": thing.run_id, "env": thing.environment}
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)


def numbered(value: str) -> Numbered | None:
    """The issue or pull request of a button; None for what no card of ours has written."""
    fields = _fields(value)
    repository, number = _repository(fields), _whole(fields, "n")
    if not repository or not number or fields.get("k") not in {"issue", "pull"}:
        return None
    return Numbered(repository=repository, number=number, is_pull=fields["k"] == "pull")


def run(value: str) -> Run | None:
    """The workflow run of a button; None for what no card of ours has written."""
    fields = _fields(value)
    repository, run_id = _repository(fields), _whole(fields, "run")
    if not repository or not run_id:
        return None
    return Run(repository=repository, run_id=run_id, attempt=_whole(fields, "attempt") or 1)


def waiting(value: str) -> Waiting | None:
    """The deployment of a button; None for what no card of ours has written."""
    fields = _fields(value)
    repository, run_id, environment = _repository(fields), _whole(fields, "run"), fields.get("env", "")
    if not repository or not run_id or not isinstance(environment, str):
        return None
    return Waiting(repository=repository, run_id=run_id, environment=environment)


def _fields(value: str) -> dict[str, Any]:
    try:
        fields = json.loads(value)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _repository(fields: dict[str, Any]) -> str:
    named = fields.get("r")
    return named if isinstance(named, str) and is_repository(named) else ""


def _whole(fields: dict[str, Any], name: str) -> int:
    found = fields.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 0
