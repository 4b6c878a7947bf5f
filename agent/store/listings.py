"""What the console lists, a page at a time, newest first.

`before` is the number of the last row of the page before; `after`, of what has no numbers, comes from that page.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, select, tuple_

from agent.outbox.notification import OPEN, State
from agent.store.people_tables import audit, people
from agent.store.tables import addresses, events, notifications

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A page of what has no numbers. `after`: what leads to the next one; None for the last."""

    rows: Sequence[Mapping[str, Any]]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page. `older`: what `before` is for the next one; None for the last."""

    rows: Sequence[Mapping[str, Any]]
    older: int | None


def list_events(connection: Connection, before: int | None, filters: Mapping[str, str]) -> Listing:
    """Events; filters `delivery` (an id, whole), `event`, `repository` (`owner/repo`, or `owner`)."""
    query = select(
        events.c.seq,
        events.c.delivery_id,
        events.c.name,
        events.c.action,
        events.c.repository,
        events.c.actor,
        events.c.source,
        events.c.fate,
        events.c.received_at,
    )
    where: list[ColumnElement[bool]] = []
    if delivery := filters.get("delivery"):
        where.append(events.c.delivery_id == delivery)
    if name := filters.get("event"):
        where.append(events.c.name == name)
    if repository := filters.get("repository"):
        where.append(_in_repository(repository))
    return _page(connection, query.where(*where), events.c.seq, before)


def list_outbox(connection: Connection, before: int | None, filters: Mapping[str, str]) -> Listing:
    """Notifications with their channels; filters `state` (`waiting`: not settled yet), `workspace`, `delivery`."""
    query = select(
        notifications.c.seq,
        notifications.c.id,
        notifications.c.delivery_id,
        notifications.c.event_key,
        notifications.c.role,
        notifications.c.state,
        notifications.c.reason,
        notifications.c.attempts,
        notifications.c.created_at,
        addresses.c.team_id,
        addresses.c.channel_id,
        addresses.c.parked_reason,
    ).join_from(notifications, addresses, addresses.c.id == notifications.c.address_id)
    where: list[ColumnElement[bool]] = []
    match filters.get("state", ""):
        case "waiting":
            where.append(notifications.c.state.in_(OPEN))
        case state if state in set(State):
            where.append(notifications.c.state == state)
    if team_id := filters.get("workspace"):
        where.append(addresses.c.team_id == team_id)
    if delivery := filters.get("delivery"):
        where.append(notifications.c.delivery_id == delivery)
    return _page(connection, query.where(*where), notifications.c.seq, before)


def list_audit(connection: Connection, before: int | None, filters: Mapping[str, str]) -> Listing:
    """Entries; filters `who` (a login or a Slack user id), `action`, `target` (its beginning)."""
    where: list[ColumnElement[bool]] = []
    if who := filters.get("who"):
        where.append((audit.c.login == who) | (audit.c.user_id == who))
    if action := filters.get("action"):
        where.append(audit.c.action == action)
    if target := filters.get("target"):
        where.append(audit.c.target.startswith(target, autoescape=True))
    return _page(connection, select(audit).where(*where), audit.c.seq, before)


def list_people(connection: Connection, after: str | None, filters: Mapping[str, str]) -> Part:
    """Who is linked, the newest first; filters `who` (a login's beginning, or a Slack user id), `workspace`."""
    if not all(each.isprintable() for each in filters.values()):  # PostgreSQL takes no zero byte
        return Part(rows=(), after=None)
    columns = (people.c.team_id, people.c.user_id, people.c.login, people.c.linked_at, people.c.access_ends_at)
    where: list[ColumnElement[bool]] = []
    if who := filters.get("who"):
        begins = func.lower(people.c.login).startswith(who.lower(), autoescape=True)
        where.append(begins | (people.c.user_id == who))
    if team_id := filters.get("workspace"):
        where.append(people.c.team_id == team_id)
    if found := _key(after, float, str, str):
        at, *key = found
        later = tuple_(people.c.team_id, people.c.user_id) > tuple_(*key)
        where.append((people.c.linked_at < at) | ((people.c.linked_at == at) & later))
    query = select(*columns).where(*where).order_by(people.c.linked_at.desc(), people.c.team_id, people.c.user_id)
    return _part(connection, query, "linked_at", "team_id", "user_id")


def list_parked_channels(connection: Connection, after: str | None, filters: Mapping[str, str]) -> Part:
    """Channels that nothing is posted to, the newest first, with how many notifications they hold; by `workspace`."""
    held = (
        select(func.count())
        .where(notifications.c.address_id == addresses.c.id, notifications.c.state.in_(OPEN))
        .scalar_subquery()
    )
    columns = (addresses.c.id, addresses.c.team_id, addresses.c.channel_id, addresses.c.parked_reason)
    since = func.coalesce(addresses.c.parked_at, 0.0)
    where: list[ColumnElement[bool]] = [addresses.c.parked_reason.is_not(None)]
    if team_id := filters.get("workspace"):
        where.append(addresses.c.team_id == team_id)
    if found := _key(after, float, int):
        at, number = found
        where.append((since < at) | ((since == at) & (addresses.c.id > number)))
    query = select(*columns, addresses.c.parked_at, since.label("since"), held.label("held")).where(*where)
    return _part(connection, query.order_by(since.desc(), addresses.c.id), "since", "id")


def _part(connection: Connection, query: Select[Any], *key: str) -> Part:
    rows = connection.execute(query.limit(MOST + 1)).mappings().all()
    shown = rows[:MOST]
    last = [shown[-1][name] for name in key] if len(rows) > MOST else None
    return Part(rows=[_plain(row) for row in shown], after=json.dumps(last) if last else None)


def _key(after: str | None, *kinds: type) -> list[Any]:
    """What `_part` has written; empty for None, and for anything else."""
    try:
        found = json.loads(after or "null")
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, list) or len(found) != len(kinds):
        return []
    sound = all(type(value) is kind and _fits(value) for value, kind in zip(found, kinds, strict=True))
    return found if sound else []


def _fits(value: object) -> bool:
    """Whether a store takes it."""
    return value.isprintable() if isinstance(value, str) else isinstance(value, int | float) and abs(value) < 2**62


def _page(connection: Connection, query: Select[Any], seq: Column[Any], before: int | None) -> Listing:
    if before is not None:
        query = query.where(seq < before)
    rows = [_plain(row._mapping) for row in connection.execute(query.order_by(seq.desc()).limit(MOST + 1))]  # noqa: SLF001
    shown = rows[:MOST]
    return Listing(rows=shown, older=shown[-1]["seq"] if len(rows) > MOST else None)


def _in_repository(text: str) -> ColumnElement[bool]:
    name = func.lower(events.c.repository)
    wanted = text.lower()
    return name == wanted if "/" in wanted else name.startswith(f"{wanted}/", autoescape=True)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Instants as such."""
    return {
        name: datetime.fromtimestamp(value, UTC) if str(name).endswith("_at") and value is not None else value
        for name, value in row.items()
    } | ({"at": datetime.fromtimestamp(row["at"], UTC)} if "at" in row else {})
