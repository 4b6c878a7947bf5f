"""What the console lists, a page at a time, newest first: `before` is the number of the last row of the page before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, select

from agent.outbox.notification import OPEN, State
from agent.store.people_tables import audit, people
from agent.store.tables import addresses, events, notifications

MOST = 50


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


def list_people(connection: Connection, filters: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    """Who is linked, the newest first, a page at most; filters `who` (a login or a Slack user id), `workspace`."""
    columns = (people.c.team_id, people.c.user_id, people.c.login, people.c.linked_at, people.c.access_ends_at)
    query = select(*columns).order_by(people.c.linked_at.desc(), people.c.user_id)
    if who := filters.get("who"):
        query = query.where((func.lower(people.c.login) == who.lower()) | (people.c.user_id == who))
    if team_id := filters.get("workspace"):
        query = query.where(people.c.team_id == team_id)
    return [_plain(row._mapping) for row in connection.execute(query.limit(MOST))]  # noqa: SLF001 - its documented name


def list_parked_channels(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """Channels that nothing is posted to, the newest first, with how many notifications they hold."""
    held = (
        select(func.count())
        .where(notifications.c.address_id == addresses.c.id, notifications.c.state.in_(OPEN))
        .scalar_subquery()
    )
    columns = (addresses.c.id, addresses.c.team_id, addresses.c.channel_id, addresses.c.parked_reason)
    query = select(*columns, addresses.c.parked_at, held.label("held")).where(addresses.c.parked_reason.is_not(None))
    ordered = query.order_by(addresses.c.parked_at.desc()).limit(MOST)
    return [_plain(row._mapping) for row in connection.execute(ordered)]  # noqa: SLF001


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
