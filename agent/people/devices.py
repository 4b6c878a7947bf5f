"""Linking by device flow: the person types a code on GHES's own page, and we ask GHES until they have.

begin ──▶ kept ──▶ (every few seconds) asked ──▶ granted: linked ─┐
└──▶ never: forgotten ─┴─▶ the person is told
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from agent.ghes.answers import Unreachable
from agent.people.joining import Joined, Joining
from agent.people.person import Tokens
from agent.people.ports import Denied, DeviceCode, Granted, OAuth, Pending
from agent.slash.asked import to_json
from agent.slash.click import Click
from agent.slash.signing_in import CONNECTED, NOT_CONNECTED
from agent.store import device_links as stored
from agent.store.device_links import Begun
from agent.store.envelopes import enqueue_calls
from agent.store.links import Owner
from agent.store.people import sealed
from agent.store.port import Store, StoreUnavailableError, T
from agent.store.secrets import Secrets, UnreadableSecretError
from shared.clock import Clock

log = structlog.get_logger()
ENOUGH_S = 300.0
"""A code with so much time left is shown again to a person who asks for another: the one they had stays good."""
ASKING_S = 60.0
"""Longer than asking GHES takes."""
UNREACHABLE_S = 15
AGAIN_S = 1.0
IDLE_S = 30.0
AT_ONCE = 20


class Devices:
    """`run` goes on until it is cancelled."""

    def __init__(self, *, oauth: OAuth, joining: Joining, store: Store, secrets: Secrets, clock: Clock) -> None:
        self._oauth, self._joining = oauth, joining
        self._store, self._secrets, self._clock = store, secrets, clock
        self._wake = asyncio.Event()

    async def begin(self, owner: Owner) -> DeviceCode | Denied | Unreachable:
        """Begin, or show again what has just been begun."""
        until = (self._clock.now() + timedelta(seconds=ENOUGH_S)).timestamp()
        if known := await self._store.read(partial(stored.under_way, owner=owner, until=until)):
            with suppress(UnreadableSecretError):
                return self._shown(known)
        granted = await self._oauth.begin_device()
        if isinstance(granted, Denied | Unreachable):
            return granted
        secret = {"device_code": granted.device_code, "user_code": granted.user_code, "url": granted.verification_url}
        begun = Begun(
            owner=owner,
            sealed=self._secrets.seal(json.dumps(secret)),
            interval_s=granted.interval_s,
            ends_at=granted.ends_at.timestamp(),
        )
        await self._store.write(partial(stored.begin, begun=begun, now=self._now()))
        self._wake.set()
        return self._shown(begun)

    async def run(self) -> None:
        """Ask GHES about each as often as it allows."""
        while True:
            self._wake.clear()
            try:
                due = await self._store.write(partial(stored.claim, now=self._now(), within_s=ASKING_S, limit=AT_ONCE))
                await self._ask_all(due)
                next_at = await self._store.read(stored.next_at)
            except StoreUnavailableError as failure:
                log.warning("device flows wait for the store", reason=str(failure))
                next_at = None
            idle_s = IDLE_S if next_at is None else min(max(next_at - self._now(), 0.1), IDLE_S)
            await self._pause(idle_s)

    async def _ask_all(self, due: Sequence[Begun]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for begun in due:
                tasks.create_task(self._ask(begun))

    async def _ask(self, begun: Begun) -> None:
        """Ask GHES about one; what the store can't keep is asked again when the claim is over."""
        try:
            await self._settle(begun)
        except StoreUnavailableError as failure:
            log.warning("a device flow waits for the store", reason=str(failure))

    async def _settle(self, begun: Begun) -> None:
        try:
            secret = json.loads(self._secrets.open(begun.sealed))
        except UnreadableSecretError:
            log.warning("a device flow can't be read: AGENT_SECRET_KEYS lacks its key", team_id=begun.owner.team_id)
            await self._end(begun, "unreadable")
            return
        match await self._oauth.poll_device(secret["device_code"]):
            case Granted(tokens=tokens):
                await self._granted(begun, tokens)
            case Pending(interval_s=interval_s):
                await self._put_off(begun, max(interval_s, begun.interval_s))
            case Unreachable():
                await self._put_off(begun, max(UNREACHABLE_S, begun.interval_s))
            case Denied(error=error):
                await self._end(begun, error)

    async def _granted(self, begun: Begun, tokens: Tokens) -> None:
        account = await self._oauth.account(tokens.access)
        if isinstance(account, Denied | Unreachable):
            await self._end(begun, "unreachable" if isinstance(account, Unreachable) else "suspended")
            return
        now, told, kept = self._now(), _told(begun.owner, CONNECTED, ""), sealed(self._secrets, tokens)

        def work(connection: Connection) -> Joined | None:
            if not stored.end(connection, begun):
                return None
            enqueue_calls(connection, {told.id: to_json(told)}, now)
            return self._joining.join(connection, begun.owner, account, kept, now)

        if joined := await self._kept(work):
            await self._joining.let_go(joined)
        else:
            await self._joining.give_back(account, tokens)

    async def _kept(self, work: Callable[[Connection], T]) -> T:
        """Keep what GHES gives only once, however long the store is away."""
        while True:
            try:
                return await self._store.write(work)
            except StoreUnavailableError as failure:
                log.warning("granted tokens can't be kept yet", reason=str(failure))
                await self._clock.sleep(AGAIN_S)

    async def _put_off(self, begun: Begun, interval_s: int) -> None:
        if begun.ends_at <= self._now():
            await self._end(begun, "expired_token")
            return
        await self._store.write(partial(stored.wait, begun=begun, interval_s=interval_s, now=self._now()))

    async def _end(self, begun: Begun, why: str) -> None:
        """It came to nothing, and the person is told; unless they have begun anew meanwhile."""
        now, told = self._now(), _told(begun.owner, NOT_CONNECTED, why)

        def work(connection: Connection) -> None:
            if stored.end(connection, begun):
                enqueue_calls(connection, {told.id: to_json(told)}, now)

        await self._store.write(work)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with self._clock.timeout(seconds):
                await self._wake.wait()

    def _shown(self, begun: Begun) -> DeviceCode:
        secret = json.loads(self._secrets.open(begun.sealed))
        ends_at = datetime.fromtimestamp(begun.ends_at, self._clock.now().tzinfo)
        return DeviceCode(url=secret["url"], user_code=secret["user_code"], ends_at=ends_at)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _told(owner: Owner, action_id: str, value: str) -> Click:
    """What the person is told goes the way of an answer: there is nothing that they have just asked."""
    return Click(
        id=str(uuid4()),
        action_id=action_id,
        value=value,
        team_id=owner.team_id,
        channel_id="",
        user_id=owner.user_id,
        response_url="",
    )
