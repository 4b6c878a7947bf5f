"""What `agent.store.port.Store` promises, of both stores."""

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Connection, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import await_only

from agent.store.port import StoreUnavailableError
from agent.store.postgres import PostgresStore
from agent.store.sqlite import SqliteStore
from agent.store.tables import marks

AnyStore = SqliteStore | PostgresStore


def value(connection: Connection) -> int:
    return int(connection.execute(select(marks.c.value).where(marks.c.name == "n")).scalar_one())


def add_one(connection: Connection) -> int:
    """Reads, then writes what follows from it: right only if nobody else writes in between."""
    found = value(connection) + 1
    connection.execute(update(marks).where(marks.c.name == "n").values(value=str(found)))
    return found


def add_each(connection: Connection, items: Sequence[int]) -> list[int]:
    return [add_one(connection) for _ in items]


def names(connection: Connection) -> list[str]:
    return list(connection.execute(select(marks.c.name).order_by(marks.c.name)).scalars())


def put(connection: Connection, items: Sequence[str]) -> list[str]:
    connection.execute(insert(marks), [{"name": item, "value": ""} for item in items])
    return [f"put {item}" for item in items]


@pytest.fixture
async def counter(store: AnyStore) -> AnyStore:
    await store.write(lambda connection: connection.execute(insert(marks).values(name="n", value="0")).rowcount)
    return store


async def test_400_parallel_transactions_that_read_and_then_write_end_at_400(counter: AnyStore) -> None:
    results = await asyncio.gather(*(counter.write(add_one) for _ in range(400)))

    assert sorted(results) == list(range(1, 401))
    assert await counter.read(value) == 400


async def test_so_they_do_from_two_replicas(counter: AnyStore, open_store: Callable[[], AnyStore]) -> None:
    other = open_store()

    await asyncio.gather(
        *(each.write(add_one) for _ in range(100) for each in (counter, other)),
        *(each.write_many(add_each, 0) for _ in range(100) for each in (counter, other)),
    )

    assert await counter.read(value) == await other.read(value) == 400


async def test_what_waits_at_the_same_time_shares_a_commit(counter: AnyStore) -> None:
    commits = _counted_commits(counter)

    await asyncio.gather(
        *(counter.write(add_one) for _ in range(300)), *(counter.write_many(put, f"{i}") for i in range(60))
    )

    assert len(commits) <= 5
    assert await counter.read(value) == 300


async def test_items_that_wait_are_handed_over_together_and_each_gets_its_own_result(store: AnyStore) -> None:
    batches: list[int] = []

    def counted(connection: Connection, items: Sequence[str]) -> list[str]:
        batches.append(len(items))
        return put(connection, items)

    results = await asyncio.gather(*(store.write_many(counted, f"m{i:02}") for i in range(50)))

    assert results == [f"put m{i:02}" for i in range(50)]
    assert sum(batches) == 50
    assert len(batches) <= 2


async def test_an_item_at_fault_fails_alone(store: AnyStore) -> None:
    results = await asyncio.gather(
        *(store.write_many(put, name) for name in ("a", "b", "a", "c")), return_exceptions=True
    )

    assert [isinstance(result, IntegrityError) for result in results] == [False, False, True, False]
    assert await store.read(names) == ["a", "b", "c"]


async def test_what_the_work_raises_reaches_who_asked_for_it_and_nothing_of_it_stays(store: AnyStore) -> None:
    def half(connection: Connection) -> None:
        put(connection, ["half"])
        raise LookupError("on purpose")

    alone = (await asyncio.gather(store.write(half), return_exceptions=True))[0]
    together = await asyncio.gather(
        store.write(lambda c: put(c, ["a"])),
        store.write(half),
        store.write(lambda c: put(c, ["b"])),
        return_exceptions=True,
    )

    assert [type(each) for each in (alone, *together)] == [LookupError, list, LookupError, list]
    assert await store.read(names) == ["a", "b"]


async def test_a_mistake_of_ours_is_not_taken_for_an_outage(store: AnyStore) -> None:
    def mistaken(connection: Connection) -> None:
        connection.execute(text("SELECT nothing FROM nowhere"))

    results = await asyncio.gather(
        store.write(mistaken), store.write(lambda c: put(c, ["a"])), store.read(mistaken), return_exceptions=True
    )

    assert [isinstance(result, StoreUnavailableError) for result in results] == [False] * 3
    assert await store.read(names) == ["a"]


class Gate:
    """What work waits at in the middle of its transaction, wherever the store runs it."""

    def __init__(self, store: AnyStore) -> None:
        self._on_loop = isinstance(store, PostgresStore)
        self._loop = asyncio.get_running_loop()
        self._thread_gate, self._loop_gate = threading.Event(), asyncio.Event()
        self.reached = asyncio.Event()

    def wait(self) -> None:
        """Inside of the work."""
        self._loop.call_soon_threadsafe(self.reached.set)
        if self._on_loop:
            await_only(self._loop_gate.wait())
        else:
            assert self._thread_gate.wait(30)

    def open(self) -> None:
        self._thread_gate.set()
        self._loop_gate.set()


async def test_readers_see_nothing_that_is_not_committed(store: AnyStore) -> None:
    gate = Gate(store)

    def write(connection: Connection) -> None:
        put(connection, ["new"])
        gate.wait()

    writing = asyncio.create_task(store.write(write))
    await gate.reached.wait()
    during = await store.read(names)
    gate.open()
    await writing

    assert during == []
    assert await store.read(names) == ["new"]


async def test_a_reader_sees_one_state_until_it_has_done(store: AnyStore) -> None:
    gate = Gate(store)

    def read(connection: Connection) -> tuple[list[str], list[str]]:
        first = names(connection)
        gate.wait()
        return first, names(connection)

    reading = asyncio.create_task(store.read(read))
    await gate.reached.wait()
    await store.write(lambda c: put(c, ["new"]))
    gate.open()

    assert await reading == ([], [])


async def test_closing_finishes_what_is_queued(store: AnyStore, open_store: Callable[[], AnyStore]) -> None:
    queued = [asyncio.create_task(store.write_many(put, f"q{i:03}")) for i in range(300)]
    await asyncio.sleep(0)  # noqa: TID251 - lets them queue

    await store.aclose()

    assert [await task for task in queued] == [f"put q{i:03}" for i in range(300)]
    assert len(await open_store().read(names)) == 300


async def test_whoever_gives_up_waiting_disturbs_nobody(store: AnyStore) -> None:
    impatient = asyncio.create_task(store.write_many(put, "a"))
    patient = asyncio.create_task(store.write_many(put, "b"))
    await asyncio.sleep(0)  # noqa: TID251 - lets them queue
    impatient.cancel()

    assert await patient == "put b"
    assert impatient.cancelled()


async def test_errors_tell_no_values(store: AnyStore) -> None:
    await store.write_many(put, "a secret")

    with pytest.raises(IntegrityError) as told:
        await store.write_many(put, "a secret")

    assert "INSERT" in str(told.value)
    assert "'a secret'" not in str(told.value).partition("DETAIL")[0]


def _counted_commits(store: AnyStore) -> list[None]:
    commits: list[None] = []
    engine = store.engine if isinstance(store, SqliteStore) else store.engine.sync_engine
    event.listen(engine, "commit", lambda _connection: commits.append(None))
    return commits
