"""Checks and commit statuses, as webhooks and GHES's REST API describe them."""

from collections.abc import Mapping

from agent.subject import Check
from shared.event import Payload, text

_STATES: Mapping[str, str] = {
    "success": "success",
    "neutral": "neutral",
    "skipped": "neutral",
    "failure": "failure",
    "error": "failure",
    "cancelled": "failure",
    "timed_out": "failure",
    "action_required": "failure",
    "startup_failure": "failure",
}
"""Everything else, `stale` included, is waited for."""


def of_run(run: Payload) -> Check | None:
    """A check run; None for one without a name."""
    ended = text(run, "conclusion") if text(run, "status") == "completed" else ""
    return _check(text(run, "name"), ended, text(run, "html_url"))


def of_status(status: Payload) -> Check | None:
    """A commit status; None for one without a context."""
    address = text(status, "target_url") or text(status, "commit", "html_url")
    return _check(text(status, "context"), text(status, "state"), address)


def _check(name: str, ended: str, address: str) -> Check | None:
    return Check(name=name, state=_STATES.get(ended, "pending"), url=address) if name else None
