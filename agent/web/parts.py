"""What the handlers stand on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from agent.ghes.hosts import Hosts
from agent.metrics import Metrics
from agent.status import Look
from agent.store.intake import Intake, Recorded
from agent.store.port import Store
from shared.clock import Clock
from shared.event import Event


def _nobody(_recorded: Recorded, _event: Event) -> None:
    """Nobody wants to know."""


def _unheard() -> None:
    """Nobody wants to know."""


def _none() -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The composition root makes one; the handlers of `application` take from it what they need."""

    store: Store
    clock: Clock
    intake: Intake
    webhook_secrets: tuple[bytes, ...]
    """One, or two while it is being changed; none in set-up mode."""
    ghes_hosts: Hosts
    metrics: Metrics
    status: Mapping[str, Look]
    """By name of the part, see `agent.status.table`."""
    missing: Sequence[str] = ()
    """Names of the settings without which the agent is in set-up mode."""
    on_recorded: Callable[[Recorded, Event], None] = _nobody
    """Called when an event is durable; must not raise."""
    on_unavailable: Callable[[], None] = _unheard
    """Called when a webhook could not be stored, and when `/readyz` says that it couldn't."""
    open_sockets: Callable[[], int] = _none


PARTS = web.AppKey("parts", Parts)
