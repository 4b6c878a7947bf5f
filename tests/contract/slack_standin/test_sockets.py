"""Opening, refreshing and losing sockets. Source: slack.md §1, §2, §4, §18."""

import asyncio
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from infra.sandbox.slack.breakage import disable_link, enable_link, open_sockets, refresh, reset, silence, warn
from infra.sandbox.slack.switches import Switches


async def test_the_hello_counts_the_sockets_and_says_how_long_they_live(slack: Any, connect: Any) -> None:
    first = await connect(slack)
    second = await connect(slack)

    assert [peer.hello["num_connections"] for peer in (first, second)] == [1, 2]
    assert first.hello["type"] == "hello"
    assert first.hello["debug_info"]["approximate_connection_time"] == 3600
    assert first.hello["connection_info"] == {"app_id": slack.world.app.app_id}


@pytest.mark.parametrize("single_use", [True, False])
async def test_a_ticket_used_twice(start: Any, *, single_use: bool) -> None:
    """U1."""
    slack = await start(switches=Switches(single_use_tickets=single_use))
    url = await slack.ticket()
    async with slack.session.ws_connect(url):
        if single_use:
            with pytest.raises(WSServerHandshakeError) as refused:
                await slack.session.ws_connect(url)
            assert refused.value.status == 403
        else:
            async with slack.session.ws_connect(url) as again:
                assert (await again.receive_json(timeout=5))["num_connections"] == 2


async def test_a_ticket_is_temporary(slack: Any) -> None:
    """slack.md §1."""
    url = await slack.ticket()
    await slack.clock.advance(61)

    with pytest.raises(WSServerHandshakeError):
        await slack.session.ws_connect(url)


@pytest.mark.parametrize("status", [409, 408, 429])
async def test_a_handshake_can_fail_and_leaves_the_ticket_alone(slack: Any, connect: Any, status: int) -> None:
    """slack.md §1: 409 and 408 from the edge."""
    slack.world.faults.handshakes.append(status)

    with pytest.raises(WSServerHandshakeError) as refused:
        await slack.session.ws_connect(await slack.ticket())

    assert refused.value.status == status
    assert (await connect(slack)).hello["num_connections"] == 1


async def test_a_socket_that_is_accepted_slowly(slack: Any, connect: Any) -> None:
    slack.world.faults.accept_delay_s = 5

    opening = asyncio.create_task(connect(slack))
    await slack.world.feed.until(lambda: slack.world.calls)
    await slack.clock.advance(4)
    waiting = not opening.done()
    await slack.clock.advance(2)

    assert waiting
    assert (await opening).hello["type"] == "hello"


@pytest.mark.parametrize("what", ["refused", "drops_oldest"])
async def test_an_eleventh_socket(start: Any, connect: Any, what: Any) -> None:
    """slack.md §4 and U8: up to 10 for each app, then `too_many_websockets`."""
    slack = await start(switches=Switches(eleventh_socket=what))
    peers = [await connect(slack) for _ in range(10)]

    async with slack.session.ws_connect(await slack.ticket()) as eleventh:
        frame = await eleventh.receive_json(timeout=5)
        told = frame if what == "refused" else await peers[0].frame()

    assert (told["type"], told["reason"]) == ("disconnect", "too_many_websockets")
    assert frame["type"] == ("disconnect" if what == "refused" else "hello")


async def test_a_warning_comes_ten_seconds_before_the_close(slack: Any, connect: Any) -> None:
    """slack.md §2."""
    peer = await connect(slack)
    warning = asyncio.create_task(warn(slack.world))

    frame = await peer.frame()
    await slack.clock.advance(9)
    still_open = len(open_sockets(slack.world))
    await slack.clock.advance(1)
    last = await peer.frame()

    assert (frame["type"], frame["reason"]) == ("disconnect", "warning")
    assert still_open == 1
    assert last["reason"] == "refresh_requested"
    assert await peer.ended()
    await warning
    assert open_sockets(slack.world) == []


async def test_a_socket_ends_by_itself_when_its_time_is_over(slack: Any, connect: Any) -> None:
    slack.world.connection_life_s = 120
    peer = await connect(slack)
    await slack.clock.advance(111, step_s=5)

    assert (await peer.frame())["reason"] == "warning"


async def test_a_refresh_may_come_without_a_warning(slack: Any, connect: Any) -> None:
    """slack.md §2."""
    peer = await connect(slack)
    closing = asyncio.create_task(refresh(slack.world))

    assert (await peer.frame())["reason"] == "refresh_requested"
    assert await peer.ended()
    await closing


async def test_socket_mode_switched_off_and_on(slack: Any, connect: Any) -> None:
    """slack.md §2: `link_disabled`."""
    peer = await connect(slack)
    closing = asyncio.create_task(disable_link(slack.world))

    assert (await peer.frame())["reason"] == "link_disabled"
    assert await peer.ended()
    await closing
    refused = await slack.call("apps.connections.open", token=slack.world.app.token)
    assert refused["error"] == "forbidden_team"
    enable_link(slack.world)
    assert await slack.ticket()


async def test_a_half_open_socket_answers_nothing(slack: Any, connect: Any) -> None:
    """slack.md §18: half-open, no pongs. `num_connections` goes on counting it."""
    async with slack.session.ws_connect(await slack.ticket(), autoping=False) as socket:
        await socket.receive_json(timeout=5)
        await socket.ping(b"one")
        answered = await socket.receive(timeout=5)
        silence(slack.world)
        await socket.ping(b"two")
        second = await connect(slack)
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.05)

    assert answered.type.name == "PONG"
    assert second.hello["num_connections"] == 2


async def test_a_connection_that_is_reset(slack: Any, connect: Any) -> None:
    peer = await connect(slack)

    reset(slack.world)

    assert await peer.ended()
    assert open_sockets(slack.world) == []
    assert (await connect(slack)).hello["num_connections"] == 1


async def test_a_socket_that_the_app_closes_is_gone(slack: Any, connect: Any) -> None:
    peer = await connect(slack)

    await peer.socket.close()
    await slack.world.feed.until(lambda: not open_sockets(slack.world))

    assert (await connect(slack)).hello["num_connections"] == 1


async def test_slack_pings(slack: Any) -> None:
    """slack.md §4: Slack's servers send WebSocket pings."""
    async with slack.session.ws_connect(await slack.ticket(), autoping=False) as socket:
        await socket.receive_json(timeout=5)
        await slack.clock.advance(30, step_s=5)

        assert (await socket.receive(timeout=5)).type.name == "PING"
