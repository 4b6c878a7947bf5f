"""The cards of what is acted on from Slack, on the store."""

import json
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, and_, or_, select

from agent.outbox.notification import State
from agent.people.person import Person
from agent.routing import Draft
from agent.sightings import issue_sighting, pull_sighting
from agent.store.enqueueing import STATE, enqueue, redraw
from agent.store.intake import FROM_SLACK, event_row
from agent.store.opened import delivery_id
from agent.store.payloads import pack
from agent.store.port import Store
from agent.store.projection import Projection
from agent.store.subscriptions import address_id_of
from agent.store.tables import events, notifications, threads
from agent.store.upsert import insert_missing
from agent.store.visibility import seeing
from agent.subject import Sighting
from shared.address import Address
from shared.clock import Clock
from shared.event import Event, Payload, Repository, label, number
from shared.post import Role


class SqlCards:
    """`agent.slash.cards.Cards` on the store; `woken` is called when the outbox has something to do."""

    def __init__(self, store: Store, clock: Clock, woken: Callable[[], None]) -> None:
        self._store, self._clock, self._woken = store, clock, woken

    async def post(self, address: Address, repository: Payload, issue: Payload, by: Person) -> None:
        """See the port. Of a private repository nothing is posted where nobody sponsors it, as with its webhooks."""
        payload = {"action": "opened", "issue": issue, "repository": repository, "sender": {"login": by.login}}
        name = delivery_id(number(repository, "id") or 0, number(issue, "number") or 0)
        event = label(name, "issues", payload, self._clock.now())
        await self._store.write(lambda connection: _post(connection, address, event))
        self._woken()

    async def seen(self, repository: Payload, subject: Payload) -> None:
        """See the port."""
        pull = "head" in subject
        name = "pull_request" if pull else "issue"
        event = label("", name, {"repository": repository, name: subject}, self._clock.now())
        if sighting := (pull_sighting if pull else issue_sighting)(event):
            await self._store.write(lambda connection: _see(connection, event, replace(sighting, fetched=True)))
            self._woken()


def _post(connection: Connection, address: Address, event: Event) -> None:
    sighting = issue_sighting(event)
    repository = _stored(connection, event, sighting) if sighting else None
    if sighting is None or repository is None:
        return
    address_id, key = address_id_of(connection, address), str(sighting.key)
    shown = repository.open_to_all or address_id in seeing(connection, (repository.id,)).get(repository.id, ())
    if not shown or _has_card(connection, address_id, key, event):
        return
    body = pack(json.dumps(event.payload).encode())
    fate = "opened from Slack: for the channel that it was opened in"
    insert_missing(connection, events, [event_row(event, source=FROM_SLACK, fate=fate, body=body)])
    draft = Draft(address_id=address_id, role=Role.PARENT, thread_key=key)
    enqueue(connection, [(event, draft)], event.received_at.timestamp())


def _see(connection: Connection, event: Event, sighting: Sighting) -> None:
    _stored(connection, event, sighting)
    redraw(connection, {sighting.key: STATE}, event.received_at.timestamp())


def _stored(connection: Connection, event: Event, sighting: Sighting) -> Repository | None:
    """The repository as it is known after this; the subject is brought up to date with it."""
    projection = Projection(connection, (event,), (sighting.key,))
    if repository := projection.repository(event):
        projection.see(sighting, repository)
        projection.store(event.received_at.timestamp())
    return repository


def _has_card(connection: Connection, address_id: int, key: str, event: Event) -> bool:
    """Whether the channel has the subject's card, or a message of its own that says the same (without threads)."""
    card = select(threads.c.subject_key).where(threads.c.address_id == address_id, threads.c.subject_key == key)
    told = select(notifications.c.id).where(
        notifications.c.address_id == address_id,
        notifications.c.state != State.DISCARDED,
        or_(
            and_(notifications.c.subject_key == key, notifications.c.event_key == event.key),
            notifications.c.delivery_id == event.delivery_id,
        ),
    )
    return any(connection.execute(query.limit(1)).first() for query in (card, told))
