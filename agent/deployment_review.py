"""Reviews of a deployment to a protected environment, as their webhooks tell them.

`environment` is there when a review is requested; an answer names it in its jobs. `workflow_run` and `requestor` may be
null. A sighting of the run remembers, under names that GHES doesn't have,

    review of <environment>     requested, approved or rejected
    asked by <delivery id>      the environments that this delivery asked for

and one of a deployment under `review` what was answered while it waited with which status.
"""

from dataclasses import replace
from typing import Any

from agent.subject import Kind, Sighting, Subject, SubjectKey
from agent.workflow_run import sighting
from shared.event import Event, Payload, items, mapping, number, text

REQUESTED = "deployment_review.requested"
_ASKED_BY = "asked by "
ANSWERED = frozenset({"deployment_review.approved", "deployment_review.rejected"})
ENDED = "workflow_run.completed"


def environments(event: Event) -> list[str]:
    """The names of the environments that it is about, each once."""
    jobs = [*items(event.payload, "workflow_job_runs"), mapping(event.payload, "workflow_job_run")]
    named = [text(event.payload, "environment"), *(text(job, "environment") for job in jobs)]
    return list(dict.fromkeys(name for name in named if name))


def run_sighting(event: Event) -> Sighting | None:
    """The workflow run, and that its environments' reviews are requested, approved or rejected; None without a run."""
    seen = sighting(event)
    if seen is None:
        return None
    ours: dict[str, Any] = {_review_of(name): event.action for name in environments(event)}
    if event.key == REQUESTED:
        ours[f"{_ASKED_BY}{event.delivery_id}"] = environments(event)
    return replace(seen, fields={**seen.fields, **ours})


def waits(request: Event, run: Subject | None) -> bool:
    """Whether somebody still has to answer a request, as far as its run knows."""
    if run is None:
        return True
    answers = [run.fields.get(_review_of(name)) for name in environments(request)]
    return text(run.fields, "status") != "completed" and (not answers or "requested" in answers)


def requests(answer: Event, run: Subject) -> list[str]:
    """The delivery ids of what asked for this answer."""
    answered = set(environments(answer))
    asked = {name.removeprefix(_ASKED_BY): found for name, found in run.fields.items() if name.startswith(_ASKED_BY)}
    return [delivery_id for delivery_id, names in asked.items() if not names or answered.intersection(names)]


def unanswered(run: Subject) -> list[str]:
    """The delivery ids of what asked for an answer that nobody has given."""
    asked = {name.removeprefix(_ASKED_BY): found for name, found in run.fields.items() if name.startswith(_ASKED_BY)}
    return [
        delivery_id
        for delivery_id, names in asked.items()
        if not names or any(run.fields.get(_review_of(name)) == "requested" for name in names)
    ]


def request_fields(request: Event) -> dict[str, Any]:
    """What the card of a request shows: its `environments`, `requestor`, `reviewers`, `since` and `workflow_run`."""
    run = sighting(request)
    return {
        "environments": environments(request),
        "requestor": {"login": text(request.payload, "requestor", "login") or request.actor},
        "reviewers": [_reviewer(mapping(entry, "reviewer")) for entry in items(request.payload, "reviewers")],
        "since": text(request.payload, "since"),
        "workflow_run": dict(run.fields) if run else {},
    }


def request_sighting(request: Event) -> Sighting | None:
    """A request as a subject of its own, so that the message that tells of it can be drawn anew."""
    if request.repository is None:
        return None
    key = SubjectKey(repository_id=request.repository.id, kind=Kind.REVIEW, number=request.delivery_id)
    return Sighting(key=key, fields=request_fields(request), updated_at=None)


def answer_to(deployment: Subject, answer: Event) -> Sighting | None:
    """That a deployment was approved or rejected, or its run has ended; None where it isn't meant, or doesn't wait.

    An answer names no environment where it is about all of them.
    """
    run, names = mapping(answer.payload, "workflow_run"), environments(answer)
    is_of_run = number(run, "id") is not None and number(run, "id") == number(deployment.fields, "workflow_run", "id")
    is_meant = not names or text(deployment.fields, "environment") in names
    if not is_of_run or not is_meant or not is_waiting(deployment.fields):
        return None
    told = {
        "action": "ended" if answer.key == ENDED else answer.action,
        "status": text(deployment.fields, "deployment_status", "created_at"),
    }
    return Sighting(key=deployment.key, fields={"review": told}, updated_at=deployment.updated_at)


def answered(deployment: Payload) -> str:
    """`approved`, `rejected` or `ended` where a deployment waits no more, with no other status yet; else empty."""
    status, review = mapping(deployment, "deployment_status"), mapping(deployment, "review")
    is_of_status = text(status, "state") == "waiting" and text(review, "status") == text(status, "created_at")
    return text(review, "action") if is_of_status else ""


def is_waiting(deployment: Payload) -> bool:
    """Whether it waits for somebody's approval."""
    return text(deployment, "deployment_status", "state") == "waiting" and not answered(deployment)


def _review_of(environment: str) -> str:
    return f"review of {environment}"


def _reviewer(reviewer: Payload) -> dict[str, str]:
    """A person's `login`, or a team's `name`."""
    login = text(reviewer, "login")
    return {"login": login} if login else {"name": text(reviewer, "name") or text(reviewer, "slug")}
