"""Checks and commit statuses: nothing is posted, the cards of pull requests with that head commit are kept true.

A check is known by its name. A suite is only the sum of its runs, and a workflow run the sum of its jobs, which are
check runs too: either would count the same work twice.
"""

from collections.abc import Mapping
from datetime import datetime

from agent.card_table import Ignored, Placement, Rule, Shown
from agent.subject import Check, CheckSighting
from shared.event import Event, instant, mapping, text

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


def _check_run(event: Event) -> CheckSighting | None:
    run = mapping(event.payload, "check_run")
    ended = text(run, "conclusion") if text(run, "status") == "completed" else ""
    at = instant(run, "completed_at") or instant(run, "started_at")
    return _sighting(event, text(run, "head_sha"), text(run, "name"), ended, text(run, "html_url"), at)


def _status(event: Event) -> CheckSighting | None:
    address = text(event.payload, "target_url") or text(event.payload, "commit", "html_url")
    sha, name = text(event.payload, "sha"), text(event.payload, "context")
    return _sighting(event, sha, name, text(event.payload, "state"), address, instant(event.payload, "updated_at"))


def _sighting(event: Event, sha: str, name: str, ended: str, address: str, at: datetime | None) -> CheckSighting | None:
    if event.repository is None or not sha or not name:
        return None
    check = Check(name=name, state=_STATES.get(ended, "pending"), url=address)
    return CheckSighting(repository_id=event.repository.id, sha=sha, check=check, at=at)


RULES: dict[str, Rule] = {
    "check_run.created": Shown(feature="pulls", placement=Placement.SILENT, check=_check_run, counters_only=True),
    "check_run.completed": Shown(feature="pulls", placement=Placement.SILENT, check=_check_run, counters_only=True),
    "check_run.rerequested": Ignored(reason="The check run that starts anew is told by its own created event."),
    "check_run.requested_action": Ignored(reason="A button of another app's check was pressed; that app acts on it."),
    "check_suite": Ignored(reason="Its check runs tell the same, one by one."),
    "status": Shown(feature="pulls", placement=Placement.SILENT, check=_status, counters_only=True),
}
