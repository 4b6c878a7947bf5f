"""Checks and commit statuses: nothing is posted, the cards of pull requests with that head commit are kept true.

A check is known by its name. A suite is only the sum of its runs, and a workflow run the sum of its jobs, which are
check runs too: either would count the same work twice.
"""

from datetime import datetime

from agent.card_table import Ignored, Placement, Rule, Shown
from agent.checks import of_run, of_status
from agent.subject import Check, CheckSighting
from shared.event import Event, instant, mapping, text


def _check_run(event: Event) -> CheckSighting | None:
    run = mapping(event.payload, "check_run")
    at = instant(run, "completed_at") or instant(run, "started_at")
    return _sighting(event, text(run, "head_sha"), of_run(run), at)


def _status(event: Event) -> CheckSighting | None:
    at = instant(event.payload, "updated_at")
    return _sighting(event, text(event.payload, "sha"), of_status(event.payload), at)


def _sighting(event: Event, sha: str, check: Check | None, at: datetime | None) -> CheckSighting | None:
    if event.repository is None or not sha or check is None:
        return None
    return CheckSighting(repository_id=event.repository.id, sha=sha, check=check, at=at)


RULES: dict[str, Rule] = {
    "check_run.created": Shown(feature="pulls", placement=Placement.SILENT, check=_check_run, counters_only=True),
    "check_run.completed": Shown(feature="pulls", placement=Placement.SILENT, check=_check_run, counters_only=True),
    "check_run.rerequested": Ignored(reason="The check run that starts anew is told by its own created event."),
    "check_run.requested_action": Ignored(reason="A button of another app's check was pressed; that app acts on it."),
    "check_suite": Ignored(reason="Its check runs tell the same, one by one."),
    "status": Shown(feature="pulls", placement=Placement.SILENT, check=_status, counters_only=True),
}
