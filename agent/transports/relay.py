"""By way of the relay, which says it: handing over is answered by `Accepted`, a receipt says what came of it."""

from collections.abc import Callable
from typing import Literal

from agent.outbox.transport import Look, SaidOnce, Sought
from agent.relay.batches import Batches
from agent.relay.parcel import parcel
from agent.relay.signer import Signer
from shared.clock import Clock
from shared.outcome import Accepted, Outcome
from shared.post import Post


class RelayTransport:
    """Hands over; `unknown` is the setting `AGENT_UNKNOWN`, which the relay goes by."""

    def __init__(
        self,
        *,
        signer: Signer,
        batches: Batches,
        unknown: Literal["resend", "park"],
        accepted: Callable[[], None],
        clock: Clock,
    ) -> None:
        """`accepted` is called when a receipt is to be expected."""
        self._signer, self._batches, self._unknown = signer, batches, unknown
        self._accepted, self._clock = accepted, clock

    async def send(self, post: Post) -> Outcome:
        """See the port."""
        outcome = await self._batches.say(parcel(self._signer, post, self._unknown, self._clock.now().timestamp()))
        if isinstance(outcome, Accepted):
            self._accepted()
        return outcome

    async def look(self, sought: Sought) -> Look:  # noqa: ARG002 - the port's
        """See the port: whatever it was given before the relay takes for the same."""
        return SaidOnce()
