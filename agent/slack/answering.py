"""The worker of the deferred lane: takes kept envelopes, answers them, marks them answered."""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from agent.slack.channel_events import EVENTS, Surroundings
from agent.slash.call import call
from agent.slash.click import click
from agent.slash.dispatch import reply_to, reply_to_click
from agent.store.envelopes import Kept, answered, claim_envelopes
from agent.store.port import StoreUnavailableError
from shared.event import text

log = structlog.get_logger()
IN_HAND = 32
IDLE_S = 1.0


class Answering:
    """`run` goes on until it is cancelled, or told to `drain`."""

    def __init__(self, given: Surroundings) -> None:
        self._given = given
        self._owner = str(uuid4())
        self._wake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """An envelope was kept."""
        self._wake.set()

    def drain(self) -> None:
        """Have `run` return when what is in hand is answered."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Take and answer, many at a time."""
        in_hand: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as tasks:
            while not self._stopping:
                self._wake.clear()
                kept = await self._claim(IN_HAND - len(in_hand))
                for each in kept:
                    task = tasks.create_task(self._answer(each))
                    in_hand.add(task)
                    task.add_done_callback(in_hand.discard)
                if not kept:
                    await self._pause()

    async def _claim(self, room: int) -> Sequence[Kept]:
        if not room:
            return ()
        work = partial(claim_envelopes, owner=self._owner, now=self._given.now(), limit=room)
        try:
            return await self._given.store.write(work)
        except StoreUnavailableError:
            log.exception("the store is not available: nothing is answered until it is")
            return ()

    async def _pause(self) -> None:
        sleeping = asyncio.create_task(self._given.clock.sleep(IDLE_S))
        waking = asyncio.create_task(self._wake.wait())
        try:
            await asyncio.wait((sleeping, waking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()

    async def _answer(self, kept: Kept) -> None:
        await _ANSWERS.get(kept.type, _nothing)(kept, self._given)
        try:
            await self._given.store.write_many(self._answered, kept.key)
        except StoreUnavailableError:
            log.exception("an envelope can't be marked as answered: it may be answered again")
        self.wake()

    def _answered(self, connection: Connection, keys: Sequence[str]) -> list[None]:
        return answered(connection, self._given.now(), keys)


async def _command(kept: Kept, given: Surroundings) -> None:
    asked = call(kept.payload)
    await given.replies.send(
        await reply_to(asked, given.ports),
        team_id=asked.team_id,
        channel_id=asked.channel_id,
        user_id=asked.user_id,
        response_url=asked.response_url,
    )


async def _interaction(kept: Kept, given: Surroundings) -> None:
    clicked = click(kept.payload)
    if clicked and (reply := await reply_to_click(clicked, given.ports)):
        await given.replies.send(
            reply,
            team_id=clicked.team_id,
            channel_id=clicked.channel_id,
            user_id=clicked.user_id,
            response_url=clicked.response_url,
        )


async def _event(kept: Kept, given: Surroundings) -> None:
    if function := EVENTS.get(text(kept.payload, "event", "type")):
        await function(kept.payload, given)


async def _nothing(_kept: Kept, _given: Surroundings) -> None:
    return None


_ANSWERS = {"slash_commands": _command, "interactive": _interaction, "events_api": _event}
