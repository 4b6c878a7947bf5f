"""Reviews of a deployment to a protected environment: in the thread of their workflow run, feature `deployments`.

Only GitHub Apps get these events. `environment` is there when a review is requested; an answer names it in its jobs.
`workflow_run` and `requestor` may be null.
"""

from collections.abc import Mapping

from agent.card_parts import (
    LISTED,
    body,
    by,
    code,
    codes_field,
    fallback,
    happened_at,
    joined,
    people_field,
    present,
    repository_footer,
)
from agent.card_table import Placement, Shown
from agent.ref_parts import commit
from agent.subject import Subject
from agent.workflow_run import linked, sighting
from shared.blockkit import palette
from shared.card import Card, Field, Fields, Label, Line, Span, reference
from shared.event import Event, items, mapping, text

_COLORS: Mapping[str, str] = {"approved": palette.SUCCESS, "rejected": palette.FAILURE}


def _requested(event: Event, _subject: Subject | None) -> Card:
    actor = text(event.payload, "requestor", "login") or event.actor
    return _card(event, actor, palette.PENDING, (reference("Approval of the deployment"), *_to(event)), " requested")


def _answered(event: Event, _subject: Subject | None) -> Card:
    actor = text(event.payload, "approver", "login") or event.actor
    color = _COLORS[event.action or "approved"]
    return _card(event, actor, color, (reference("Deployment"), *_to(event)), f" {event.action}")


def _card(event: Event, actor: str, color: str, what: Line, done: str) -> Card:
    run, sha = mapping(event.payload, "workflow_run"), text(event.payload, "workflow_run", "head_sha")
    sentence = (*what, reference(done), *by(actor))
    return Card(
        color=color,
        headline=sentence,
        parts=present(
            body(text(event.payload, "comment"), text(run, "html_url"), event.repository),
            Fields(
                (
                    codes_field("Environment", _environments(event)),
                    people_field("Reviewers", _reviewers(event) if event.action == "requested" else ()),
                    Field("Workflow", (linked(run),) if run else ()),
                    Field("Commit", (commit(event.repository, sha),) if sha else ()),
                )
            ),
            repository_footer(event.repository, happened_at(event, ("since",))),
        ),
        fallback=(*fallback(event.repository, ""), *sentence),
    )


def _to(event: Event) -> Line:
    environments = [code(name) for name in _environments(event)[:LISTED]]
    return (Span(Label.TITLE, " to "), *joined(environments, ", ")) if environments else ()


def _environments(event: Event) -> list[str]:
    jobs = [*items(event.payload, "workflow_job_runs"), mapping(event.payload, "workflow_job_run")]
    named = [text(event.payload, "environment"), *(text(job, "environment") for job in jobs)]
    return list(dict.fromkeys(name for name in named if name))


def _reviewers(event: Event) -> list[str]:
    asked = [mapping(entry, "reviewer") for entry in items(event.payload, "reviewers")]
    return [text(reviewer, "login") or text(reviewer, "name") or text(reviewer, "slug") for reviewer in asked]


RULES = {
    "deployment_review.requested": Shown(
        feature="deployments", placement=Placement.ASIDE, render=_requested, sighting=sighting
    ),
    "deployment_review.approved": Shown(
        feature="deployments", placement=Placement.ASIDE, render=_answered, sighting=sighting
    ),
    "deployment_review.rejected": Shown(
        feature="deployments", placement=Placement.ASIDE, render=_answered, sighting=sighting
    ),
}
