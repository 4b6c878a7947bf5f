"""Posts, gathered into dispatches: many channels and workspaces share one request.

A post waits `LINGER_S` for company, and while another of its channel is under way, so that a channel keeps its order.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count

import structlog

from agent.relay.client import Answer, Client, Lost, NotSent, Said
from agent.relay.parcel import Parcel
from agent.relay.signer import new_id
from shared.address import Address
from shared.clock import Clock
from shared.dispatch import MOST, MOST_BYTES, MOST_OF_A_CHANNEL, Dispatch, dispatch_fields
from shared.outcome import Accepted, Outcome, Refused, Retry, Unknown
from shared.relay_requests import DISPATCH

log = structlog.get_logger()
LINGER_S = 0.05
SEND_S = 15.0
UNREGISTERED_S = 5.0
"""How long a workspace's posts wait while it is registered once more."""
_HEAD_BYTES = 1024
_TOO_MUCH = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.BAD_REQUEST)
"""Answers that may be one post's fault: the dispatch is halved until it stands alone."""


@dataclass(slots=True, kw_only=True)
class _Waiting:
    parcel: Parcel
    outcome: "asyncio.Future[Outcome]" = field(repr=False)
    sent: bool = False


class Batches:
    """`say` hands a parcel over; `run` sends what was handed over, until it is cancelled."""

    def __init__(self, client: Client, clock: Clock, unregistered: Callable[[str], None]) -> None:
        """`unregistered` is called with a workspace that the relay doesn't know as ours."""
        self._client, self._clock, self._unregistered = client, clock, unregistered
        self._waiting: list[_Waiting] = []
        self._under_way = set[Address]()
        self._changed = asyncio.Event()
        self._sequence = count(1)

    async def say(self, parcel: Parcel) -> Outcome:
        """What came of handing it over. Takes `SEND_S` at most."""
        if rest_s := self._client.health.rest_s():
            return Retry(rest_s, self._client.health.reason)
        waiting = _Waiting(parcel=parcel, outcome=asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._changed.set()
        try:
            async with self._clock.timeout(SEND_S):
                return await waiting.outcome
        except TimeoutError:
            return Unknown("no_answer_in_time") if waiting.sent else Retry(None, "relay_busy")
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    async def run(self) -> None:
        """Send what is handed over."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._changed.wait()
                await self._clock.sleep(LINGER_S)
                self._changed.clear()
                while batch := self._taken():
                    tasks.create_task(self._carried(batch))

    def _taken(self) -> Sequence[_Waiting]:
        """The next dispatch: in order, as much as is allowed; a channel that has no room is passed over as a whole."""
        batch: list[_Waiting] = []
        counts = Counter[Address]()
        full, size, held = 0, _HEAD_BYTES, set(self._under_way)
        for each in self._waiting:
            address, more = each.parcel.address, len(each.parcel.statements)
            room = full + more <= MOST and size + each.parcel.size_bytes <= MOST_BYTES
            if (
                address in held
                or (batch and not room)
                or (counts[address] and counts[address] + more > MOST_OF_A_CHANNEL)
            ):
                held.add(address)
                continue
            batch.append(each)
            counts[address] += more
            full, size = full + more, size + each.parcel.size_bytes
        for each in batch:
            each.sent = True
            self._waiting.remove(each)
        self._under_way |= counts.keys()
        return batch

    async def _carried(self, batch: Sequence[_Waiting]) -> None:
        try:
            await self._dispatch(batch)
        finally:
            self._under_way -= {each.parcel.address for each in batch}
            self._changed.set()

    async def _dispatch(self, batch: Sequence[_Waiting]) -> None:
        fields = dispatch_fields(
            Dispatch(
                sequence=next(self._sequence),
                cards={name: text for each in batch for name, text in each.parcel.cards.items()},
                statements=[statement for each in batch for statement in each.parcel.statements],
            )
        )
        answer = await self._client.ask(DISPATCH, fields, id_=new_id("dsp"))
        if isinstance(answer, Said) and answer.status == HTTPStatus.CONFLICT:
            log.warning("the relay knows our dispatch otherwise, so it goes under another id")
            answer = await self._client.ask(DISPATCH, fields, id_=new_id("dsp"))
        for part in self._parts(answer, batch):
            await self._dispatch(part)
        if not self._parts(answer, batch):
            self._settle(answer, batch)

    @staticmethod
    def _parts(answer: Answer, batch: Sequence[_Waiting]) -> Sequence[Sequence[_Waiting]]:
        """Into which smaller ones a dispatch is divided that was refused as a whole; none: that is the answer."""
        if not isinstance(answer, Said) or len(batch) == 1:
            return ()
        if answer.status == HTTPStatus.FORBIDDEN:
            teams = dict.fromkeys(each.parcel.address.team_id for each in batch)
            parts = [[each for each in batch if each.parcel.address.team_id == team_id] for team_id in teams]
            return parts if len(parts) > 1 else ()
        if answer.status in _TOO_MUCH:
            return batch[: len(batch) // 2], batch[len(batch) // 2 :]
        return ()

    def _settle(self, answer: Answer, batch: Sequence[_Waiting]) -> None:
        if isinstance(answer, Said) and answer.status == HTTPStatus.FORBIDDEN:
            self._unregistered(batch[0].parcel.address.team_id)
        outcome = _outcome(answer)
        if not isinstance(outcome, Accepted):
            log.warning("the relay has not accepted a dispatch", posts=len(batch), reason=outcome.reason)
        for each in batch:
            if not each.outcome.done():
                each.outcome.set_result(outcome)


def _outcome(answer: Answer) -> Accepted | Retry | Refused | Unknown:
    """What an answer means for each post of a dispatch. A 4xx says that the relay has none of it."""
    match answer:
        case NotSent(reason):
            return Retry(None, reason)
        case Lost(reason):
            return Unknown(reason)
        case Said() if answer.ok:
            return Accepted()
        case Said():
            return _refused(answer)


def _refused(said: Said) -> Retry | Refused | Unknown:
    if said.status in _TOO_MUCH:
        return Refused(said.why)
    if said.status == HTTPStatus.CONFLICT:
        return Unknown(said.why)
    unregistered = said.status == HTTPStatus.FORBIDDEN
    return Retry(UNREGISTERED_S if unregistered else said.retry_after_s, said.why)
