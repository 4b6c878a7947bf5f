"""How every part of the agent is, for `/status`, the console and `doctor`.

A part is well when nobody needs to look at it. What waits for a person by nature (an archived channel, a refused card)
is shown and counted and doesn't make a part unwell, or the alarm would never go out.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, exists, func, select

from agent.ghes.catch_up import INTERVAL_S
from agent.ghes.server import Server
from agent.outbox.notification import OPEN, State
from agent.setup.renewal_texts import unrenewed
from agent.slack.socket_mode.status import PoolStatus
from agent.store.installations import troubles
from agent.store.port import Store, StoreUnavailableError
from agent.store.setup_tables import installations
from agent.store.tables import addresses, events, gaps, marks, notifications, workspaces
from agent.store.upsert import upsert
from shared.clock import Clock

FRESH_S = 1.0
WRITE_TIMEOUT_S = 5.0
LATE_S = 300.0
"""A notification that has waited longer in a channel that isn't parked means that something is wrong."""
SILENT_S = 2 * INTERVAL_S
"""The catch-up asks GHES every `INTERVAL_S`, so GHES is away when it hasn't answered for this long."""
SKEW_S = 60.0
GAP_SHOWN_S = 86400.0
"""How long a gap makes its part unwell."""
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the agent: whether it is well, a sentence, and figures by name (numbers, texts, instants, lists)."""

    ok: bool
    says: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Look = Callable[[], Awaitable[Part]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What is in the outbox. `by_state` has every state but delivered and discarded."""

    by_state: Mapping[str, int]
    held: int
    """Those of the waiting ones whose address is parked."""
    oldest_at: float | None
    """When the oldest was made that waits and isn't held."""

    def age_s(self, now: datetime) -> float:
        """Age of the oldest; 0 when nothing waits."""
        return 0.0 if self.oldest_at is None else max(0.0, now.timestamp() - self.oldest_at)


