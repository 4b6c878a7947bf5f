"""The composition root: the only place that names adapters and reads settings.

webhooks ──▶ intake ──▶ store ──▶ worker ──▶ transport ──▶ Slack
Slack ──▶ sockets ──▶ lanes ──▶ store ──▶ answering ──▶ replies ──▶ Slack
GHES's delivery log ──▶ catch-up ──▶ intake
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from agent import opening
from agent.assembly import Assembly, assemble
from agent.clock import SystemClock
from agent.net.outbound import network
from agent.net.proxy import Proxy
from agent.pages import pages
from agent.secret_keys import load_or_make
from agent.settings import Settings, missing
from agent.store.open import open_store
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.web.server import serving
from shared.clock import Clock

log = structlog.get_logger()
DRAIN_S = 7.0
"""How long what is in hand is waited for when we stop. Requests to our pages have `agent.web.server.FINISH_S` after it,
and supervisors kill at 10 s."""
SWITCH_S = 0.0005
"""How long a thread waits for a busy one. The store's threads let go of the interpreter at each statement; with
Python's own 5 ms, a transaction of fifteen statements takes as long as the event loop has other work (measured)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """An agent that runs: `url` is the address that it listens on."""

    url: str


def run(settings: Settings, *, migrate: bool) -> None:
    """Run until SIGTERM or SIGINT, then finish what is in hand within 10 s."""
    sys.setswitchinterval(SWITCH_S)
    asyncio.run(_run(settings, SystemClock(), migrate=migrate))


async def _run(settings: Settings, clock: Clock, *, migrate: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, stop.set)
    async with running(settings, clock, migrate=migrate) as agent:
        log.info("the agent runs", url=agent.url, missing=missing(settings))
        await stop.wait()
        log.info("the agent stops")


@asynccontextmanager
async def running(settings: Settings, clock: Clock, *, migrate: bool = False) -> AsyncIterator[Running]:
    """Run an agent as long as the block does."""
    with opening.held(settings):
        await opening.prepare(settings, migrate=migrate)
        secrets, store = Secrets(load_or_make(settings)), open_store(settings)
        try:
            await opening.take_over(settings, store)
            async with _running(settings, store, secrets, clock) as agent:
                yield agent
        finally:
            await store.aclose()


@asynccontextmanager
async def _running(settings: Settings, store: Store, secrets: Secrets, clock: Clock) -> AsyncIterator[Running]:
    async with (
        network(ca_file=settings.outbound_ca_file, proxy=_outbound_proxy(settings)) as outside,
        network(ca_file=settings.ghes_ca_file, proxy=_ghes_proxy(settings)) as inside,
    ):
        agent = await assemble(settings, store=store, secrets=secrets, outside=outside, inside=inside, clock=clock)
        async with serving(pages(agent), settings, clock) as (host, port), _at_work(agent):
            yield Running(url=f"{'https' if settings.agent_tls_cert_file else 'http'}://{host}:{port}")


@asynccontextmanager
async def _at_work(agent: Assembly) -> AsyncIterator[None]:
    """All tasks in one group: when one breaks, the agent ends, and whoever watches it starts it anew."""
    pool, worker, answering = agent.slack.pool, agent.worker, agent.slack.answering
    async with asyncio.TaskGroup() as tasks:
        background = [tasks.create_task(task) for task in agent.background()]
        in_hand = [tasks.create_task(worker.run()), tasks.create_task(answering.run())]
        if pool:
            background.append(tasks.create_task(pool.run()))
        yield
        with suppress(TimeoutError):
            async with agent.clock.timeout(DRAIN_S):
                worker.drain()
                if pool:
                    await pool.stop()
                answering.drain()
                await asyncio.wait(in_hand)
        for task in (*background, *in_hand):
            task.cancel()
        if agent.replicas:
            await agent.replicas.leave()


def _outbound_proxy(settings: Settings) -> Proxy:
    url = settings.https_proxy.get_secret_value() if settings.https_proxy else None
    return Proxy(url=url, no_proxy=settings.no_proxy)


def _ghes_proxy(settings: Settings) -> Proxy:
    return Proxy(url=settings.ghes_proxy.get_secret_value() if settings.ghes_proxy else None)
