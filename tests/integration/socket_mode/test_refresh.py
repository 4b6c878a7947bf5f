import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal

import pytest

from infra.sandbox.slack import breakage
from infra.sandbox.slack.switches import Switches

Rigs = Callable[..., AbstractAsyncContextManager[Any]]


async def test_after_a_warning_the_successor_stands_before_the_old_socket_is_left(rigs: Rigs) -> None:
    async with rigs() as rig:
        fewest = 2
        closing = asyncio.create_task(breakage.warn(rig.world))

        await rig.soon(lambda: rig.tickets() == 4 and len(rig.world.line.open_sockets()) == 4)
        while not closing.done():
            await rig.clock.advance(0.5)
            fewest = min(fewest, len(rig.world.line.open_sockets()))

        assert fewest == 2
        assert rig.pool.status().open == 2
        assert rig.pool.status().well
        assert rig.happened("left_warning") == 2


async def test_failed_handshakes_at_a_refresh_leave_no_hole(rigs: Rigs) -> None:
    async with rigs() as rig:
        rig.world.faults.handshakes.extend([409, 409, 408])
        commands = [rig.type("0")]

        closing = asyncio.create_task(breakage.warn(rig.world))
        while not closing.done():
            commands.append(rig.type(str(len(commands))))
            await rig.clock.advance(0.25)

        assert rig.tickets() == 7
        assert all(command.acknowledged for command in commands[:-1])
        assert rig.pool.status().open == 2


async def test_a_predecessor_that_slack_never_closes_is_left_in_the_end(rigs: Rigs) -> None:
    async with rigs() as rig:
        for socket in breakage.open_sockets(rig.world):
            await socket.disconnect("warning")

        await rig.soon(lambda: len(rig.world.line.open_sockets()) == 4)
        took_s = await rig.within(40, lambda: len(rig.world.line.open_sockets()) == 2)

        assert 30 <= took_s <= 32


async def test_of_ten_sockets_all_are_replaced_without_an_eleventh(rigs: Rigs) -> None:
    async with rigs(connections=10) as rig:
        closing = asyncio.create_task(breakage.warn(rig.world))

        await rig.within(10, lambda: rig.tickets() == 20 and rig.pool.status().open == 10)
        await rig.clock.advance(12)

        assert closing.done()
        assert len(rig.world.line.open_sockets()) == 10
        assert rig.happened("left_too_many_websockets") + rig.happened("failed_too_many_websockets") == 0


ANY_SLACK = [
    pytest.param(Switches(), "round_robin", id="defaults"),
    pytest.param(Switches(acks_on_any_socket=False), "random", id="U2 only the receiving socket counts"),
    pytest.param(Switches(commands_are_redelivered=True), "random", id="U4 commands come again"),
    pytest.param(Switches(retries_reuse_envelope=True), "random", id="U3 envelopes are reused"),
    pytest.param(Switches(single_use_tickets=False), "random", id="U1 tickets are reusable"),
    pytest.param(Switches(eleventh_socket="drops_oldest"), "random", id="U8 the oldest is dropped"),
]


@pytest.mark.parametrize(("switches", "delivery"), ANY_SLACK)
async def test_all_sockets_refreshed_at_the_same_moment_lose_no_command(
    rigs: Rigs, switches: Switches, delivery: Literal["round_robin", "random"]
) -> None:
    async with rigs(switches=switches, world={"delivery": delivery}) as rig:
        closing = asyncio.create_task(breakage.warn(rig.world))
        commands = [rig.type("0")]
        while not closing.done():
            commands.append(rig.type(str(len(commands))))
            await rig.clock.advance(0.1)

        await rig.within(4, lambda: all(command.settled.is_set() for command in commands))

        assert len(commands) > 90
        assert [command.shown for command in commands if command.shown] == []
        assert sorted(int(envelope.payload["text"]) for envelope in rig.store.kept.values()) == list(
            range(len(commands))
        )


@pytest.mark.parametrize(("switches", "delivery"), ANY_SLACK)
async def test_an_abrupt_refresh_loses_no_event_and_keeps_each_once(
    rigs: Rigs, switches: Switches, delivery: Literal["round_robin", "random"]
) -> None:
    async with rigs(switches=switches, world={"delivery": delivery}) as rig:
        events = []
        for number in range(30):
            events.append(rig.event())
            if number % 10 == 5:
                closing = asyncio.create_task(breakage.refresh(rig.world))
                await rig.soon(closing.done)
            await rig.clock.advance(0.1)

        await rig.within(400, lambda: all(event.settled.is_set() for event in events))

        assert all(event.acknowledged for event in events)
        assert sorted(rig.store.kept) == sorted(f"events_api:{event.payload['event_id']}" for event in events)
        assert rig.happened("left_refresh_requested") >= 6
