"""What may be forgotten, as statements that take a slice at a time.

    event          payload ──▶ AGENT_RETENTION_DAYS      row, hence delivery id ──▶ the same, 8 days at least
    notification   as long as its event, so that a replay can't post again what was delivered
    envelope       payload ──▶ its answer, 26 h at most   key ──▶ 26 h, since Slack repeats itself
    call           its own end
    undo           as an event's row
    act            a day, since a gesture may come again as long as its envelope
    round trip     a day after its end; a failed sign-in a day
    link           its own end; with tokens that GHES is still to revoke a day longer
    device flow    an hour after its own end, where nobody asks GHES about it any more
    preview        half an hour; what somebody was asked about one a day, what they chose until they change it
    audit          a year

What still waits is kept with its event, and so is a thread, for good: its card is kept true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, or_, select, update

from agent.outbox.notification import OPEN, State
from agent.previews.deciding import AGAIN_S
from agent.store.people_tables import acts, audit, device_links, links, preview_choices, preview_prompts, previews
from agent.store.setup_tables import round_trips, sign_in_failures
from agent.store.tables import calls, envelopes, events, notifications, undos

SLICE = 500
"""Rows in one transaction at most, so that webhooks needn't wait."""
DAY_S = 86400.0
SHORTEST_DAYS = 8
"""GHES can deliver again what is in its log, for 7 days."""
ENVELOPE_S = 26 * 3600.0
ACT_S = 26 * 3600.0
DEVICE_S = 3600.0
PREVIEW_S = AGAIN_S
PROMPT_S = DAY_S
AUDIT_DAYS = 365
GIVEN_UP_S = 25 * 3600.0
"""An unanswered envelope loses its payload now, so that none is older than 26 h although this runs once an hour."""
WAITING = (*OPEN, State.ACCEPTED, State.PARKED)
"""States of notifications that something may still come of."""

Key = int | str | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Rows of a table that are over: deleted, or with `values` changed."""

    what: str
    table: Table
    key: ColumnElement[Any]
    over: ColumnElement[bool]
    values: Mapping[str, Any] | None = None

    def find(self, connection: Connection, after: Key | None) -> Sequence[Key]:
        """The next keys in order, `SLICE` at most; for a reading connection."""
        over = self.over if after is None else and_(self.over, self.key > after)
        return connection.execute(select(self.key).where(over).order_by(self.key).limit(SLICE)).scalars().all()

    def end(self, connection: Connection, keys: Sequence[Key]) -> int:
        """End those of these rows that are over still; how many."""
        where = and_(self.key.in_(keys), self.over)
        if self.values is None:
            return connection.execute(delete(self.table).where(where)).rowcount
        return connection.execute(update(self.table).where(where).values(**self.values)).rowcount


def sweeps(now: float, days: int) -> Sequence[Sweep]:
    """All of them, in the order in which they must run: an event goes before its notifications."""
    payloads_before = now - days * DAY_S
    rows_before = now - max(days, SHORTEST_DAYS) * DAY_S
    is_waited_for = exists().where(
        notifications.c.delivery_id == events.c.delivery_id, notifications.c.state.in_(WAITING)
    )
    has_event = exists().where(events.c.delivery_id == notifications.c.delivery_id)
    settled_at = func.coalesce(notifications.c.settled_at, notifications.c.created_at)
    return (
        Sweep(
            what="payloads",
            table=events,
            key=events.c.seq,
            over=and_(events.c.received_at < payloads_before, events.c.payload.is_not(None), ~is_waited_for),
            values={"payload": None},
        ),
        Sweep(
            what="events",
            table=events,
            key=events.c.seq,
            over=and_(events.c.received_at < rows_before, ~is_waited_for),
        ),
        Sweep(
            what="notifications",
            table=notifications,
            key=notifications.c.seq,
            over=and_(notifications.c.state.not_in(WAITING), settled_at < rows_before, ~has_event),
        ),
        Sweep(
            what="unanswered envelopes",
            table=envelopes,
            key=envelopes.c.seq,
            over=and_(envelopes.c.answered_at.is_(None), envelopes.c.received_at < now - GIVEN_UP_S),
            values={"payload": "{}", "answered_at": now},
        ),
        Sweep(
            what="envelopes",
            table=envelopes,
            key=envelopes.c.seq,
            over=and_(envelopes.c.answered_at.is_not(None), envelopes.c.received_at < now - ENVELOPE_S),
        ),
        Sweep(what="calls", table=calls, key=calls.c.id, over=calls.c.expires_at < now),
        Sweep(what="acts", table=acts, key=acts.c.id, over=acts.c.begun_at < now - ACT_S),
        Sweep(
            what="links",
            table=links,
            key=links.c.token_hash,
            over=and_(links.c.ends_at < now, or_(links.c.access.is_(None), links.c.ends_at < now - DAY_S)),
        ),
        Sweep(
            what="device flows",
            table=device_links,
            key=device_links.c.device_code,
            over=device_links.c.ends_at < now - DEVICE_S,
        ),
        Sweep(
            what="round trips",
            table=round_trips,
            key=round_trips.c.state_hash,
            over=round_trips.c.ends_at < now - DAY_S,
        ),
        Sweep(
            what="failed sign-ins",
            table=sign_in_failures,
            key=sign_in_failures.c.seq,
            over=sign_in_failures.c.at < now - DAY_S,
        ),
        Sweep(what="previews", table=previews, key=previews.c.seq, over=previews.c.shown_at < now - PREVIEW_S),
        Sweep(
            what="preview prompts",
            table=preview_prompts,
            key=preview_prompts.c.id,
            over=preview_prompts.c.asked_at < now - PROMPT_S,
        ),
        Sweep(
            what="muted preview prompts",
            table=preview_choices,
            key=preview_choices.c.seq,
            over=preview_choices.c.muted_until < now,
        ),
        Sweep(what="audit", table=audit, key=audit.c.seq, over=audit.c.at < now - AUDIT_DAYS * DAY_S),
        Sweep(
            what="undos",
            table=undos,
            key=undos.c.id,
            over=undos.c.created_at < rows_before,
        ),
    )
