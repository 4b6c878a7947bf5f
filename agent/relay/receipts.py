"""What came of what was accepted: fetched behind a cursor, settled with it in one transaction.

Several replicas may fetch the same: settling is idempotent. While the relay is down its receipts wait there.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import structlog

from agent.relay.client import Client, Said
from agent.store.port import Store, StoreUnavailableError
from agent.store.relay import Fetched, cursor, settle_fetched
from agent.store.transports import is_awaited
from shared.clock import Clock
from shared.outcome import Refused, Retry, Unknown
from shared.receipt import Receipt, receipt_of
from shared.relay_requests import MOST_RECEIPTS, RECEIPTS, ReceiptsAsked, receipts_fields

log = structlog.get_logger()
AWAITED_S = 2.0
"""How often it is asked while a receipt is awaited."""
SOON_S = 30.0
"""How long after something was accepted a receipt is awaited in any case: a rewrite's is nowhere noted down."""
IDLE_S = 60.0
"""How often otherwise: one may come of what another process sent."""
DOWN_S = 15.0
ANEW_S = 1.0
"""A second attempt is signed in another second at the earliest, or the relay's queue takes it for the first one."""
UNTIMED_S = 30.0
"""How long to wait with it when the relay says no time."""
_WITHDRAWN = "withdrawn"


class Receipts:
    """`run` goes on until it is cancelled."""

    def __init__(self, *, client: Client, store: Store, relay: str, woken: Callable[[], None], clock: Clock) -> None:
        """`relay` names our memory of it (`agent.store.relay`); `woken` is called when something was settled."""
        self._client, self._store, self._relay, self._woken, self._clock = client, store, relay, woken, clock
        self._expected, self._soon_until = asyncio.Event(), 0.0

    def expect(self) -> None:
        """Something was accepted just now."""
        self._soon_until = self._clock.monotonic() + SOON_S
        self._expected.set()

    async def run(self) -> None:
        """Fetch and settle."""
        while True:
            self._expected.clear()
            try:
                pause_s = await self._round()
            except StoreUnavailableError as failure:
                log.warning("receipts can't be settled yet", reason=str(failure))
                pause_s = DOWN_S
            if pause_s <= AWAITED_S:
                await self._clock.sleep(pause_s)
                continue
            with suppress(TimeoutError):
                async with self._clock.timeout(pause_s):
                    await self._expected.wait()
                    await self._clock.sleep(AWAITED_S)

    async def _round(self) -> float:
        """Fetch once; how long until the next time."""
        if rest_s := self._client.health.rest_s():
            return rest_s
        fetched, more = await self.fetch()
        if fetched is None:
            return DOWN_S
        if fetched.cursor:
            settling = partial(settle_fetched, relay=self._relay, fetched=fetched)
            if await self._store.write(partial(settling, now=self._clock.now().timestamp())):
                self._woken()
        if more:
            return 0.0
        is_soon = self._clock.monotonic() < self._soon_until
        return AWAITED_S if is_soon or await self._store.read(is_awaited) else IDLE_S

    async def fetch(self) -> tuple[Fetched | None, bool]:
        """The next receipts, None when the relay doesn't give them; whether there are more behind them."""
        after = await self._store.read(partial(cursor, relay=self._relay))
        answer = await self._client.ask(RECEIPTS, receipts_fields(ReceiptsAsked(after=after, limit=MOST_RECEIPTS)))
        if not isinstance(answer, Said) or not answer.ok:
            return None, False
        try:
            return _fetched(answer.fields), answer.fields.get("more") is True
        except (ValueError, TypeError, KeyError):
            log.warning("the relay's receipts can't be read")
            return None, False


def _fetched(fields: Mapping[str, Any]) -> Fetched:
    receipts, behind = fields["receipts"], fields["cursor"]
    if not isinstance(behind, str):
        raise TypeError("that is no cursor")
    return Fetched(receipts=[_decided(each) for each in map(_read, receipts) if each], cursor=behind)


def _read(fields: Any) -> Receipt | None:
    """One that can't be read holds up no other: what it tells of is dispatched again, and reported again."""
    try:
        return receipt_of(fields)
    except ValueError:
        log.warning("a receipt can't be read")
        return None


def _decided(receipt: Receipt) -> Receipt:
    """A receipt as the outbox is to take it.

    What the relay reports as unknown it has looked for, and gives up as we told it: a person decides. What it hasn't
    any more it is given again.
    """
    match receipt.outcome:
        case Retry(after_s, reason):
            wait_s = UNTIMED_S if after_s is None else max(after_s, ANEW_S)
            return Receipt(id=receipt.id, outcome=Retry(wait_s, reason))
        case Unknown(reason):
            return Receipt(id=receipt.id, outcome=Refused(f"nobody can tell whether Slack has it ({reason})"))
        case Refused(reason) if reason == _WITHDRAWN:
            return Receipt(id=receipt.id, outcome=Refused("the repository is private"))
        case _:
            return receipt
