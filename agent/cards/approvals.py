"""Reviews of a deployment to a protected environment: in the thread of their workflow run, feature `deployments`.

Only GitHub Apps get these events. The message that asks has buttons until somebody has answered: it is drawn anew then
(`agent.store.approvals`), though it is a reply.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from agent.card_buttons import of_review
from agent.card_parts import (
    LISTED,
    body,
    by,
    called,
    code,
    codes_field,
    fallback,
    happened_at,
    joined,
    person,
    present,
    repository_footer,
    row,
)
from agent.card_table import Headline, ParentRenderer, Placement, Shown
from agent.deployment_review import REQUESTED, environments, request_fields, run_sighting, waits
from agent.ref_parts import commit
from agent.subject import Kind, Subject
from agent.workflow_run import linked
from shared.blockkit import palette
from shared.card import Buttons, Card, Field, Fields, Label, Line, Paragraph, Span, reference
from shared.event import Event, Payload, Repository, instant, items, mapping, number, text

_COLORS: Mapping[str, str] = {"approved": palette.SUCCESS, "rejected": palette.FAILURE}


def _requested(event: Event, run: Subject | None) -> Card:
    asked = request_fields(event)
    names, run_id = environments(event), number(asked, "workflow_run", "id")
    buttons = of_review(event.repository, run_id, names[0] if len(names) == 1 else "") if waits(event, run) else None
    return _request(event.repository, asked, happened_at(event, ("since",)), buttons)


def _answered_request(subject: Subject, _headline: Headline) -> Card:
    return _request(subject.repository, subject.fields, instant(subject.fields, "since"), None)


def _request(repository: Repository | None, asked: Payload, at: datetime | None, buttons: Buttons | None) -> Card:
    named = asked.get("environments")
    names = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    sentence = (
        reference("Approval of the deployment"),
        *_to(names),
        reference(" requested"),
        *by(text(asked, "requestor", "login")),
    )
    reviewers = Field("Reviewers", row(_reviewers(items(asked, "reviewers")), Label.PEOPLE))
    about = _about(repository, names, mapping(asked, "workflow_run"), reviewers)
    return Card(
        color=palette.PENDING,
        headline=sentence,
        parts=present(about, repository_footer(repository, at), buttons),
        fallback=(*fallback(repository, ""), *sentence),
    )


def _answered(event: Event, _subject: Subject | None) -> Card:
    run, names = mapping(event.payload, "workflow_run"), environments(event)
    actor = text(event.payload, "approver", "login") or event.actor
    sentence = (reference("Deployment"), *_to(names), reference(f" {event.action}"), *by(actor))
    return Card(
        color=_COLORS[event.action or "approved"],
        headline=sentence,
        parts=present(
            _said(event, run),
            _about(event.repository, names, run),
            repository_footer(event.repository, happened_at(event, ("since",))),
        ),
        fallback=(*fallback(event.repository, ""), *sentence),
    )


def _said(event: Event, run: Payload) -> Paragraph | None:
    return body(text(event.payload, "comment"), text(run, "html_url"), event.repository)


def _about(repository: Repository | None, names: Sequence[str], run: Payload, *more: Field) -> Fields:
    sha = text(run, "head_sha")
    return Fields(
        (
            codes_field("Environment", names),
            *more,
            Field("Workflow", (linked(run),) if run else ()),
            Field("Commit", (commit(repository, sha),) if sha else ()),
        )
    )


def _to(names: Sequence[str]) -> Line:
    listed = [code(name) for name in names[:LISTED]]
    return (Span(Label.TITLE, " to "), *joined(listed, ", ")) if listed else ()


def _reviewers(asked: Iterable[Payload]) -> list[Span]:
    """People are mentioned; a team, whose name may be anybody's login, is not."""
    return [called(text(one, "login")) if text(one, "login") else person(text(one, "name")) for one in asked]


RULES = {
    REQUESTED: Shown(feature="deployments", placement=Placement.ASIDE, render=_requested, sighting=run_sighting),
    "deployment_review.approved": Shown(
        feature="deployments", placement=Placement.ASIDE, render=_answered, sighting=run_sighting
    ),
    "deployment_review.rejected": Shown(
        feature="deployments", placement=Placement.ASIDE, render=_answered, sighting=run_sighting
    ),
}
PARENTS: Mapping[Kind, ParentRenderer] = {Kind.REVIEW: _answered_request}
