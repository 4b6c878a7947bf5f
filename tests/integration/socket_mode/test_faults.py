import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal

import pytest

from infra.sandbox.slack import breakage
from infra.sandbox.slack.faults import Down, Limited
from infra.sandbox.slack.switches import Switches

Rigs = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.mark.parametrize("single_use", [True, False], ids=["U1 single use", "U1 reusable"])
async def test_a_failed_handshake_is_tried_again_with_a_fresh_ticket(rigs: Rigs, *, single_use: bool) -> None:
    async with rigs(switches=Switches(single_use_tickets=single_use), opened=False) as rig:
        rig.world.faults.handshakes.extend([409, 408, 429, 409])

        await rig.within(30, lambda: rig.pool.status().open == 2)

        assert rig.tickets() == 6
        assert rig.pool.status().well
        assert rig.happened("failed_handshake_answered_409") == 2


async def test_a_half_open_peer_is_found_in_under_ten_seconds(rigs: Rigs) -> None:
    async with rigs() as rig:
        await rig.clock.advance(1)
        breakage.silence(rig.world)

        took_s = await rig.within(10, lambda: rig.happened("left_silent") == 2)
        await rig.soon(lambda: rig.pool.status().open == 2 and rig.tickets() == 4)

        assert took_s < 10


async def test_a_peer_that_answers_pings_is_kept(rigs: Rigs) -> None:
    async with rigs() as rig:
        await rig.clock.advance(120, step_s=2)

        assert rig.tickets() == 2


async def test_a_reset_socket_is_replaced_at_once(rigs: Rigs) -> None:
    async with rigs() as rig:
        breakage.reset(rig.world)

        await rig.soon(lambda: rig.tickets() == 4 and rig.pool.status().open == 2)

        assert rig.happened("left_connection_lost") == 2
        assert rig.pool.status().well


async def test_an_acknowledgement_goes_over_another_socket_when_its_own_has_broken(rigs: Rigs) -> None:
    async with rigs() as rig:
        rig.store.door.clear()
        command = rig.type()
        await rig.soon(lambda: rig.store.waiting)

        breakage.reset(rig.world)
        await rig.soon(lambda: rig.happened("left_connection_lost") == 2)
        rig.store.door.set()
        await rig.soon(command.settled.is_set)

        assert command.acknowledged
        assert rig.happened("acknowledged_elsewhere") == 1


async def test_slack_switched_off_is_an_alarm_that_is_tested_again_every_five_minutes(rigs: Rigs) -> None:
    async with rigs() as rig:
        await breakage.disable_link(rig.world)
        await rig.soon(lambda: rig.happened("left_link_disabled") == 2)
        alarms = rig.pool.status().alarms

        await rig.clock.advance(298, step_s=5)
        tickets_meanwhile = rig.tickets() - 2
        breakage.enable_link(rig.world)
        await rig.within(5, lambda: rig.pool.status().open == 2)

        assert len(alarms) == 1
        assert "Socket Mode is switched off" in alarms[0]
        assert tickets_meanwhile == 0
        assert rig.pool.status().well


async def test_a_socket_that_was_refused_is_opened_as_soon_as_another_one_is(rigs: Rigs) -> None:
    async with rigs() as rig:
        await breakage.disable_link(rig.world)
        await rig.soon(lambda: rig.happened("left_link_disabled") == 2)
        first, second = rig.pool._slots
        breakage.enable_link(rig.world)

        waking = asyncio.create_task(rig.pool.opened(None))
        await rig.within(5, lambda: second.status().state == first.status().state == "open")
        await waking

        assert rig.pool.status().well


async def test_a_refused_token_is_an_alarm_and_not_repeated_soon(rigs: Rigs) -> None:
    async with rigs(token="xapp-wrong", opened=False) as rig:
        await rig.soon(lambda: rig.happened("failed_invalid_auth") == 2)
        await rig.clock.advance(298, step_s=5)
        early = rig.happened("failed_invalid_auth")
        await rig.clock.advance(4)

        assert early == 2
        assert rig.happened("failed_invalid_auth") == 4
        assert [alarm.partition(":")[0] for alarm in rig.pool.status().alarms] == ["Slack doesn't know SLACK_APP_TOKEN"]


async def test_a_retry_after_is_waited_for(rigs: Rigs) -> None:
    async with rigs(opened=False, connections=2) as rig:
        rig.world.faults.add(Limited(retry_after_s=20), method="apps.connections.open", times=2)

        took_s = await rig.within(30, lambda: rig.pool.status().open == 2)

        assert took_s >= 20
        assert rig.tickets() == 4


async def test_while_slack_is_down_there_is_an_alarm_and_afterwards_none(rigs: Rigs) -> None:
    async with rigs() as rig:
        rig.world.faults.add(Down(status=503), method="apps.connections.open", times=None)
        breakage.reset(rig.world)

        await rig.clock.advance(60, step_s=1)
        during = rig.pool.status()
        rig.world.faults.clear()
        await rig.within(31, lambda: rig.pool.status().open == 2)

        assert "No socket to Slack is open (answered_503)" in during.alarms[0]
        assert rig.pool.status().well


async def test_a_handshake_that_hangs_is_given_up(rigs: Rigs) -> None:
    async with rigs(opened=False) as rig:
        rig.world.faults.accept_delay_s = 60
        await rig.within(12, lambda: rig.happened("failed_no_answer_in_time") == 2)
        rig.world.faults.accept_delay_s = 0

        await rig.within(5, lambda: rig.pool.status().open == 2)

        assert rig.pool.status().well


async def test_sockets_that_are_not_ours_are_an_alarm_until_they_are_gone(rigs: Rigs) -> None:
    async with rigs() as rig:
        stranger = rig.another()
        strangers_run = rig.runs.create_task(stranger.run())
        await rig.soon(lambda: stranger.status().open == 2)
        alarms = stranger.status().alarms

        stopping = asyncio.create_task(rig.pool.stop())
        await rig.within(3, stopping.done)
        await rig.within(310, lambda: not stranger.status().alarms)
        await stranger.stop()
        await rig.within(3, strangers_run.done)

        assert len(alarms) == 1
        assert "only 2 are ours" in alarms[0]


@pytest.mark.parametrize("eleventh", ["refused", "drops_oldest"])
async def test_with_ten_sockets_of_others_ours_wait_with_an_alarm(
    rigs: Rigs, eleventh: Literal["refused", "drops_oldest"]
) -> None:
    async with rigs(switches=Switches(eleventh_socket=eleventh)) as rig:
        crowd = rig.another(connections=8)
        rig.runs.create_task(crowd.run())
        await rig.soon(lambda: crowd.status().open == 8)
        late = rig.another(connections=2)
        late_runs = rig.runs.create_task(late.run())

        await rig.within(
            30, lambda: any("ten sockets" in a for p in (late, crowd, rig.pool) for a in p.status().alarms)
        )
        stopping = asyncio.create_task(crowd.stop())
        await rig.within(60, lambda: late.status().open == 2)
        alarms = [alarm for alarm in late.status().alarms if "ten sockets" in alarm]
        await asyncio.gather(stopping, late.stop())
        await rig.within(5, late_runs.done)

        assert not alarms
