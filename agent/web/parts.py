"""What the handlers stand on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from agent.ghes.hosts import Hosts
from agent.metrics import Metrics
from agent.people.signing_in import Linking
from agent.setup.installing import Installing
from agent.status import Look
from agent.store.intake import Intake, Recorded
from agent.store.port import Store
from agent.web.console.parts import Console
from shared.clock import Clock
from shared.event import Event


def _nobody(_recorded: Recorded, _event: Event) -> None:
    """Nobody wants to know."""


def _unheard() -> None:
    """Nobody wants to know."""


async def _nowhere(_installation_id: int) -> bool:
    return False


def _none() -> int:
    return 0


def _peer(request: web.Request) -> str:
    return request.remote or ""


def _own_origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.headers.get('Host', '')}"


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
    linking: Linking | None = None
    """What the pages of `/link` do; None without OAuth."""
    installing: Installing | None = None
    """What the pages of `/_slack/` do."""
    agent_url: str = ""
    """How browsers reach the agent; without a slash at its end."""
    command: str = "/ghe"
    missing: Sequence[str] = ()
    """Names of the settings without which the agent is in set-up mode."""
    on_recorded: Callable[[Recorded, Event], None] = _nobody
    """Called when an event is durable; must not raise."""
    on_unavailable: Callable[[], None] = _unheard
    """Called when a webhook could not be stored, and when `/readyz` says that it couldn't."""
    on_installed: Callable[[int], Awaitable[bool]] = _nowhere
    """Called with the number of an installation; whether GHES knows it, and what waited for it goes on."""
    open_sockets: Callable[[], int] = _none
    console: Console | None = None
    """What the pages of the console stand on."""
    address_of: Callable[[web.Request], str] = _peer
    """The client's address, as far as it can be believed."""
    origin_of: Callable[[web.Request], str] = _own_origin
    """Scheme and host under which the client has reached us, as far as that can be believed."""


@dataclass(slots=True, kw_only=True)
class Board:
    """What the pages stand on now; it is put up anew when the settings change."""

    parts: Parts


BOARD = web.AppKey("board", Board)


def parts_of(request: web.Request) -> Parts:
    """Those of this moment."""
    return request.app[BOARD].parts
