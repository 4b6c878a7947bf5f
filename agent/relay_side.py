"""Which way posts take, and everything that speaks to the relay, wired from the settings."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from agent import relay_status, status
from agent.net.outbound import Network
from agent.outbox.transport import Transport
from agent.relay.batches import Batches
from agent.relay.choosing import ChosenTransport
from agent.relay.client import Client
from agent.relay.health import Health
from agent.relay.receipts import Receipts
from agent.relay.registering import Registering
from agent.relay.signer import Signer
from agent.relay.switching import Switching
from agent.settings import Settings
from agent.setup.grounds import Grounds
from agent.store.transports import RELAY
from agent.transports.relay import RelayTransport
from shared.card import DataClass
from shared.clock import Clock
from shared.dispatch import Speaker

Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySide:
    """What the agent says to the relay and hears from it."""

    transport: ChosenTransport
    """Of every workspace, also those that are posted to directly."""
    status: status.Look
    work: Sequence[Work]

    def background(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside."""
        return [each() for each in self.work]


def relay_client(settings: Settings, network: Network, clock: Clock) -> Client | None:
    """A client of the relay of these settings; None where there is none. `network` is the one for what is outside."""
    url, key = settings.relay_url, settings.relay_signing_key
    if not (url and key and settings.relay_id and settings.relay_agent_id and settings.relay_key_id):
        return None
    speaker = Speaker(agent_id=settings.relay_agent_id, key_id=settings.relay_key_id, audience=settings.relay_id)
    return Client(
        network=network,
        url=url,
        signer=Signer.of(speaker, key.get_secret_value()),
        health=Health(clock=clock),
        clock=clock,
    )


def memory_of(settings: Settings) -> str:
    """What our memory of the relay goes by (`agent.store.relay`)."""
    return f"{settings.relay_id}/{settings.relay_agent_id}"


def relay_side(settings: Settings, *, network: Network, direct: Transport, grounds: Grounds) -> RelaySide:
    """What these settings make; without those of the relay, whatever is to be relayed waits."""
    store, workspaces, clock = grounds.store, grounds.workspaces, grounds.clock
    client = relay_client(settings, network, clock)
    ways, work = {"direct": direct}, [_switching(settings, grounds).run]
    if client:
        relay = memory_of(settings)
        registering = Registering(client=client, store=store, relay=relay, workspaces=workspaces, clock=clock)
        receipts = Receipts(client=client, store=store, relay=relay, woken=grounds.woken, clock=clock)
        batches = Batches(client, clock, registering.unregistered)
        ways[RELAY] = RelayTransport(
            signer=client.signer,
            batches=batches,
            unknown=settings.agent_unknown,
            accepted=receipts.expect,
            clock=clock,
        )
        work += [batches.run, receipts.run, registering.run]
    return RelaySide(
        transport=ChosenTransport(ways, workspaces, store),
        status=partial(relay_status.of_relay, store, client.health if client else None),
        work=work,
    )


def _switching(settings: Settings, grounds: Grounds) -> Switching:
    return Switching(
        store=grounds.store,
        workspaces=grounds.workspaces,
        relayed=DataClass(settings.relay_data_class),
        reload=grounds.reload,
        clock=grounds.clock,
    )
