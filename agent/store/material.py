"""Loading what posts are drawn from, in a few reads for a whole round."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from agent.outbox.drawing import Material
from agent.store.payloads import unpack
from agent.store.projection import load_subjects
from agent.store.tables import events, repositories
from agent.store.visibility import seeing
from agent.subject import SubjectKey
from shared.event import OPEN_TO_ALL, Event, label

_EVENTS = select(events).where(events.c.delivery_id.in_(bindparam("ids", expanding=True)))
_PRIVATE = (
    select(events.c.delivery_id, events.c.repository_id)
    .join(repositories, repositories.c.id == events.c.repository_id)
    .where(events.c.delivery_id.in_(bindparam("ids", expanding=True)), repositories.c.visibility.not_in(OPEN_TO_ALL))
)


def load_material(connection: Connection, delivery_ids: Collection[str], keys: Collection[SubjectKey]) -> Material:
    """The events and subjects of a round of jobs."""
    subjects = load_subjects(connection, keys, with_checks=True)
    private = _private(connection, delivery_ids)
    of_subjects = {each.repository.id for each in subjects.values() if not each.repository.open_to_all}
    return Material(
        events=load_events(connection, delivery_ids),
        subjects=subjects,
        private=private,
        seen_by=seeing(connection, of_subjects.union(private.values())),
    )


def load_events(connection: Connection, delivery_ids: Collection[str]) -> Mapping[str, Event]:
    """Events by delivery id, as they came; without payload where that isn't kept any more."""
    if not delivery_ids:
        return {}
    return {row.delivery_id: event_of(row) for row in connection.execute(_EVENTS, {"ids": list(delivery_ids)})}


def _private(connection: Connection, delivery_ids: Collection[str]) -> dict[str, int]:
    if not delivery_ids:
        return {}
    return {row.delivery_id: row.repository_id for row in connection.execute(_PRIVATE, {"ids": list(delivery_ids)})}


def event_of(row: Row[Any]) -> Event:
    """The event of a row of `events`."""
    payload = unpack(row.payload) if row.payload is not None else _remains(row)
    return label(row.delivery_id, row.name, payload, datetime.fromtimestamp(row.received_at, UTC))


def _remains(row: Row[Any]) -> dict[str, Any]:
    return {"action": row.action, "sender": {"login": row.actor}}
