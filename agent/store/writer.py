"""The one writer of a process: what waits at the same moment shares a transaction, hence a commit."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from agent.store.port import StoreUnavailableError
from agent.store.unavailable import is_unavailable

log = structlog.get_logger()
BATCH = 128
"""Jobs in one transaction at most: bounds how long a commit makes the others wait."""

Work = Callable[[Connection, Sequence[Any]], Sequence[Any]]
Transaction = Callable[[Callable[[Connection], Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Job:
    work: Work
    item: Any
    done: asyncio.Future[Any]


class Writer:
    """Collects jobs and runs them through `transaction`, which opens a writing transaction, commits and translates."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._queue: asyncio.Queue[_Job | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def submit(self, work: Work, item: Any) -> Any:
        """The result of `work` for `item`, once durable."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(_Job(work, item, done))
        return await done

    async def aclose(self) -> None:
        """Write what is queued and end."""
        if self._task is not None:
            self._queue.put_nowait(None)
            await self._task
            self._task = None

    async def _run(self) -> None:
        open_ = True
        while open_ or not self._queue.empty():
            jobs = [await self._queue.get()]
            while len(jobs) < BATCH and not self._queue.empty():
                jobs.append(self._queue.get_nowait())
            open_ = open_ and None not in jobs
            await self._write([job for job in jobs if job is not None])

    async def _write(self, jobs: Sequence[_Job]) -> None:
        if not jobs:
            return
        groups = _groups(jobs)
        try:
            answers = await self._answers(groups)
        except Exception as error:  # noqa: BLE001 - the edge of the writer: whoever waits gets the error, none is lost
            answers = [error] * len(jobs)
        for job, answer in zip((job for group in groups for job in group), answers, strict=True):
            if job.done.done():
                continue
            if isinstance(answer, Exception):
                job.done.set_exception(answer)
            else:
                job.done.set_result(answer)

    async def _answers(self, groups: Sequence[list[_Job]]) -> Any:
        """All together; when one of them fails, once more with savepoints, which cost too much to have them always."""
        try:
            return await self._transaction(partial(_run_together, groups=groups))
        except StoreUnavailableError:
            raise
        except Exception as error:
            if len(groups) == 1 and len(groups[0]) == 1:
                raise
            log.info("a write failed: the others are written without it", error=type(error).__name__)
        return await self._transaction(partial(_run_apart, groups=groups))


def _groups(jobs: Sequence[_Job]) -> list[list[_Job]]:
    groups: dict[Work, list[_Job]] = {}
    for job in jobs:
        groups.setdefault(job.work, []).append(job)
    return list(groups.values())


def _run_together(connection: Connection, groups: Sequence[list[_Job]]) -> list[Any]:
    return [answer for group in groups for answer in group[0].work(connection, [job.item for job in group])]


def _run_apart(connection: Connection, groups: Sequence[list[_Job]]) -> list[Any]:
    return [answer for group in groups for answer in _run_group(connection, group)]


def _run_group(connection: Connection, group: list[_Job]) -> list[Any]:
    savepoint = connection.begin_nested()
    try:
        answers = list(group[0].work(connection, [job.item for job in group]))
    except Exception as error:
        if is_unavailable(error):
            raise  # the savepoint may be gone with the transaction; to roll back to it would hide why
        savepoint.rollback()
        if len(group) == 1:
            return [error]
        return [answer for job in group for answer in _run_group(connection, [job])]
    savepoint.commit()
    return answers
