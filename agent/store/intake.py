"""Recording webhooks: remembered, their subjects brought up to date, routed and queued, in one transaction.

It works on all events that wait at the same time, since a SELECT for each would cost more than all the rest.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, insert, select

from agent.card_table import Ignored, Placement, Rule, Shown, rule_for
from agent.routing import Routed, Subscribed, route
from agent.store.enqueueing import COUNTERS, STATE, enqueue, redraw
from agent.store.errands import run_errands
from agent.store.opened import once
from agent.store.outbox_parking import requeue
from agent.store.projection import Projection
from agent.store.subscriptions import by_repository
from agent.store.tables import events, threads
from agent.store.visibility import seeing
from agent.subject import CheckSighting, Sighting, Subject, SubjectKey
from shared.event import Event
from shared.post import Role

log = structlog.get_logger()
REPLAY = "replay"
FROM_SLACK = "slack"
"""The source of what was done from Slack and told by no webhook yet (`agent.store.cards`)."""
_KNOWN = select(events.c.delivery_id).where(events.c.delivery_id.in_(bindparam("ids", expanding=True)))
_CARDS = select(threads.c.subject_key, threads.c.address_id).where(
    threads.c.subject_key.in_(bindparam("keys", expanding=True))
)
_REMEMBER = insert(events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An event on its way in; `body` is its payload as JSON, compressed by `pack`."""

    event: Event
    body: bytes
    source: str
    """`webhook`, `catch-up`, or `replay`, which routes an event again that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """`duplicate` is one whose delivery id was known; `fate` says in words what becomes of it."""

    duplicate: bool
    queued: int
    fate: str


_UNREADABLE = Routed(drafts=(), fate="its payload can't be read: see the log")


@dataclass(slots=True, kw_only=True)
class _Work:
    """An item with what was found out about it so far."""

    item: Incoming
    rule: Rule | None
    sighting: Sighting | None = None
    check: CheckSighting | None = None
    subject: Subject | None = None
    routed: Routed = _UNREADABLE


class Intake:
    """Records events by the card table's rules."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules

    def record(self, connection: Connection, items: Sequence[Incoming]) -> list[Recorded]:
        """Record all that are new; the parked notifications of the others are due again."""
        work = [self._look_at(item) for item in _new(connection, items)]
        keys = {each.sighting.key for each in work if each.sighting}
        projection = Projection(connection, [each.item.event for each in work], keys)
        subscribed = by_repository(connection, _repositories(work))
        seen_by = seeing(connection, projection.maybe_private())
        carded = _carded(connection, keys)
        has_card = set(carded)
        touched: dict[SubjectKey, int] = {}
        for each in work:
            self._decide(each, projection, subscribed, seen_by, carded, touched)
        for each, routed in zip(work, once(connection, [(each.item.event, each.routed) for each in work]), strict=True):
            each.routed = routed
        now = max((item.event.received_at.timestamp() for item in items), default=0.0)
        projection.store(now)
        checked = {key: touched.get(key, COUNTERS) for key in projection.subjects_of_checks()}
        touched = {key: rank for key, rank in touched.items() if key in has_card} | checked
        _store_events(connection, [each for each in work if each.item.source != REPLAY])
        for each in work:
            run_errands(connection, each.item.event, now)
        redraw(connection, touched, now)
        enqueue(connection, [(each.item.event, draft) for each in work for draft in each.routed.drafts], now)
        return _answers(connection, items, work, now)

    def _look_at(self, item: Incoming) -> _Work:
        work = _Work(item=item, rule=rule_for(self._rules, item.event))
        if isinstance(work.rule, Shown):
            with _told(item.event):
                work.sighting = work.rule.sighting(item.event)
                work.check = work.rule.check(item.event)
        return work

    def _decide(
        self,
        work: _Work,
        projection: Projection,
        subscribed: Mapping[int, Sequence[Subscribed]],
        seen_by: Mapping[int, set[int]],
        carded: dict[SubjectKey, set[int]],
        touched: dict[SubjectKey, int],
    ) -> None:
        event, rule = work.item.event, work.rule
        repository = projection.repository(event)
        if not isinstance(rule, Shown):
            work.routed = Routed(drafts=(), fate=_unshown(event, rule))
            return
        if repository is None:
            work.routed = Routed(drafts=(), fate="it names no repository")
            return
        if work.sighting:
            work.subject = projection.see(work.sighting, repository)
        if work.check:
            projection.see_check(work.check)
        here = subscribed.get(repository.id, ())
        if not repository.open_to_all:
            if not (sees := seen_by.get(repository.id)):
                work.routed = Routed(drafts=(), fate="the repository is private")
                return
            here = [each for each in here if each.address_id in sees]
        cards = carded[work.subject.key] if work.subject else set()
        with _told(event):
            work.routed = route(event, rule, work.subject, here, cards)
        if work.subject and rule.placement is not Placement.PLAIN:
            rank = COUNTERS if rule.counters_only else STATE
            touched[work.subject.key] = min(rank, touched.get(work.subject.key, rank))
            cards |= {draft.address_id for draft in work.routed.drafts if draft.role is Role.PARENT}


