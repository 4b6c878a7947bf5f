"""Fetching the webhooks that never arrived, from GHES's own delivery log.

GHES delivers once and never again by itself; its log keeps a delivery for 7 days. The log is read newest first, what
is unknown is recorded oldest first, as if it had come:

    since - overlap                       now
    ──┤ known · · known · MISSED · MISSED ├──
                          1 ──────▶ 2

Refused alternative: asking GHES to deliver again. Reading works too while nothing reaches the agent, and its
`status=failure` filter may leave out deliveries that found no connection; so everything is listed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from agent.ghes.answers import Refused, Unreachable
from agent.store.port import StoreUnavailableError
from shared.clock import Clock
from shared.event import Payload

KEPT_BY_GHES = timedelta(days=7)
OVERLAP = timedelta(minutes=10)
"""Read again before `since`: clocks differ, and a delivery is logged when its attempt ends."""
INTERVAL_S = 600.0
RETRY_S = 60.0
MOST_PAGES = 1000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A line of the delivery log: one attempt."""

    id: int
    delivery_id: str
    event_name: str
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Up to 100 attempts, newest first, and where the next page is; None after the last."""

    entries: Sequence[Logged]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDelivery:
    """A webhook as the log holds it. It came over the authenticated API, so its signature needs no check."""

    delivery_id: str
    event_name: str
    payload: Payload
    delivered_at: datetime
    headers: Mapping[str, str]


class DeliveryLog(Protocol):
    """GHES's log of what it tried to deliver to the App."""

    async def page(self, cursor: str | None) -> LogPage | Unreachable:
        """The page at `cursor`; the newest for None."""

    async def delivery(self, entry: Logged) -> RawDelivery | Refused | Unreachable:
        """The whole delivery, with its payload; `Refused` when the log has dropped it since."""


class Marks(Protocol):
    """Where it is remembered how far the log has been read."""

    async def since(self) -> datetime | None:
        """The `complete_until` of the newest note; None before the first."""

    async def note(self, caught: "CaughtUp") -> None:
        """Remember it, and show its gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Deliveries between these instants are in no log any more, and may have been missed."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A delivery that could not be fetched or stored."""

    delivery_id: str
    delivered_at: datetime
    reason: str
    tried_again: bool
    """Whether the next round tries it again; not when the log no longer has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtUp:
    """What a round did."""

    fetched: int
    gap: Gap | None
    failures: Sequence[Failure]
    complete_until: datetime
    """Up to here nothing is missing but the gap: the next round's `since`."""


@dataclass(slots=True)
class _Missing:
    """What a listing found: the newest attempt of each unknown delivery, dated by its first."""

    entries: dict[str, Logged] = field(default_factory=dict)
    oldest_at: datetime | None = None
    reached_end: bool = False


Known = Callable[[Sequence[str]], Awaitable[set[str]]]
"""Which of these delivery ids are stored already."""
Record = Callable[[RawDelivery], Awaitable[None]]
"""Store it as if it had come; storing twice changes nothing. Raises `StoreUnavailableError`."""


async def catch_up(
    log_of_ghes: DeliveryLog, known: Known, record: Record, since: datetime | None, now: datetime
) -> CaughtUp | Unreachable:
    """Record what GHES delivered since `since` and we don't know; without `since` all that the log holds.

    One delivery that fails doesn't stop the others; a store that refuses does. `Unreachable`: the log could not be
    listed, and nothing was recorded.
    """
    missing = await _missing(log_of_ghes, known, since)
    if isinstance(missing, Unreachable):
        return missing
    fetched, failures = 0, list[Failure]()
    in_order = sorted(missing.entries.values(), key=lambda entry: (entry.delivered_at, entry.id))
    for entry in in_order:
        whole = await log_of_ghes.delivery(entry)
        match whole:
            case Refused():
                failures.append(_failure(entry, whole.message, tried_again=not whole.is_missing))
                continue
            case Unreachable():
                failures.append(_failure(entry, whole.reason))
                continue
        try:
            await record(whole)
        except StoreUnavailableError as error:
            failures.append(_failure(entry, str(error)))
            break
        except Exception:  # whatever it holds that no delivery had before: it is shown, and the others go on
            log.exception("a delivery can't be recorded", delivery_id=entry.delivery_id)
            failures.append(_failure(entry, "It can't be recorded: see the log.", tried_again=False))
            continue
        fetched += 1
    return CaughtUp(
        fetched=fetched,
        gap=_gap(missing, since, now),
        failures=tuple(failures),
        complete_until=min([now, *(failure.delivered_at for failure in failures if failure.tried_again)]),
    )