class Writable:
    """Whether the store can be written to, found out by writing; asked again within a second it is not."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._known: tuple[float, bool] | None = None

    async def __call__(self) -> bool:
        """The answer, at most `FRESH_S` old."""
        if self._known is None or self._clock.monotonic() - self._known[0] > FRESH_S:
            written = await self._write()
            self._known = self._clock.monotonic(), written
        return self._known[1]

    async def _write(self) -> bool:
        row = {"name": "written at", "value": self._clock.now().isoformat()}
        try:
            async with self._clock.timeout(WRITE_TIMEOUT_S):
                await self._store.write(lambda connection: upsert(connection, marks, [row]))
        except (StoreUnavailableError, TimeoutError):
            return False
        return True


async def no_relay() -> Part:
    """`agent.relay_status` knows one."""
    return Part(ok=True, says="Not set up.")


def table(
    *,
    store: Store,
    clock: Clock,
    sockets: Callable[[], PoolStatus] | None,
    server: Server | None,
    missing: Sequence[str],
    enabled: bool = True,
    relay: Look = no_relay,
    token_trouble: Callable[[], str] = str,
    log_trouble: Callable[[], str] = str,
) -> Mapping[str, Look]:
    """Every part by its name. Without sockets, server (set-up mode) or relay those say that they aren't set up.

    `token_trouble` and `log_trouble`: a sentence that says why `SLACK_BOT_TOKEN` isn't taken, and why GHES's delivery
    log can't be read; empty when all is well.
    """
    return {
        "store": partial(of_store, Writable(store, clock)),
        "sockets": partial(of_sockets, sockets),
        "slack": partial(of_slack, store, token_trouble),
        "ghes": partial(of_ghes, server, clock, log_trouble),
        "events": partial(of_events, store, clock),
        "outbox": partial(of_outbox, store, clock),
        "relay": relay,
        "set-up": partial(of_setup, missing, enabled),
    }


async def look(parts: Mapping[str, Look]) -> Mapping[str, Part]:
    """All parts in their order; one that needs the store says so while the store is away."""
    return {name: await _look(each) for name, each in parts.items()}


async def _look(each: Look) -> Part:
    try:
        return await each()
    except StoreUnavailableError:
        return Part(ok=False, says="The store doesn't answer, so this is not known.")


async def of_store(writable: Callable[[], Awaitable[bool]]) -> Part:
    """Whether it can be written to."""
    if await writable():
        return Part(ok=True, says="It can be written to.")
    return Part(ok=False, says="It can't be written to: look for a full disk or a database that is away.")


async def of_sockets(sockets: Callable[[], PoolStatus] | None) -> Part:
    """What the pool says about itself."""
    if sockets is None:
        return Part(ok=True, says="Not set up.")
    pool = sockets()
    return Part(
        ok=pool.well,
        says=" ".join(pool.alarms) or f"{pool.open} of {len(pool.sockets)} sockets to Slack are open.",
        facts={
            "sockets": [
                {
                    "state": each.state,
                    "since": each.since,
                    "reason": each.reason,
                    "num_connections": each.num_connections,
                }
                for each in pool.sockets
            ],
            "envelopes": dict(pool.envelopes),
            "happenings": dict(pool.happenings),
            "in_hand": pool.in_hand,
        },
    )


async def of_slack(store: Store, token_trouble: Callable[[], str] = str) -> Part:
    """The workspaces, and what can't be posted to.

    One that the app has left waits for a person by nature, unless it was the last.
    """
    teams, parked = await store.read(_slack)
    token_troubles = (token_trouble(), unrenewed(await store.read(troubles)))
    held = [each for each in teams if each["installed"]]
    stuck = [each["team_id"] for each in held or teams if each["parked_reason"]]
    facts = {"workspaces": teams, "parked_addresses": parked}
    if trouble := " ".join(filter(None, token_troubles)):
        return Part(ok=False, says=trouble, facts=facts)
    if not teams:
        return Part(ok=False, says="No workspace is known: install the Slack app, or set SLACK_BOT_TOKEN.", facts=facts)
    if stuck:
        says = f"Nothing can be posted to {', '.join(stuck)}: install the Slack app there again, or renew its token."
        return Part(ok=False, says=says, facts=facts)
    return Part(ok=True, says=f"Known workspaces: {len(held)}, parked channels: {len(parked)}.", facts=facts)


async def of_ghes(server: Server | None, clock: Clock, log_trouble: Callable[[], str] = str) -> Part:
    """Whether GHES answers, takes our word, and agrees about the time."""
    if server is None:
        return Part(ok=True, says="Not set up.")
    facts = {"version": server.version, "skew_s": round(server.skew_s), "answered_at": server.answered_at}
    if server.answered_at is None:
        return Part(
            ok=False, says="GHES has not answered yet: check GHES_URL, GHES_PROXY and GHES_CA_FILE.", facts=facts
        )
    silent_s = (clock.now() - server.answered_at).total_seconds()
    if silent_s > SILENT_S:
        return Part(ok=False, says=f"GHES has not answered for {silent_s / 60:.0f} minutes.", facts=facts)
    if trouble := log_trouble():
        return Part(ok=False, says=f"{trouble} What was missed meanwhile can't be caught up with.", facts=facts)
    if abs(server.skew_s) > SKEW_S:
        side = "behind" if server.skew_s > 0 else "ahead of"
        says = f"Our clock is {abs(server.skew_s):.0f} s {side} that of GHES: set both by NTP."
        return Part(ok=False, says=says, facts=facts)
    return Part(ok=True, says=f"GHES {server.version or 'of an unknown version'} answers.", facts=facts)


async def of_events(store: Store, clock: Clock) -> Part:
    """When a webhook came last, and what was missed for good."""
    last, lost = await store.read(_events)
    facts = {"last_received_at": last, "gaps": lost}
    if any((clock.now() - gap["found_at"]).total_seconds() < GAP_SHOWN_S for gap in lost):
        newest = lost[0]
        says = f"Events between {newest['from_at']:%Y-%m-%d %H:%M} and {newest['to_at']:%Y-%m-%d %H:%M} UTC are lost: "
        return Part(ok=False, says=f"{says}GHES's delivery log no longer had them.", facts=facts)
    return Part(ok=True, says="No event has come yet." if last is None else "Events come in.", facts=facts)


async def of_outbox(store: Store, clock: Clock) -> Part:
    """What waits, and for how long already."""
    found = await store.read(queue)
    age_s = found.age_s(clock.now())
    waiting = sum(found.by_state[state] for state in OPEN)
    facts = {"by_state": dict(found.by_state), "held": found.held, "oldest_age_s": round(age_s)}
    if age_s > LATE_S:
        waits = f"{waiting} notifications wait, the oldest for {age_s / 60:.0f} minutes"
        says = f"{waits}: see the parts slack, sockets and relay."
        return Part(ok=False, says=says, facts=facts)
    return Part(ok=True, says=f"{waiting} notifications wait, {found.by_state[State.PARKED]} are parked.", facts=facts)


async def of_setup(missing: Sequence[str], enabled: bool) -> Part:  # noqa: FBT001 - one of two facts
    """What still has to be set."""
    if not enabled:
        return Part(
            ok=False, says="Chat integration is switched off: what happens on GHES is kept until it is on again."
        )
    if missing:
        return Part(ok=False, says=f"Set-up mode: set {', '.join(missing)}.", facts={"missing": list(missing)})
    return Part(ok=True, says="All settings are there.")


def queue(connection: Connection) -> Queue:
    """Count the outbox."""
    counted = (*OPEN, State.ACCEPTED, State.PARKED)
    column = notifications.c.state
    rows = connection.execute(select(column, func.count()).where(column.in_(counted)).group_by(column))
    by_state = dict.fromkeys(counted, 0) | {State(state): count for state, count in rows}
    open_ones = select(func.count(), func.min(notifications.c.created_at)).join_from(
        notifications, addresses, addresses.c.id == notifications.c.address_id
    )
    waits, parked = column.in_(OPEN), addresses.c.parked_reason
    held = connection.execute(open_ones.where(waits, parked.is_not(None))).one()[0]
    oldest_at = connection.execute(open_ones.where(waits, parked.is_(None))).one()[1]
    return Queue(by_state={str(state): count for state, count in by_state.items()}, held=held, oldest_at=oldest_at)


def _slack(connection: Connection) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    columns = (workspaces.c.team_id, workspaces.c.name, workspaces.c.domain, workspaces.c.parked_reason)
    installed = exists().where(installations.c.id == workspaces.c.installation_id).label("installed")
    teams = connection.execute(select(*columns, installed).order_by(workspaces.c.team_id)).all()
    parked = connection.execute(
        select(addresses.c.team_id, addresses.c.channel_id, addresses.c.parked_reason, addresses.c.parked_at)
        .where(addresses.c.parked_reason.is_not(None))
        .order_by(addresses.c.parked_at.desc())
        .limit(MOST_SHOWN)
    ).all()
    return (
        [{**row._mapping} for row in teams],  # noqa: SLF001 - SQLAlchemy's documented name
        [
            {
                "team_id": row.team_id,
                "channel_id": row.channel_id,
                "reason": row.parked_reason,
                "parked_at": _at(row.parked_at),
            }
            for row in parked
        ],
    )


def _events(connection: Connection) -> tuple[datetime | None, list[dict[str, datetime]]]:
    last = connection.execute(select(func.max(events.c.received_at))).scalar()
    rows = connection.execute(select(gaps).order_by(gaps.c.found_at.desc()).limit(MOST_SHOWN)).all()
    lost = [{name: _instant(getattr(row, name)) for name in ("from_at", "to_at", "found_at")} for row in rows]
    return _at(last), lost


def _at(seconds: float | None) -> datetime | None:
    return None if seconds is None else _instant(seconds)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
