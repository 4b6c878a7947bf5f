"""What `front` stands on: the collaborators that its routes are given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relay_lambda.clock import Clock
from relay_lambda.log import Log
from relay_lambda.sending import Sending
from relay_lambda.state.counters import Counters
from relay_lambda.state.keys import Keys
from relay_lambda.state.receipts import Receipts
from relay_lambda.state.replay import Replay
from relay_lambda.state.workspaces import Workspaces

if TYPE_CHECKING:  # a dispatch has no use for them
    from relay_lambda.confirming import Confirming
    from relay_lambda.state.tokens import Sealing


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """What only registering a workspace takes."""

    confirming: "Confirming"
    sealing: "Sealing"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontParts:
    """All of it; `registering` is made when it is asked for."""

    relay_id: str
    """The audience that requests name."""
    clock: Clock
    log: Log
    keys: Keys
    workspaces: Workspaces
    replay: Replay
    receipts: Receipts
    counters: Counters
    sending: Sending
    registering: Callable[[], Registering]
