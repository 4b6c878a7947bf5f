import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from structlog.testing import capture_logs

from infra.sandbox.slack.line import Delivery

Rigs = Callable[..., AbstractAsyncContextManager[Any]]


async def test_each_socket_is_opened_with_a_ticket_of_its_own(rigs: Rigs) -> None:
    async with rigs(connections=3) as rig:
        status = rig.pool.status()

        assert rig.tickets() == 3
        assert status.well
        assert sorted(socket.num_connections for socket in status.sockets) == [1, 2, 3]


async def test_a_command_is_acknowledged_only_once_it_is_kept(rigs: Rigs) -> None:
    async with rigs() as rig:
        rig.store.door.clear()

        command = rig.type()
        await rig.soon(lambda: rig.store.waiting)
        acknowledged_before = command.acknowledged
        rig.store.door.set()
        await rig.soon(command.settled.is_set)

        assert not acknowledged_before
        assert command.acknowledged
        assert [envelope.payload["command"] for envelope in rig.store.kept.values()] == ["/ghe"]


async def test_an_event_that_could_not_be_kept_is_not_acknowledged_and_comes_again(rigs: Rigs) -> None:
    async with rigs() as rig:
        rig.store.broken = 1

        with capture_logs() as logs:
            event = rig.event()
            await rig.within(5, event.settled.is_set)

        assert event.acknowledged
        assert len(event.attempts) == 2
        assert len(rig.store.kept) == 1
        assert rig.happened("unanswered") == 1
        assert [entry["error"] for entry in logs if entry["event"] == "envelope not answered"] == ["RuntimeError"]
        assert "app_home_opened" not in str(logs)


async def test_an_unknown_type_is_acknowledged_unread_and_counted(rigs: Rigs) -> None:
    async with rigs() as rig:
        delivery = rig.world.line.start(Delivery(kind=cast("Any", "hologram"), payload={"x": 1}))

        await rig.soon(delivery.settled.is_set)

        assert delivery.acknowledged
        assert rig.pool.status().envelopes == {"unknown": 1}
        assert not rig.store.kept


async def test_garbage_is_counted_and_the_socket_lives_on(rigs: Rigs) -> None:
    async with rigs(connections=2) as rig:
        for socket in rig.world.line.open_sockets():
            await socket._channel.send_str("no json")
            await socket._channel.send_bytes(b"\0")
            await socket._channel.send_str(json.dumps({"type": "hello_again"}))

        await rig.soon(lambda: rig.happened("garbage") == 6)
        command = rig.type()
        await rig.soon(command.settled.is_set)

        assert command.acknowledged
        assert rig.tickets() == 2


async def test_more_envelopes_than_hands_wait_unread_and_none_is_lost(rigs: Rigs) -> None:
    async with rigs(in_hand=5) as rig:
        rig.store.door.clear()

        commands = [rig.type(str(number)) for number in range(50)]
        await rig.soon(lambda: rig.pool.status().in_hand == 5)
        waiting = rig.store.waiting
        rig.store.door.set()
        await rig.soon(lambda: all(command.settled.is_set() for command in commands))

        assert waiting == 5
        assert all(command.acknowledged for command in commands)
        assert len(rig.store.kept) == 50


async def test_silence_while_the_hands_are_full_is_not_taken_for_a_dead_peer(rigs: Rigs) -> None:
    async with rigs(in_hand=1) as rig:
        rig.store.door.clear()
        for number in range(10):
            rig.type(str(number))

        await rig.clock.advance(20)
        rig.store.door.set()
        await rig.soon(lambda: len(rig.store.kept) == 10)
        await rig.clock.advance(10)

        assert rig.happened("left_silent") == 0
        assert rig.tickets() == 2


async def test_stopping_acknowledges_what_is_in_hand_and_closes(rigs: Rigs) -> None:
    async with rigs() as rig:
        rig.store.door.clear()
        command = rig.type()
        await rig.soon(lambda: rig.store.waiting)

        stopping = asyncio.create_task(rig.pool.stop())
        await rig.clock.advance(1)
        late = rig.type("late")
        await rig.soon(lambda: rig.happened("left_unread"))
        rig.store.door.set()
        await rig.soon(stopping.done)
        await rig.within(3, lambda: not rig.world.line.open_sockets())

        assert command.acknowledged
        assert not late.acknowledged
        assert len(rig.store.kept) == 1


async def test_stopping_waits_no_longer_than_its_deadline(rigs: Rigs) -> None:
    async with rigs() as rig:
        rig.store.door.clear()
        rig.type()
        await rig.soon(lambda: rig.store.waiting)

        stopping = asyncio.create_task(rig.pool.stop(drain_s=5))
        took_s = await rig.within(8, stopping.done)

        assert 5 <= took_s <= 5.5
        assert rig.happened("acknowledged") == 0


async def test_a_burst_is_acknowledged_completely(rigs: Rigs) -> None:
    async with rigs() as rig:
        commands = [rig.type(str(number)) for number in range(2000)]

        await rig.soon(lambda: all(command.settled.is_set() for command in commands))

        assert all(command.acknowledged for command in commands)
        assert len(rig.store.kept) == 2000
        assert not rig.world.complaints
