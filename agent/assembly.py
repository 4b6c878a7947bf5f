"""The parts of an agent, put together from the settings."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from agent import connecting, retention
from agent.card_table import load as load_cards
from agent.ghes import catch_up
from agent.ghes_side import GhesSide, ghes_side
from agent.installing_side import InstallingSide, installing_side
from agent.metrics import Metrics
from agent.net.outbound import Network
from agent.outbox.drawing import Drawing
from agent.outbox.sending import Collaborators
from agent.outbox.worker import Worker
from agent.people_side import PeopleSide, people_side
from agent.readiness import Readiness
from agent.relay_side import RelaySide, relay_side
from agent.settings import Settings
from agent.slack.members import SlackMembers
from agent.slack.web_api import WebApi
from agent.slack_side import SlackSide, slack_side
from agent.slash.later import installed
from agent.slash.ports import ASKED_S
from agent.status import Writable
from agent.store.catch_up import SqlMarks, known
from agent.store.configuration import SqlConfiguration
from agent.store.errands import concerns_waiting
from agent.store.intake import Incoming, Intake, Recorded
from agent.store.payloads import pack
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.store.sponsor_checks import concerns_sponsors
from agent.stored_settings import Effective
from agent.subject import Sighting, Subject
from agent.workspaces import Workspaces
from shared.clock import Clock
from shared.event import Event, label
from shared.pacing import Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What all assemblies of a process share; `settings` are those of the environment."""

    settings: Settings
    store: Store
    secrets: Secrets
    outside: Network
    inside: Network
    clock: Clock
    configuration: SqlConfiguration
    workspaces: Workspaces
    metrics: Metrics
    password: str | None = field(repr=False)
    """The console's."""

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        store: Store,
        secrets: Secrets,
        outside: Network,
        inside: Network,
        clock: Clock,
        password: str | None,
    ) -> "Given":
        """With nothing counted, and no workspace known yet."""
        return cls(
            settings=settings,
            store=store,
            secrets=secrets,
            outside=outside,
            inside=inside,
            clock=clock,
            configuration=SqlConfiguration(store, secrets, clock),
            workspaces={},
            metrics=Metrics(),
            password=password,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """What runs, and what the pages look at."""

    given: Given
    settings: Settings
    """In effect."""
    fixed: frozenset[str]
    """Names of those that the environment has set."""
    look: Callable[[], None]
    """To be called when something was changed that a running agent keeps in its memory."""
    clock: Clock
    store: Store
    secrets: Secrets
    metrics: Metrics
    workspaces: Workspaces
    intake: Intake
    worker: Worker
    slack: SlackSide
    installing: InstallingSide
    ghes: GhesSide | None
    relay: RelaySide
    people: PeopleSide
    wake_catch_up: asyncio.Event
    readiness: Readiness
    token_trouble: connecting.Trouble
    log_trouble: catch_up.Trouble

    def recorded(self, recorded: Recorded, event: Event) -> None:
        """An event was stored: its cards may be due, and the adapters may have to know."""
        self.metrics.events.labels(event.name, "duplicate" if recorded.duplicate else "new").inc()
        if self.ghes:
            self.ghes.heard(event)
        self.worker.wake()
        if concerns_waiting(event):
            self.slack.answering.wake()
        if concerns_sponsors(event):
            self.slack.sponsors.wake()

    async def installed(self, installation_id: int) -> bool:
        """Have what waited for this installation go on; False when GHES doesn't know it, or doesn't say in time."""
        if self.ghes is None:
            return False
        try:
            async with self.clock.timeout(ASKED_S):
                owner = await self.ghes.installations.owner(installation_id)
        except TimeoutError:
            return False
        if not isinstance(owner, str) or not owner:
            return False
        await self.slack.later.resume(installed(owner))
        self.slack.answering.wake()
        return True

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
            self.slack.openings.run(),
            self.slack.sponsors.run(),
            *self.installing.background(self.slack.ports, self.people.unlinking),
            *self.relay.background(),
        ]
        if self.people.devices:
            tasks.append(self.people.devices.run())
        if self.people.unentered:
            tasks.append(self.people.unentered.run())
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


def assemble(
    given: Given,
    effective: Effective,
    *,
    sockets_elsewhere: Callable[[], int | None],
    look: Callable[[], None],
) -> Assembly:
    """Make all parts; nothing runs yet, and nothing has been asked."""
    settings, store, secrets, clock = effective.settings, given.store, given.secrets, given.clock
    workspaces, metrics, (rules, parents) = given.workspaces, given.metrics, load_cards()
    ghes, wake, wake_catch_up = ghes_side(settings, given.inside, clock), asyncio.Event(), asyncio.Event()
    installing = installing_side(
        settings,
        network=given.outside,
        store=store,
        secrets=secrets,
        workspaces=workspaces,
        look=look,
        woken=wake.set,
        clock=clock,
    )
    api = WebApi(
        network=given.outside,
        api_url=settings.slack_api_url,
        workspaces=workspaces,
        clock=clock,
        expired=installing.rotation.expired,
    )
    members = SlackMembers(api, clock)
    people = people_side(
        settings,
        network=given.inside,
        ghes=ghes.ghes if ghes else None,
        members=members,
        workspaces=workspaces,
        store=store,
        secrets=secrets,
        clock=clock,
    )
    slack = slack_side(
        settings,
        api=api,
        members=members,
        people=people,
        installing=installing,
        network=given.outside,
        store=store,
        workspaces=workspaces,
        repositories=ghes.repositories if ghes else None,
        installations=ghes.installations if ghes else None,
        woken=wake.set,
        sockets_elsewhere=sockets_elsewhere,
        metrics=metrics,
        clock=clock,
    )
    relay = relay_side(settings, network=given.outside, direct=slack.transport, grounds=installing.grounds)
    worker = Worker(
        Collaborators(
            store=store,
            clock=clock,
            transport=relay.transport,
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
        given=given,
        settings=settings,
        fixed=effective.fixed,
        look=look,
        clock=clock,
        store=store,
        secrets=secrets,
        metrics=metrics,
        workspaces=workspaces,
        intake=Intake(rules),
        worker=worker,
        slack=slack,
        installing=installing,
        ghes=ghes,
        relay=relay,
        people=people,
        wake_catch_up=wake_catch_up,
        readiness=Readiness(Writable(store, clock), clock, wake_catch_up.set),
        token_trouble=connecting.Trouble(),
        log_trouble=catch_up.Trouble(),
    )


async def _nothing(_subject: Subject) -> Sighting | None:
    return None