@contextmanager
def _told(event: Event) -> Iterator[None]:
    """An event that breaks a rule, since no example had such a payload, is kept all the same."""
    try:
        yield
    except Exception:
        log.exception("a payload can't be read", delivery_id=event.delivery_id, event_key=event.key)


def _unshown(event: Event, rule: Ignored | None) -> str:
    if rule is None:
        log.warning("an unknown event: to show it, add a row in agent/cards", event_key=event.key)
        return "unknown event"
    return f"ignored: {rule.reason}"


def _new(connection: Connection, items: Sequence[Incoming]) -> list[Incoming]:
    ids = [item.event.delivery_id for item in items]
    known = set(connection.execute(_KNOWN, {"ids": ids}).scalars())
    new = []
    for item in items:
        if item.source == REPLAY or item.event.delivery_id not in known:
            known.add(item.event.delivery_id)
            new.append(item)
    return new


def _repositories(work: Sequence[_Work]) -> set[tuple[int, int]]:
    return {
        (repository.id, repository.owner_id)
        for each in work
        if isinstance(each.rule, Shown) and each.rule.placement is not Placement.SILENT
        if (repository := each.item.event.repository)
    }


def _carded(connection: Connection, keys: Collection[SubjectKey]) -> dict[SubjectKey, set[int]]:
    found: dict[SubjectKey, set[int]] = defaultdict(set)
    if keys:
        for row in connection.execute(_CARDS, {"keys": [str(key) for key in keys]}):
            found[SubjectKey.parse(row.subject_key)].add(row.address_id)
    return found


def event_row(event: Event, *, source: str, fate: str, body: bytes) -> dict[str, Any]:
    """The row of an event; `body` as in `Incoming`."""
    return {
        "delivery_id": event.delivery_id,
        "name": event.name,
        "action": event.action,
        "repository_id": event.repository.id if event.repository else None,
        "repository": event.repository.full_name if event.repository else None,
        "actor": event.actor,
        "source": source,
        "fate": fate,
        "received_at": event.received_at.timestamp(),
        "payload": body,
    }


def _store_events(connection: Connection, work: Sequence[_Work]) -> None:
    if work:
        rows = [
            event_row(each.item.event, source=each.item.source, fate=each.routed.fate, body=each.item.body)
            for each in work
        ]
        connection.execute(_REMEMBER, rows)


def _answers(connection: Connection, items: Sequence[Incoming], work: Sequence[_Work], now: float) -> list[Recorded]:
    done = {id(each.item): each.routed for each in work}
    known = {item.event.delivery_id for item in items if id(item) not in done or item.source == REPLAY}
    if known:
        requeue(connection, known, now)
    return [
        Recorded(duplicate=False, queued=len(routed.drafts), fate=routed.fate)
        if (routed := done.get(id(item)))
        else Recorded(duplicate=True, queued=0, fate="known already")
        for item in items
    ]
