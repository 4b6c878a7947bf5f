"""The worker: claims due addresses, has their jobs done, settles what came of them.

Channels and workspaces go side by side, up to `IN_HAND` at a time; within a channel there is one order. No transaction
is open across the network, and many addresses share each commit.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from agent.outbox.drawing import Material, delivery_ids, subject_keys
from agent.outbox.notification import Job, Lease, Settlement
from agent.outbox.sending import Collaborators, broken, done, unstored
from agent.store.clock_steps import ClockSteps, Holder
from agent.store.material import load_material
from agent.store.outbox_claims import claim, next_due
from agent.store.outbox_settlements import settle
from agent.store.port import StoreUnavailableError

log = structlog.get_logger()
IN_HAND = 64
LEASE_S = 60.0
IDLE_S = 1.0
"""How long at most until the store is asked again: another replica may have queued something."""


class Worker:
    """`run` goes on until it is cancelled, or told to `drain`: then it takes nothing new and ends what is in hand."""

    def __init__(self, given: Collaborators, wake: asyncio.Event | None = None) -> None:
        """`wake` is set by whoever makes something due; without one it is only `wake()` that does."""
        self._given = given
        self._owner = str(uuid4())
        holder = Holder(owner=self._owner, lease_s=LEASE_S, pace=given.pace)
        self._clock_steps = ClockSteps(given.store, given.clock, holder)
        self._wake = wake or asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something new may be due."""
        self._wake.set()

    def drain(self) -> None:
        """Have `run` return when what is in hand is settled."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Claim, do, settle."""
        in_hand: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as tasks:
            while not self._stopping:
                self._wake.clear()
                room = IN_HAND - len(in_hand)
                if not room:
                    await asyncio.wait(in_hand, return_when=asyncio.FIRST_COMPLETED)
                    continue
                try:
                    await self._clock_steps.beat()
                    leases, due = await self._claim(room)
                    material = await self._load(leases)
                except StoreUnavailableError as failure:
                    log.warning("the store is not available: nothing is posted until it is", reason=str(failure))
                    await self._given.clock.sleep(IDLE_S)
                    continue
                for lease in leases:
                    task = tasks.create_task(self._serve(lease, material))
                    in_hand.add(task)
                    task.add_done_callback(in_hand.discard)
                if len(leases) < room:
                    await self._pause(due)

    async def _claim(self, room: int) -> tuple[Sequence[Lease], float | None]:
        """What is to be done now, and when there is more."""
        given = self._given
        lease = partial(claim, owner=self._owner, now=given.now(), lease_s=LEASE_S, limit=room, pace=given.pace)
        return await given.store.write(lambda connection: (lease(connection), next_due(connection)))

    async def _load(self, leases: Sequence[Lease]) -> Material:
        if not leases:
            return Material(events={}, subjects={})
        return await self._given.store.read(
            partial(load_material, delivery_ids=delivery_ids(leases), keys=subject_keys(leases))
        )

    async def _pause(self, due: float | None) -> None:
        """Until something is due, or somebody wakes us."""
        if self._wake.is_set():
            return
        delay_s = IDLE_S if due is None else min(IDLE_S, max(0.001, due - self._given.now()))
        sleeping = asyncio.create_task(self._given.clock.sleep(delay_s))
        waking = asyncio.create_task(self._wake.wait())
        try:
            await asyncio.wait((sleeping, waking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()

    async def _serve(self, lease: Lease, material: Material) -> None:
        """All jobs of a lease side by side; the last to end gives the address back."""
        left = len(lease.jobs)

        async def one(job: Job) -> None:
            nonlocal left
            settlement = await self._done(lease, job, material)
            left -= 1
            await self._store(replace(settlement, release=left == 0))

        await asyncio.gather(*(one(job) for job in lease.jobs))
        self.wake()

    async def _done(self, lease: Lease, job: Job, material: Material) -> Settlement:
        try:
            return await done(self._given, lease, job, material)
        except StoreUnavailableError:
            return unstored(self._given, lease, job)
        except Exception:  # the edge of the worker: this job is tried again, and the others go on
            reference = uuid4().hex[:8]
            log.exception("a job failed", reference=reference, address=lease.address_id)
            settlement = broken(lease, job, reference)
            self._given.metrics.notifications.labels("broken").inc(len(settlement.members))
            return settlement

    async def _store(self, settlement: Settlement) -> None:
        """Store what came of it; while that can't be done, try again, since Slack may have the post."""
        while True:
            try:
                await self._given.store.write_many(self._settle, settlement)
            except StoreUnavailableError as failure:
                log.warning("what came of a post can't be stored yet", reason=str(failure))
                await self._given.clock.sleep(IDLE_S)
            else:
                return

    def _settle(self, connection: Connection, items: Sequence[Settlement]) -> list[None]:
        return settle(connection, self._given.now(), items)