@dataclass(slots=True)
class Trouble:
    """Why the log can't be read at the moment, for `/status`."""

    says: str = ""
    """A sentence; empty as long as nothing is wrong."""


async def run(
    *,
    log_of_ghes: DeliveryLog,
    known: Known,
    record: Record,
    marks: Marks,
    trouble: Trouble,
    clock: Clock,
    wake: asyncio.Event,
) -> None:
    """Catch up at once, whenever `wake` is set (the agent was not ready for a while), and every 10 minutes."""
    while True:
        try:
            rested_s = await _round(log_of_ghes, known, record, marks, trouble, clock.now())
        except StoreUnavailableError:
            log.warning("catching up waits for the store")
            rested_s = RETRY_S
        await _pause(rested_s, clock, wake)


async def _round(
    log_of_ghes: DeliveryLog, known: Known, record: Record, marks: Marks, trouble: Trouble, now: datetime
) -> float:
    """Catch up, note it, and say how many seconds to rest."""
    caught = await catch_up(log_of_ghes, known, record, await marks.since(), now)
    trouble.says = caught.reason if isinstance(caught, Unreachable) else ""
    if isinstance(caught, Unreachable):
        log.warning("the delivery log can't be read", reason=caught.reason)
        return RETRY_S
    if caught.fetched or caught.failures or caught.gap:
        log.info("caught up", fetched=caught.fetched, failed=len(caught.failures), gap=caught.gap is not None)
    await marks.note(caught)
    return INTERVAL_S


async def _pause(seconds: float, clock: Clock, wake: asyncio.Event) -> None:
    try:
        async with clock.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return
    wake.clear()


async def _missing(log_of_ghes: DeliveryLog, known: Known, since: datetime | None) -> _Missing | Unreachable:
    missing, cursor = _Missing(), None
    for _ in range(MOST_PAGES):
        page = await log_of_ghes.page(cursor)
        if isinstance(page, Unreachable):
            return page
        there = await known([entry.delivery_id for entry in page.entries])
        for entry in page.entries:
            missing.oldest_at = entry.delivered_at
            if entry.delivery_id not in there and entry.event_name != "ping":
                newest = missing.entries.get(entry.delivery_id, entry)
                missing.entries[entry.delivery_id] = replace(newest, delivered_at=entry.delivered_at)
        cursor = page.next
        missing.reached_end = cursor is None
        if cursor is None or (since and missing.oldest_at and missing.oldest_at < since - OVERLAP):
            break
    return missing


def _gap(missing: _Missing, since: datetime | None, now: datetime) -> Gap | None:
    if since is None or (missing.oldest_at and missing.oldest_at <= since):
        return None
    oldest_at = missing.oldest_at or now
    # A log that ends later than `since` is no gap by itself: there may have been nothing to deliver.
    held_from_at = min(oldest_at, now - KEPT_BY_GHES) if missing.reached_end else oldest_at
    return Gap(from_at=since, to_at=held_from_at) if held_from_at > since else None


def _failure(entry: Logged, reason: str, *, tried_again: bool = True) -> Failure:
    return Failure(
        delivery_id=entry.delivery_id, delivered_at=entry.delivered_at, reason=reason, tried_again=tried_again
    )
