"""The composition root: the only place that names adapters and reads settings.

webhooks ──▶ intake ──▶ store ──▶ worker ──▶ transport ──▶ Slack
Slack ──▶ sockets ──▶ lanes ──▶ store ──▶ answering ──▶ replies ──▶ Slack
GHES's delivery log ──▶ catch-up ──▶ intake
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from agent import admin_password, opening
from agent.assembly import Assembly, Given
from agent.clock import SystemClock
from agent.generations import Generations
from agent.net.outbound import network
from agent.net.proxy import Proxy
from agent.pages import pages
from agent.replicas import Replicas
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.store.open import open_store
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.web.app import application
from agent.web.parts import BOARD
from agent.web.server import serving
from shared.clock import Clock

log = structlog.get_logger()
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
        log.info("the agent runs", url=agent.url)
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
            with opening.readable():
                async with _running(settings, store, secrets, clock) as agent:
                    yield agent
        finally:
            await store.aclose()


@asynccontextmanager
async def _running(settings: Settings, store: Store, secrets: Secrets, clock: Clock) -> AsyncIterator[Running]:
    async with (
        network(ca_file=settings.outbound_ca_file, proxy=_outbound_proxy(settings), clock=clock) as outside,
        network(ca_file=settings.ghes_ca_file, proxy=_ghes_proxy(settings), clock=clock) as inside,
    ):
        given = Given.of(
            settings,
            store=store,
            secrets=secrets,
            outside=outside,
            inside=inside,
            clock=clock,
            password=admin_password.load_or_make(settings),
        )
        generations = Generations(given, replicas=None if settings.is_sqlite else Replicas(store, clock))
        first = await generations.assembled()
        app = application(pages(first))

        def switch(agent: Assembly) -> None:
            app[BOARD].parts = pages(agent)

        async with serving(app, settings, clock) as (host, port), generations.at_work(first, switch):
            yield Running(url=f"{'https' if settings.agent_tls_cert_file else 'http'}://{host}:{port}")


def _outbound_proxy(settings: Settings) -> Proxy:
    url = settings.https_proxy.get_secret_value() if settings.https_proxy else None
    return Proxy(url=url, no_proxy=settings.no_proxy)


def _ghes_proxy(settings: Settings) -> Proxy:
    return Proxy(url=settings.ghes_proxy.get_secret_value() if settings.ghes_proxy else None)
