"""All channels' subscriptions, a page at a time, for the command line and the console.

There may be a hundred thousand, so a page is found by index, whatever it is filtered by.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, tuple_

from agent.store.people_tables import people, sponsors
from agent.store.tables import addresses, subscriptions, workspaces
from agent.subscriptions.subscription import Scope, Target, UnreadableWantsError, Wants, decode
from agent.subscriptions.words import as_typed
from shared.address import Address

FILTERS = ("workspace", "channel", "repository", "sponsor")

_CHANNEL = (addresses.c.team_id, addresses.c.channel_id)
_KEY = (*_CHANNEL, subscriptions.c.name_key, subscriptions.c.id)
_FIRST = ("", "", "", 0)
"""Before all. SQLite goes through the channels in their order only where it is told from which one on."""
_SPONSORED = (sponsors.c.address_id, sponsors.c.scope, sponsors.c.target_id)
_OWN = (subscriptions.c.address_id, subscriptions.c.scope, subscriptions.c.target_id)
_ROWS = (
    select(
        subscriptions,
        *_CHANNEL,
        func.coalesce(addresses.c.parked_reason, workspaces.c.parked_reason).label("parked_reason"),
        workspaces.c.name.label("workspace"),
    )
    .join(addresses, addresses.c.id == subscriptions.c.address_id)
    .outerjoin(workspaces, workspaces.c.team_id == addresses.c.team_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A subscription, with what an administrator asks about it."""

    id: int
    address: Address
    workspace: str
    """The workspace's name; empty where it isn't known."""
    target: Target
    """By its newest name."""
    wants: Wants | None
    """None where a newer version stored it: then nothing of it arrives."""
    created_by: str
    """A Slack user id; empty where an administrator's file said so."""
    created_at: datetime
    paused_at: datetime | None
    sponsors: tuple[str, ...]
    """The people of the channel who vouch for exactly this: logins, or Slack user ids of who isn't linked."""
    parked_reason: str
    """Why nothing is posted in the channel, or in its workspace; empty when something is."""

    @property
    def words(self) -> str:
        """What it wants, as typed; empty where a newer version stored it."""
        return as_typed(self.wants) if self.wants else ""

    @property
    def paused_reason(self) -> str:
        """Why it is paused, in a few words; empty when it isn't."""
        if self.paused_at is None:
            return ""
        if self.target.scope is Scope.OWNER:
            return "nobody there sponsors its private repositories"
        if self.sponsors:
            return "the channel is shared, and no administrator has allowed it"
        return "nobody there sponsors it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of the list. `after`: what leads to the next part; None for the last."""

    rows: tuple[Listed, ...]
    after: str | None


def page(connection: Connection, *, filters: Mapping[str, str], after: str | None, limit: int) -> Page:
    """The next `limit` ones, by workspace, channel and name; `after` is that of the page before, None for the first.

    Filters, each of which may be left out: `workspace` (its id, or its name), `channel` (its id), `repository`
    (`owner/repo`, or `owner` for the owner and all that is theirs), `sponsor` (a login, or a Slack user id). An
    `after` that isn't ours counts as None. Nothing has a name with control characters.
    """
    if not all(each.isprintable() for each in filters.values()):
        return Page(rows=(), after=None)
    key = _key(after) or _FIRST
    further = (tuple_(*_CHANNEL) >= tuple_(*key[:2]), tuple_(*_KEY) > tuple_(*key))
    rows = connection.execute(
        _ROWS.where(*_where(connection, filters), *further).order_by(*_KEY).limit(limit + 1)
    ).all()
    more, shown = len(rows) > limit, rows[:limit]
    vouching = _sponsors(connection, shown)
    return Page(rows=tuple(_listed(row, vouching) for row in shown), after=_after(shown[-1]) if more else None)


def one(connection: Connection, id_: int) -> Listed | None:
    """A single one, by its number."""
    rows = connection.execute(_ROWS.where(subscriptions.c.id == id_)).all()
    return _listed(rows[0], _sponsors(connection, rows)) if rows else None


def _where(connection: Connection, filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if workspace := filters.get("workspace"):
        called = select(workspaces.c.team_id).where(func.lower(workspaces.c.name) == workspace.lower())
        where.append(addresses.c.team_id.in_([workspace, *connection.execute(called).scalars()]))
    if channel := filters.get("channel"):
        where.append(addresses.c.channel_id == channel)
    if repository := filters.get("repository"):
        where.append(_named(repository.lower()))
    if sponsor := filters.get("sponsor"):
        linked = select(people.c.user_id).where(func.lower(people.c.login) == sponsor.lower())
        users = [sponsor, *connection.execute(linked).scalars()]
        where.append(tuple_(*_OWN).in_(select(*_SPONSORED).where(sponsors.c.user_id.in_(users))))
    return where


def _named(wanted: str) -> ColumnElement[bool]:
    key = subscriptions.c.name_key
    if "/" in wanted:
        return key == wanted
    return or_(key == wanted, and_(key > f"{wanted}/", key < f"{wanted}{chr(ord('/') + 1)}"))


def _sponsors(connection: Connection, rows: Sequence[Any]) -> Mapping[tuple[int, str, int], list[str]]:
    """Of these subscriptions, by name."""
    name = func.coalesce(people.c.login, sponsors.c.user_id).label("name")
    query = (
        select(*_SPONSORED, name)
        .join(addresses, addresses.c.id == sponsors.c.address_id)
        .outerjoin(people, and_(people.c.team_id == addresses.c.team_id, people.c.user_id == sponsors.c.user_id))
        .where(sponsors.c.address_id.in_({row.address_id for row in rows}))
        .where(sponsors.c.target_id.in_({row.target_id for row in rows}))
        .order_by(name)
    )
    found: dict[tuple[int, str, int], list[str]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.address_id, row.scope, row.target_id].append(row.name)
    return found


def _after(row: Any) -> str:
    return json.dumps([row.team_id, row.channel_id, row.name_key, row.id], ensure_ascii=False)


def _key(after: str | None) -> tuple[str, str, str, int] | None:
    """None for what isn't ours: it may come from an address that somebody typed."""
    try:
        match json.loads(after or ""):
            case [str(team_id), str(channel_id), str(name), int(id_)] if id_ is not True and 0 < id_ < 2**63:
                return (team_id, channel_id, name, id_) if f"{team_id}{channel_id}{name}".isprintable() else None
    except (ValueError, RecursionError):
        pass
    return None


def _listed(row: Any, vouching: Mapping[tuple[int, str, int], Sequence[str]]) -> Listed:
    return Listed(
        id=row.id,
        address=Address(team_id=row.team_id, channel_id=row.channel_id),
        workspace=row.workspace or "",
        target=Target(scope=Scope(row.scope), id=row.target_id, name=row.target),
        wants=_wants(row.wants),
        created_by=row.created_by,
        created_at=datetime.fromtimestamp(row.created_at, UTC),
        paused_at=None if row.paused_at is None else datetime.fromtimestamp(row.paused_at, UTC),
        sponsors=tuple(vouching.get((row.address_id, row.scope, row.target_id), ())),
        parked_reason=row.parked_reason or "",
    )


def _wants(text: str) -> Wants | None:
    try:
        return decode(text)
    except UnreadableWantsError:
        return None
