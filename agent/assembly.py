"""The parts of an agent, put together from the settings."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from agent import connecting, retention
from agent.card_table import load as load_cards
from agent.ghes import catch_up
from agent.ghes_side import GhesSide, ghes_side
from agent.metrics import Metrics
from agent.net.outbound import Network
from agent.outbox.drawing import Drawing
from agent.outbox.sending import Collaborators
from agent.outbox.worker import Worker
from agent.readiness import Readiness
from agent.replicas import Replicas
from agent.settings import Settings
from agent.slack_side import SlackSide, slack_side
from agent.status import Writable
from agent.store import workspaces as stored_workspaces
from agent.store.catch_up import SqlMarks, known
from agent.store.intake import Incoming, Intake, Recorded, pack
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.subject import Sighting, Subject
from agent.workspaces import Workspaces
from shared.clock import Clock
from shared.event import Event, label
from shared.pacing import Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """What runs, and what the pages look at."""

    settings: Settings
    clock: Clock
    store: Store
    secrets: Secrets
    metrics: Metrics
    workspaces: Workspaces
    intake: Intake
    worker: Worker
    slack: SlackSide
    ghes: GhesSide | None
    wake_catch_up: asyncio.Event
    readiness: Readiness
    token_trouble: connecting.Trouble
    log_trouble: catch_up.Trouble
    replicas: Replicas | None
    """None with SQLite, which one process has for itself."""

    def recorded(self, recorded: Recorded, event: Event) -> None:
        """An event was stored: its cards may be due, and the adapters may have to know."""
        self.metrics.events.labels(event.name, "duplicate" if recorded.duplicate else "new").inc()
        if self.ghes:
            self.ghes.heard(event)
        self.worker.wake()

    async def record(self, raw: catch_up.RawDelivery) -> None:
        """A delivery that the catch-up found goes the way of all webhooks."""
        event = label(raw.delivery_id, raw.event_name, raw.payload, self.clock.now())
        body = pack(json.dumps(raw.payload).encode())
        incoming = Incoming(event=event, body=body, source="catch-up")
        self.recorded(await self.store.write_many(self.intake.record, incoming), event)

    def background(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside: it is cancelled when the agent stops."""
        settings = self.settings
        tasks: list[Coroutine[Any, Any, None]] = [
            retention.run(self.store, self.clock, settings.agent_retention_days),
            self.readiness.run(),
        ]
        if self.replicas and self.slack.pool:
            tasks.append(self.replicas.run(self.slack.pool.ours))
        if settings.slack_bot_token:
            tasks.append(
                connecting.connect(
                    settings.slack_bot_token.get_secret_value(),
                    trouble=self.token_trouble,
                    api=self.slack.api,
                    store=self.store,
                    secrets=self.secrets,
                    workspaces=self.workspaces,
                    woken=self.worker.wake,
                    clock=self.clock,
                )
            )
        if self.ghes:
            tasks.append(
                catch_up.run(
                    log_of_ghes=self.ghes.hook_log,
                    known=partial(known, self.store),
                    record=self.record,
                    marks=SqlMarks(self.store, self.clock),
                    trouble=self.log_trouble,
                    clock=self.clock,
                    wake=self.wake_catch_up,
                )
            )
        return tasks


async def assemble(
    settings: Settings, *, store: Store, secrets: Secrets, outside: Network, inside: Network, clock: Clock
) -> Assembly:
    """Make all parts; nothing runs yet, and nothing but the store has been asked."""
    metrics, (rules, parents) = Metrics(), load_cards()
    workspaces = await store.read(partial(stored_workspaces.load, secrets=secrets))
    ghes, wake, wake_catch_up = ghes_side(settings, inside, clock), asyncio.Event(), asyncio.Event()
    replicas = None if settings.is_sqlite else Replicas(store, clock)
    slack = slack_side(
        settings,
        network=outside,
        store=store,
        workspaces=workspaces,
        repositories=ghes.repositories if ghes else None,
        woken=wake.set,
        sockets_elsewhere=replicas.sockets_elsewhere if replicas else None,
        metrics=metrics,
        clock=clock,
    )
    worker = Worker(
        Collaborators(
            store=store,
            clock=clock,
            transport=slack.transport,
            drawing=Drawing(rules, parents, lambda event_key: metrics.fallback_cards.labels(event_key).inc()),
            present=ghes.present if ghes else _nothing,
            workspaces=workspaces,
            metrics=metrics,
            pace=Pace(settings.slack_channel_rate, settings.slack_channel_burst),
            unknown=settings.agent_unknown,
            random=Random(),
        ),
        wake,
    )
    return Assembly(
        settings=settings,
        clock=clock,
        store=store,
        secrets=secrets,
        metrics=metrics,
        workspaces=workspaces,
        intake=Intake(rules),
        worker=worker,
        slack=slack,
        ghes=ghes,
        wake_catch_up=wake_catch_up,
        readiness=Readiness(Writable(store, clock), clock, wake_catch_up.set),
        token_trouble=connecting.Trouble(),
        log_trouble=catch_up.Trouble(),
        replicas=replicas,
    )


async def _nothing(_subject: Subject) -> Sighting | None:
    return None
