"""While the store is away its workers say so in one line each time, and go on when it is back."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from structlog.testing import capture_logs

from agent.slack.answering import Answering
from agent.slack.channel_events import Surroundings
from agent.slack.socket_mode.envelope import Envelope
from agent.store.envelopes import SqlEnvelopes
from agent.store.port import StoreUnavailableError
from agent.store.tables import envelopes


class Fickle:
    """A store whose writes fail; `away` says how many more of each kind."""

    def __init__(self, store: Any, **away: int) -> None:
        self._store, self.away = store, Counter(away)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def write(self, work: Any) -> Any:
        self._fail("write")
        return await self._store.write(work)

    async def write_many(self, work: Any, item: Any) -> Any:
        self._fail("write_many")
        return await self._store.write_many(work, item)

    def _fail(self, kind: str) -> None:
        if self.away[kind]:
            self.away[kind] -= 1
            raise StoreUnavailableError("disk is full")


async def test_the_worker_of_the_outbox_posts_once_and_settles_when_it_can(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    process = make_agent(agent)
    store = process.store = Fickle(agent.store, write=1)
    await agent.push("one")
    agent.slack.answering.clear()
    worker = process.worker()
    with capture_logs() as logs:
        running = asyncio.create_task(worker.run())
        while not agent.slack.in_flight:
            await agent.clock.advance(1)
        store.away["write_many"] = 1
        agent.slack.answering.set()
        while (await agent.states()) != ["delivered"]:
            await agent.clock.advance(1)
        worker.drain()
        await running

    assert [tuple(line.items()) for line in logs] == _warnings(
        "the store is not available: nothing is posted until it is", "what came of a post can't be stored yet"
    )
    assert len(agent.slack.attempts) == 1


async def test_the_worker_of_the_deferred_lane_takes_and_settles_when_it_can(agent: Any) -> None:
    store: Any = Fickle(agent.store, write=1, write_many=1)
    await SqlEnvelopes(agent.store).remember(_envelope(agent))
    absent: Any = None
    answering = Answering(
        Surroundings(
            store=store,
            clock=agent.clock,
            api=absent,
            ports=absent,
            replies=absent,
            openings=absent,
            workspaces={},
            woken=lambda: None,
        )
    )
    with capture_logs() as logs:
        running = asyncio.create_task(answering.run())
        while (await agent.rows(envelopes))[0].answered_at is None:
            await agent.clock.advance(1)
        answering.drain()
        await running

    assert [tuple(line.items()) for line in logs] == _warnings(
        "the store is not available: nothing is answered until it is", "what came of an envelope can't be stored yet"
    )


def _warnings(*events: str) -> list[tuple[tuple[str, str], ...]]:
    return [(("reason", "disk is full"), ("event", event), ("log_level", "warning")) for event in events]


def _envelope(agent: Any) -> Envelope:
    return Envelope(
        envelope_id="e-1",
        type="nobody's",
        accepts_response_payload=False,
        payload={},
        retry_attempt=0,
        retry_reason="",
        received_at=agent.clock.now(),
    )
