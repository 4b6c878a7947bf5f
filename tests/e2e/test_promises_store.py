"""What is promised of the store: what was answered 202 is on the disk, and what can't get there isn't answered 202."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.sandbox.slack.faults import Limited


async def test_power_lost(rig: Any, tmp_path: Path) -> None:
    rig.forget_log()
    rig.world.slack.faults.add(Limited(retry_after_s=30), method="chat.postMessage")
    await rig.issue("before")
    await rig.calm()

    await rig.issue("It leaks")
    after = _copied(rig.folder, tmp_path / "the disk as it was")
    assert rig.statuses() == [202, 202]
    await rig.killed(rig.agents[0])
    await rig.start(after)
    await rig.passes(40)

    assert [len(rig.posts(title)) for title in ("before", "It leaks")] == [1, 1]


async def test_every_connection_waits_for_the_disk_at_each_commit(rig: Any) -> None:
    [agent] = rig.agents
    full = 2

    for through in (agent.store.write, agent.store.read):
        assert await through(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar()) == full
        assert await through(lambda c: c.exec_driver_sql("PRAGMA journal_mode").scalar()) == "wal"


async def test_disk_full_503_never_202(rig: Any) -> None:
    with _full_disk(rig.folder):
        await rig.issue("one")
        await rig.issue("two")
        people_see = rig.posts()
        ready = await rig.page(rig.agents[0], "/readyz")
        await rig.passes(30, step_s=1)

    assert rig.statuses() == [503, 503]
    assert not people_see
    assert "can't be written to" in ready
    took_s = await rig.within(30, lambda: len(rig.posts()) == 2)
    assert took_s <= 15
    await rig.passes(30, step_s=1)
    assert [each.text.split()[-1] for each in rig.posts()] == ["one", "two"]
    assert not rig.agents[0].task.done()


async def test_a_full_disk_between_post_and_settlement_posts_nothing_twice(rig: Any) -> None:
    rig.world.slack.faults.add(Limited(retry_after_s=5), method="chat.postMessage")
    await rig.issue("It leaks")
    await rig.calm()
    life = rig.agents[0].store.life
    before = life.begun
    await rig.within(10, lambda: life.begun > before)

    with _full_disk(rig.folder):
        await rig.passes(30, step_s=1)
    await rig.passes(60, step_s=1)

    assert len(rig.posts()) == 1
    assert [row.state for row in await rig.rows(rig.agents[0])] == ["delivered"]


def _copied(store: Path, to: Path) -> Path:
    """The files of the store as they are at this moment, without the memory that its process shares."""
    to.mkdir()
    for file in store.iterdir():
        if file.is_file() and not file.name.endswith("-shm"):
            shutil.copy(file, to)
    return to


@contextmanager
def _full_disk(folder: Path) -> Iterator[None]:
    """No file may grow beyond what the log of the store has now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((folder / "ghe-slack.db-wal").stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
