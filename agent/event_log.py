"""`ghe-slack events`: looking into the store, and routing again, also while an agent runs on it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from agent.card_table import load as load_cards
from agent.clock import SystemClock
from agent.opened_store import opened
from agent.settings import Settings
from agent.store import event_log
from agent.store.intake import Intake
from shared.clock import Clock


async def list_events(settings: Settings, limit: int) -> Sequence[Mapping[str, Any]]:
    """The newest events: delivery_id, event, action, repository, actor, source, received_at, fate. Raises `Failure`."""
    async with opened(settings) as store:
        return await store.read(partial(event_log.newest, limit=limit))


async def show(settings: Settings, delivery_id: str) -> Mapping[str, Any] | None:
    """One event, with `notifications` and `payload` too; None for an unknown one. Raises `Failure`."""
    async with opened(settings) as store:
        return await store.read(partial(event_log.one, delivery_id=delivery_id))


async def replay(settings: Settings, wanted: str | datetime, clock: Clock | None = None) -> Mapping[str, Any] | None:
    """Route an event by its delivery id, or all since an aware instant, oldest first, as if they had just arrived.

    Answers with how many were `replayed`, how many are `without_payload`, and how many notifications were `queued` by
    it; None for an unknown delivery id. What was delivered is not posted again. Raises `Failure`.
    """
    clock = clock or SystemClock()
    record = Intake(load_cards()[0]).record
    which = event_log.of_id(wanted) if isinstance(wanted, str) else event_log.since(wanted)
    async with opened(settings) as store:
        seqs = await store.read(partial(event_log.chosen, which=which))
        if not seqs and isinstance(wanted, str):
            return None
        done = event_log.Replayed()
        for start in range(0, len(seqs), event_log.SLICE):
            part = seqs[start : start + event_log.SLICE]
            done = done.plus(await store.write(partial(event_log.replay, record=record, seqs=part, now=clock.now())))
    return asdict(done)
