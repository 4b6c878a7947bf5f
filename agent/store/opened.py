"""Issues that were opened from Slack: their channel has the card before any webhook tells of them, or after it.

It is queued for an event of our own, whose delivery id follows from the issue's. So the webhook finds it: the card is
there once, with threads or without.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid5

from sqlalchemy import Connection, select

from agent.routing import Draft, Routed
from agent.store.tables import notifications
from shared.event import Event, number

OPENED = "issues.opened"
_NAMESPACE = UUID("0c6a0a4f-6a52-4f3e-8f0b-6d1c6f0f6c1e")


def delivery_id(repository_id: int, issue: int) -> str:
    """The delivery id of the issue's event of our own; GHES's are bare UUIDs."""
    return f"local-{uuid5(_NAMESPACE, f'{repository_id}/{issue}')}"


def once(connection: Connection, decided: Sequence[tuple[Event, Routed]]) -> list[Routed]:
    """What events came to, without what goes to a channel that has the card because the issue was opened there."""
    ids = {event.delivery_id: ours for event, routed in decided if routed.drafts and (ours := _ours(event))}
    if not ids:
        return [routed for _, routed in decided]
    query = select(notifications.c.delivery_id, notifications.c.address_id)
    found = connection.execute(query.where(notifications.c.delivery_id.in_(set(ids.values())))).all()
    return [
        _without(routed, {at for name, at in found if name == ids.get(event.delivery_id)}) for event, routed in decided
    ]


def _ours(event: Event) -> str | None:
    issue = number(event.payload, "issue", "number")
    if event.key != OPENED or event.repository is None or issue is None:
        return None
    return delivery_id(event.repository.id, issue)


def _without(routed: Routed, served: set[int]) -> Routed:
    left: list[Draft] = [draft for draft in routed.drafts if draft.address_id not in served]
    if len(left) == len(routed.drafts):
        return routed
    return replace(routed, drafts=left, fate=routed.fate if left else "shown by the card of the channel that opened it")
