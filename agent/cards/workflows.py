"""Workflow runs: the feature `workflows`. One card for each attempt of a run, and its result in the thread."""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.card_buttons import of_run
from agent.card_parts import by, code, fallback, present, repository_footer, row, title, titled
from agent.card_table import Headline, Ignored, ParentRenderer, Placement, Rule, Shown
from agent.ref_parts import commit
from agent.subject import Kind, Subject
from agent.workflow_run import linked, named, sighting
from shared.blockkit import palette
from shared.blockkit.mrkdwn import one_line, url
from shared.card import Card, Field, Fields, Label, Line, Link, Paragraph, reference
from shared.event import Event, Payload, instant, items, mapping, number, text


@dataclass(frozen=True, slots=True)
class _State:
    color: str
    name: str
    result: str = ""
    ran: bool = False
    """Whether it did anything, so that it took a time worth telling."""


_STATES: Mapping[str, _State] = {
    "requested": _State(palette.PENDING, "Queued"),
    "queued": _State(palette.PENDING, "Queued"),
    "pending": _State(palette.PENDING, "Pending"),
    "waiting": _State(palette.PENDING, "Waiting for approval"),
    "in_progress": _State(palette.PENDING, "In progress"),
    "success": _State(palette.SUCCESS, "Success", "succeeded", ran=True),
    "failure": _State(palette.FAILURE, "Failure", "failed", ran=True),
    "timed_out": _State(palette.FAILURE, "Timed out", "timed out", ran=True),
    "startup_failure": _State(palette.FAILURE, "Startup failure", "failed to start"),
    "action_required": _State(palette.PENDING, "Action required", "needs somebody's action"),
    "cancelled": _State(palette.NEUTRAL, "Cancelled", "was cancelled", ran=True),
    "skipped": _State(palette.NEUTRAL, "Skipped", "was skipped"),
    "stale": _State(palette.NEUTRAL, "Stale", "went stale"),
    "neutral": _State(palette.NEUTRAL, "Neutral", "ended neutral"),
}


def _state(run: Payload) -> _State:
    word = text(run, "conclusion") or text(run, "status")
    return _STATES.get(word) or _State(palette.NEUTRAL, one_line(word.replace("_", " ").capitalize(), 40) or "Unknown")


def _parent(subject: Subject, headline: Headline) -> Card:
    run, repository = subject.fields, subject.repository
    state, trigger = _state(run), one_line(text(run, "event"), 80)
    actor = text(run, "triggering_actor", "login") or text(run, "actor", "login") or headline.actor
    words = "Workflow was triggered" + (f" via {trigger}" if trigger else "")
    return Card(
        color=state.color,
        headline=(reference(words), *by(actor)),
        parts=present(
            titled(linked(run)),
            _what_runs(run),
            Fields(
                (
                    Field("Status", (reference(state.name),)),
                    Field("Duration", _duration(run)),
                    Field("Branch", (code(text(run, "head_branch")),) if text(run, "head_branch") else ()),
                    Field("Commit", (commit(repository, text(run, "head_sha")),) if text(run, "head_sha") else ()),
                    Field("Pull request", _pulls(subject)),
                )
            ),
            repository_footer(repository, instant(run, "run_started_at") or instant(run, "created_at")),
            of_run(repository, run),
        ),
        fallback=(
            *fallback(repository, "Workflow "),
            *named(run),
            reference(f": {state.name.lower()}"),
            *((reference(f", triggered via {trigger}"), *by(actor)) if trigger else by(actor)),
        ),
    )


def _result(event: Event, subject: Subject | None) -> Card:
    run = {**mapping(event.payload, "workflow_run"), "workflow": mapping(event.payload, "workflow")}
    state = _state(run)
    words, took = f" {state.result or 'ended'}", _duration(run)
    after = (reference(" after "), *took) if took else ()
    return Card(
        color=state.color,
        headline=(reference("Workflow "), linked(run), reference(words), *after),
        parts=present(
            repository_footer(subject.repository if subject else event.repository, instant(run, "updated_at"))
        ),
        fallback=(*fallback(event.repository, "Workflow "), *named(run), reference(words), *after),
    )


def _what_runs(run: Payload) -> Paragraph | None:
    shown, name = text(run, "display_title"), text(run, "workflow", "name") or text(run, "name")
    return Paragraph((title(shown),)) if shown and shown != name else None


def _pulls(subject: Subject) -> Line:
    numbers = [number(pull, "number") for pull in items(subject.fields, "pull_requests")]
    links = [Link(url(f"{subject.repository.url}/pull/{found}"), (reference(f"#{found}"),)) for found in numbers]
    return row(links, Label.REFERENCE)


def _duration(run: Payload) -> Line:
    """How long a finished run took, in whole seconds; nothing while it runs, nor for one that never ran."""
    if not _state(run).ran:
        return ()
    started, ended = instant(run, "run_started_at") or instant(run, "created_at"), instant(run, "updated_at")
    if text(run, "status") != "completed" or not started or not ended or ended < started:
        return ()
    minutes, seconds = divmod(int((ended - started).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    pieces = [f"{hours}h"] * bool(hours) + [f"{minutes}m"] * bool(hours or minutes) + [f"{seconds}s"]
    return (reference(" ".join(pieces)),)


RULES: dict[str, Rule] = {
    "workflow_run.requested": Shown(feature="workflows", placement=Placement.OPENING, sighting=sighting),
    "workflow_run.in_progress": Shown(feature="workflows", placement=Placement.OPENING, sighting=sighting),
    "workflow_run.completed": Shown(feature="workflows", placement=Placement.RESULT, render=_result, sighting=sighting),
    "workflow_job": Ignored(reason="Single jobs are too many for a channel; the card of their run shows the result."),
    "workflow_dispatch": Ignored(reason="The run that it starts is shown by workflow_run, feature workflows."),
}
PARENTS: Mapping[Kind, ParentRenderer] = {Kind.RUN: _parent}
