"""The worker of the deferred lane: takes kept envelopes, answers them, marks them answered.

An envelope whose answer fails is tried again when it is twice as old (a second at least, five minutes at most), and
given up half an hour after it came; the store's own absence doesn't count. So a fault that passes costs nothing, and
one that stays ends in the log instead of a loop. Events and commands may thus be answered again after a failure: what
their functions do may be done twice.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from agent.slack.channel_events import Surroundings
from agent.slack.events import EVENTS
from agent.slack.gestures import gesture
from agent.slash.asked import Asked, from_json
from agent.slash.dispatch import answer_to, opens
from agent.slash.later import opened
from agent.slash.reply import Button, Reply, to_person
from agent.slash.tables import Answer
from agent.slash.view import OPEN_FORM, View, done, told
from agent.store.envelopes import CALL, REVOCATION, Kept, answered, claim_envelopes, put_off
from agent.store.port import StoreUnavailableError
from shared.event import number, text

log = structlog.get_logger()
IN_HAND = 32
IDLE_S = 1.0
SOONEST_S, LATEST_S = 1.0, 300.0
GIVE_UP_S = 1800.0
"""So long, too, the `response_url` of a command works."""


class Answering:
    """`run` goes on until it is cancelled, or told to `drain`."""

    def __init__(self, given: Surroundings) -> None:
        self._given = given
        self._owner = str(uuid4())
        self._wake = asyncio.Event()
        self._stopping = False
        self._in_hand: dict[str, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """An envelope was kept."""
        self._wake.set()

    def drain(self) -> None:
        """Have `run` return when what is in hand is answered."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Take and answer, many at a time."""
        async with asyncio.TaskGroup() as tasks:
            while not self._stopping:
                self._wake.clear()
                kept = await self._claim()
                for each in kept:
                    task = self._in_hand[each.key] = tasks.create_task(self._answer(each))
                    task.add_done_callback(partial(self._put_down, each.key))
                if not kept:
                    await self._pause()

    async def _claim(self) -> Sequence[Kept]:
        claim = partial(
            claim_envelopes,
            owner=self._owner,
            now=self._given.now(),
            limit=IN_HAND - len(self._in_hand),
            in_hand=tuple(self._in_hand),
        )
        try:
            return await self._given.store.write(claim)
        except StoreUnavailableError as failure:
            log.warning("the store is not available: nothing is answered until it is", reason=str(failure))
            return ()

    def _put_down(self, key: str, _task: asyncio.Task[None]) -> None:
        del self._in_hand[key]
        self.wake()

    async def _pause(self) -> None:
        sleeping = asyncio.create_task(self._given.clock.sleep(IDLE_S))
        waking = asyncio.create_task(self._wake.wait())
        try:
            await asyncio.wait((sleeping, waking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()

    async def _answer(self, kept: Kept) -> None:
        try:
            await _ANSWERS.get(kept.type, _nothing)(kept, self._given)
        except StoreUnavailableError as failure:
            log.warning("an envelope waits for the store", type=kept.type, reason=str(failure))
            await self._put_off(kept)
        except Exception:  # the edge of the worker: this envelope is tried again, and the others go on
            given_up = self._age_s(kept) > GIVE_UP_S
            log.exception("an envelope can't be answered", type=kept.type, key=kept.key, given_up=given_up)
            await (self._settle(kept) if given_up else self._put_off(kept))
        else:
            await self._settle(kept)

    def _age_s(self, kept: Kept) -> float:
        return self._given.now() - kept.received_at

    async def _settle(self, kept: Kept) -> None:
        await self._stored(lambda: self._given.store.write_many(self._answered, kept.key))

    async def _put_off(self, kept: Kept) -> None:
        until = self._given.now() + min(LATEST_S, max(SOONEST_S, self._age_s(kept)))
        await self._stored(lambda: self._given.store.write(partial(put_off, key=kept.key, until=until)))

    async def _stored(self, write: Callable[[], Awaitable[None]]) -> None:
        """Store what came of it; while that can't be done, try again: as long as it is in hand nobody else takes it."""
        while True:
            try:
                await write()
            except StoreUnavailableError as failure:
                log.warning("what came of an envelope can't be stored yet", reason=str(failure))
                await self._given.clock.sleep(IDLE_S)
            else:
                return

    def _answered(self, connection: Connection, keys: Sequence[str]) -> list[None]:
        return answered(connection, self._given.now(), keys)


async def _gesture(kept: Kept, given: Surroundings) -> None:
    if asked := gesture(kept.type, kept.payload):
        await _answer(asked, given)


async def _resumed(kept: Kept, given: Surroundings) -> None:
    await _answer(from_json(json.dumps(kept.payload)), given)


async def _answer(asked: Asked, given: Surroundings) -> None:
    """While Slack is away the reply waits here: what was asked for has been carried out, and isn't again."""
    async with given.turns.of(asked, given.clock):
        reply = await _shown(asked, await answer_to(asked, given.ports), given)
        if reply is None:
            return
        give_up_at = given.now() + GIVE_UP_S
        again_s = await given.replies.send(reply, asked)
    while again_s is not None:
        if given.now() + again_s > give_up_at:
            log.warning("a reply was given up, since Slack can't be reached", team_id=asked.team_id)
            return
        await given.clock.sleep(again_s)
        again_s = await given.replies.send(reply, asked)


async def _shown(asked: Asked, answer: Answer, given: Surroundings) -> Reply | None:
    """What is left to say once a form that stands open shows what it can."""
    if not isinstance(answer, View):
        opening = opens(asked)
        if opening and await given.openings.is_open(asked):
            view = told(opening.title, answer) if answer else done(opening.title)
            return None if await given.openings.show(asked, view) else answer
        return answer
    if await given.openings.show(asked, answer):
        return None
    kept_id = await given.ports.later.keep(asked, opened(asked.team_id, asked.user_id))
    button = Button(text="Open the form", action_id=OPEN_FORM, value=kept_id, style="primary", anywhere=True)
    return to_person(f"*{answer.title}*: the form is ready.", buttons=(button,))


async def _event(kept: Kept, given: Surroundings) -> None:
    if function := EVENTS.get(text(kept.payload, "event", "type")):
        await function(kept.payload, given)


async def _revoked(kept: Kept, given: Surroundings) -> None:
    if given.unlinking:
        await given.unlinking.revoked(number(kept.payload, "ghes_id") or 0)


async def _nothing(_kept: Kept, _given: Surroundings) -> None:
    return None


_ANSWERS: Mapping[str, Callable[[Kept, Surroundings], Awaitable[None]]] = {
    "slash_commands": _gesture,
    CALL: _resumed,
    REVOCATION: _revoked,
    "interactive": _gesture,
    "events_api": _event,
}
