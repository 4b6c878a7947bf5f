"""The buttons below cards: what may be done with an issue, a pull request, a run, a waiting deployment as it is now.

GHES checks whoever clicks, so a card that hides its texts has the same buttons; the name of an environment stays out of
their values where names are hidden.
"""

from dataclasses import replace

from agent.deeds.things import Numbered, Run, Waiting
from agent.slash.button_values import APPROVE, CLOSE, COMMENT, EDIT, REJECT, REOPEN, RERUN, RERUN_FAILED, written
from agent.subject import Kind, Subject
from shared.blockkit import limits
from shared.card import Button, Buttons
from shared.event import Payload, Repository, number, text

_FAILED = frozenset({"failure", "timed_out"})
"""Conclusions after which there are failed jobs; a run that failed to start has none."""


def of_issue_or_pull(subject: Subject) -> Buttons | None:
    """Comment; of an issue also Edit, and Close or Reopen."""
    found, is_pull = number(subject.fields, "number"), subject.key.kind is Kind.PULL
    if not found:
        return None
    value = written(Numbered(repository=subject.repository.full_name, number=found, is_pull=is_pull))
    comment = Button(text="Comment", action_id=COMMENT, value=value)
    if is_pull:
        return Buttons((comment,))
    is_closed = text(subject.fields, "state") == "closed"
    state = ("Reopen", REOPEN) if is_closed else ("Close", CLOSE)
    return Buttons(
        (
            comment,
            Button(text="Edit", action_id=EDIT, value=value),
            Button(text=state[0], action_id=state[1], value=value),
        )
    )


def of_run(repository: Repository, run: Payload) -> Buttons | None:
    """Re-run all jobs, and the failed ones where there are such; None until the run is completed."""
    run_id = number(run, "id")
    if not run_id or text(run, "status") != "completed":
        return None
    attempt = number(run, "run_attempt") or 1
    value = written(Run(repository=repository.full_name, run_id=run_id, attempt=attempt))
    everything = Button(text="Re-run all jobs", action_id=RERUN, value=value)
    if text(run, "conclusion") not in _FAILED:
        return Buttons((everything,))
    return Buttons((everything, Button(text="Re-run failed jobs", action_id=RERUN_FAILED, value=value)))


def of_review(repository: Repository | None, run_id: int | None, environment: str) -> Buttons | None:
    """Approve and Reject, for one environment of a run, or all that wait when it has no name; None without a run."""
    if repository is None or not run_id:
        return None
    everything = Waiting(repository=repository.full_name, run_id=run_id, environment="")
    instead, value = written(everything), written(replace(everything, environment=environment))
    value = value if len(value) <= limits.BUTTON_VALUE else instead
    return Buttons(
        (
            Button(text="Approve", action_id=APPROVE, value=value, instead=instead, style="primary"),
            Button(text="Reject", action_id=REJECT, value=value, instead=instead, style="danger"),
        )
    )
