"""Deployments: the feature `deployments`. One card for each deployment id, rewritten as its state changes.

A deployment that becomes inactive sends no webhook; a status that says so comes from a fetch. One that waits is
answered before its next status tells so, hence `approved`, `rejected` and `ended`, which GHES's statuses don't have.
"""

from collections.abc import Mapping
from typing import Any

from agent.card_buttons import of_review
from agent.card_parts import body, by, code, fallback, present, repository_footer
from agent.card_table import Headline, ParentRenderer, Placement, Rule, Shown
from agent.deployment_review import answered, is_waiting
from agent.ref_parts import commit, named, towards
from agent.subject import Kind, Sighting, Subject, SubjectKey
from agent.trimming import picked, signed
from agent.workflow_run import linked
from shared.blockkit import palette
from shared.blockkit.mrkdwn import one_line, url
from shared.card import Card, Field, Fields, Label, Line, Link, Span, reference
from shared.event import Event, Payload, Repository, instant, mapping, number, text

_STATES: Mapping[str, tuple[str, str]] = {
    "": (palette.PENDING, "Created"),
    "pending": (palette.PENDING, "Pending"),
    "queued": (palette.PENDING, "Queued"),
    "waiting": (palette.PENDING, "Waiting for approval"),
    "approved": (palette.PENDING, "Approved"),
    "rejected": (palette.FAILURE, "Rejected"),
    "ended": (palette.NEUTRAL, "Ended without an answer"),
    "in_progress": (palette.PENDING, "In progress"),
    "success": (palette.SUCCESS, "Success"),
    "failure": (palette.FAILURE, "Failure"),
    "error": (palette.FAILURE, "Error"),
    "inactive": (palette.NEUTRAL, "Inactive"),
}


def _sighting(event: Event) -> Sighting | None:
    deployment, status = mapping(event.payload, "deployment"), mapping(event.payload, "deployment_status")
    id_ = number(deployment, "id")
    if id_ is None or event.repository is None:
        return None
    run, workflow = mapping(event.payload, "workflow_run"), mapping(event.payload, "workflow")
    fields: dict[str, Any] = {
        **picked(deployment, "id", "sha", "ref", "task", "environment", "description", "created_at"),
        **signed(deployment, "creator"),
    }
    if status:
        fields["deployment_status"] = picked(
            status, "state", "description", "environment_url", "log_url", "target_url", "created_at"
        )
    if run or workflow:
        fields["workflow_run"] = {
            **picked(run, "id", "name", "run_number", "run_attempt", "html_url", "event"),
            "workflow": picked(workflow, "name"),
        }
    return Sighting(
        key=SubjectKey(repository_id=event.repository.id, kind=Kind.DEPLOYMENT, number=str(id_)),
        fields=fields,
        updated_at=instant(status, "updated_at")
        or instant(status, "created_at")
        or instant(deployment, "updated_at")
        or instant(deployment, "created_at"),
    )


def _parent(subject: Subject, headline: Headline) -> Card:
    deployment, repository = subject.fields, subject.repository
    status, run = mapping(deployment, "deployment_status"), mapping(deployment, "workflow_run")
    state = answered(deployment) or text(status, "state")
    color, shown = _STATES.get(state, (palette.NEUTRAL, one_line(state.replace("_", " ").capitalize(), 40)))
    environment = text(deployment, "environment")
    actor = text(deployment, "creator", "login") or headline.actor
    created = (*(towards(environment) if environment else ()), reference(" created"), *by(actor))
    sha, log = text(deployment, "sha"), text(status, "log_url") or text(status, "target_url")
    all_of_them = f"{repository.url}/deployments" if repository.url else ""
    return Card(
        color=color,
        headline=(Link(url(all_of_them), (reference("Deployment"),)), *created),
        parts=present(
            body(text(status, "description") or text(deployment, "description"), "", repository, mentions=False),
            Fields(
                (
                    Field("Environment", _environment(subject)),
                    Field("Status", (reference(shown),)),
                    Field("Commit", (commit(repository, sha), *_ref(deployment)) if sha else ()),
                    Field("Workflow", (linked(run),) if run else ()),
                    Field("Log", _address(repository, log, reference("Show log")) if log else ()),
                )
            ),
            repository_footer(repository, instant(status, "created_at") or instant(deployment, "created_at")),
            of_review(repository, number(run, "id"), environment) if is_waiting(deployment) else None,
        ),
        fallback=(
            *fallback(repository, "Deployment"),
            *created,
            *((reference(f": {shown.lower()}"),) if state else ()),
        ),
    )


def _environment(subject: Subject) -> Line:
    name = text(subject.fields, "environment")
    address = text(subject.fields, "deployment_status", "environment_url")
    return _address(subject.repository, address, code(name)) if name else ()


def _ref(deployment: Payload) -> Line:
    ref = text(deployment, "ref")
    return (Span(Label.TITLE, " on "), code(ref)) if ref and ref != text(deployment, "sha") else ()


def _address(repository: Repository | None, address: str, words: Span) -> Line:
    """`words`, linked; an address outside the repository is a name like any other, and hidden with it."""
    if repository and repository.url and address.startswith(f"{repository.url}/"):
        return (Link(url(address), (words,)),)
    return (named(address, words.mrkdwn),)


RULES: dict[str, Rule] = {
    "deployment.created": Shown(feature="deployments", placement=Placement.OPENING, sighting=_sighting),
    "deployment_status.created": Shown(feature="deployments", placement=Placement.OPENING, sighting=_sighting),
}
PARENTS: Mapping[Kind, ParentRenderer] = {Kind.DEPLOYMENT: _parent}
