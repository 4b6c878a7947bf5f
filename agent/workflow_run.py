"""A workflow run as cards name it: shared by runs, deployments and their approvals."""

from agent.card_parts import title
from agent.subject import Kind, Sighting, SubjectKey
from agent.trimming import picked, signed
from shared.blockkit.mrkdwn import url
from shared.card import Label, Line, Link, Span, reference
from shared.event import Event, Payload, instant, items, mapping, number, text

_FIELDS = (
    "id",
    "name",
    "display_title",
    "run_number",
    "run_attempt",
    "event",
    "status",
    "conclusion",
    "head_branch",
    "head_sha",
    "html_url",
    "run_started_at",
    "created_at",
    "updated_at",
)


def sighting(event: Event) -> Sighting | None:
    """What an event with a whole `workflow_run` says of it; None where GHES sends null. Each attempt is a subject."""
    run = mapping(event.payload, "workflow_run")
    id_ = number(run, "id")
    if id_ is None or event.repository is None:
        return None
    workflow = mapping(event.payload, "workflow")
    return Sighting(
        key=SubjectKey(
            repository_id=event.repository.id, kind=Kind.RUN, number=f"{id_}/{number(run, 'run_attempt') or 1}"
        ),
        fields={
            **picked(run, *_FIELDS),
            **signed(run, "actor", "triggering_actor"),
            "pull_requests": [{"number": number(pull, "number")} for pull in items(run, "pull_requests")],
            # A run may be named by its own `run-name`; filters and cards go by the name of its workflow.
            **({"workflow": picked(workflow, "name")} if workflow else {}),
        },
        updated_at=instant(run, "updated_at"),
    )


def named(run: Payload) -> Line:
    """`CI #36 (attempt 2)`; without a name where names are hidden."""
    name, number_ = text(run, "workflow", "name") or text(run, "name"), number(run, "run_number")
    attempt = number(run, "run_attempt") or 1
    return (
        *((title(name), Span(Label.TITLE, " ")) if name else ()),
        reference(f"#{number_}" if number_ is not None else "run"),
        *((reference(f" (attempt {attempt})"),) if attempt > 1 else ()),
    )


def linked(run: Payload) -> Link:
    """The same, linked to the run."""
    return Link(url(text(run, "html_url")), tuple(piece for piece in named(run) if isinstance(piece, Span)), "run")
