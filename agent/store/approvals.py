"""Messages that ask for the review of a deployment, and its own card: without buttons once somebody has answered."""

from collections.abc import Sequence

from sqlalchemy import Connection, exists, select

from agent.deployment_review import answer_to, request_sighting, requests, run_sighting, unanswered
from agent.outbox.notification import State
from agent.store.enqueueing import STATE, redraw
from agent.store.material import load_events
from agent.store.projection import load_subjects, store_sighting
from agent.store.tables import notifications, subjects, threads
from agent.store.upsert import insert_missing
from agent.subject import Kind, Subject, SubjectKey
from shared.event import Event

_MATE = notifications.alias()
_WITH_OTHERS = exists().where(
    _MATE.c.address_id == notifications.c.address_id,
    _MATE.c.state == State.DELIVERED,
    _MATE.c.head_id == notifications.c.head_id,
    _MATE.c.id != notifications.c.id,
)
"""A message that tells of other things too can't be drawn anew for one of them."""


def redraw_requests(connection: Connection, answer: Event, now: float) -> None:
    """Draw anew what asked for this answer, as far as it is posted: what isn't yet will have no buttons."""
    if run := _run(connection, answer):
        _redraw(connection, requests(answer, run), run, now)


def redraw_ended(connection: Connection, ended: Event, now: float) -> None:
    """A run is over, cancelled perhaps: draw what waits in it still anew, since nobody can answer that any more."""
    run = _run(connection, ended)
    if run and (asked := unanswered(run)):
        _redraw(connection, asked, run, now)
        redraw_deployments(connection, ended, now)


def _run(connection: Connection, event: Event) -> Subject | None:
    seen = run_sighting(event)
    return load_subjects(connection, (seen.key,)).get(seen.key) if seen else None


def _redraw(connection: Connection, delivery_ids: Sequence[str], run: Subject, now: float) -> None:
    for request in load_events(connection, delivery_ids).values():
        sighting = request_sighting(request)
        messages = _messages(connection, request)
        if sighting is None or not messages:
            continue
        store_sighting(connection, sighting, run.repository, now)
        told = {"subject_key": str(sighting.key), "event_key": request.key, "actor": request.actor, "made_at": now}
        insert_missing(
            connection, threads, [{**told, "address_id": address_id, "ts": ts} for address_id, ts in messages]
        )
        redraw(connection, {sighting.key: STATE}, now)


def redraw_deployments(connection: Connection, answer: Event, now: float) -> None:
    """Draw the cards of the deployments anew that waited for this answer: no status tells of it until their jobs go on.

    Of a repository's subjects only those are read that may wait.
    """
    if answer.repository is None:
        return
    waiting = select(subjects.c.key).where(
        subjects.c.repository_id == answer.repository.id,
        subjects.c.key.like(f"{answer.repository.id}/{Kind.DEPLOYMENT}/%"),
        subjects.c.fields.like('%"waiting"%'),
    )
    keys = [SubjectKey.parse(key) for key in connection.execute(waiting).scalars()]
    for key, deployment in load_subjects(connection, keys).items():
        if sighting := answer_to(deployment, answer):
            store_sighting(connection, sighting, deployment.repository, now)
            redraw(connection, {key: STATE}, now)


def _messages(connection: Connection, request: Event) -> list[tuple[int, str]]:
    """Where a request is posted, alone: address and `ts`."""
    found = select(notifications.c.address_id, notifications.c.ts).where(
        notifications.c.delivery_id == request.delivery_id,
        notifications.c.state == State.DELIVERED,
        notifications.c.ts.is_not(None),
        ~_WITH_OTHERS,
    )
    return [(row.address_id, row.ts) for row in connection.execute(found)]
