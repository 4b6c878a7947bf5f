"""The Socket Mode server: tickets, handshakes, hello, refreshes, closing (slack.md §1-4)."""

import asyncio
import uuid
from typing import Any

from aiohttp import WSMsgType, web

from infra.sandbox.slack.app import App
from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.socket import Socket
from infra.sandbox.slack.world import World

MOST_SOCKETS = 10
TICKET_LIFE_S = 60
WARNING_S = 10
PING_EVERY_S = 30
DEBUG_LIFE_S = 360


def open_ticket(world: World, app: App | None = None) -> str:
    """Return the URL of apps.connections.open for an app (the first), with a ticket that lives a minute."""
    app = app or world.app
    ticket = str(uuid.uuid4())
    world.tickets[ticket] = (app.app_id, world.clock.monotonic() + TICKET_LIFE_S)
    host = world.public_url.replace("http", "ws", 1)
    return f"{host}/link/?ticket={ticket}&app_id={app.app_id}"


async def link(world: World, request: web.Request) -> web.StreamResponse:
    """Answer a handshake and serve the socket until it ends."""
    if world.faults.handshakes:
        return web.Response(status=world.faults.handshakes.popleft())
    if world.faults.accept_delay_s:
        await world.clock.sleep(world.faults.accept_delay_s)
    app_id = _redeem(world, request.query.get("ticket", ""))
    if app_id is None:
        return web.Response(status=403, text="invalid ticket")
    channel = web.WebSocketResponse(autoping=False, autoclose=False)
    await channel.prepare(request)
    socket = Socket(int(world.new_id("")), app_id, channel, request.transport)
    there = world.line.open_sockets(app_id)
    if len(there) >= MOST_SOCKETS:
        refused = socket if world.switches.eleventh_socket == "refused" else there[0]
        await refused.disconnect("too_many_websockets")
        await refused.close()
        if refused is socket:
            return channel
    world.line.sockets.append(socket)
    life_s = DEBUG_LIFE_S if request.query.get("debug_reconnects") == "true" else world.connection_life_s
    await socket.send(_hello(world, socket, life_s))
    world.feed.publish(Change(kind="socket", what="open"))
    async with asyncio.TaskGroup() as tasks:
        timers = [tasks.create_task(_end_of_life(world, socket, life_s)), tasks.create_task(_pings(world, socket))]
        await _read(world, socket, channel)
        for timer in timers:
            timer.cancel()
    world.feed.publish(Change(kind="socket", what="closed"))
    return channel


async def warn_and_close(world: World, socket: Socket) -> None:
    """Announce the end and close ten seconds later, as Slack does at a planned refresh."""
    await socket.disconnect("warning")
    await world.clock.sleep(WARNING_S)
    await socket.disconnect("refresh_requested")
    await socket.close()


def _redeem(world: World, ticket: str) -> str | None:
    """Return the id of the app that the ticket was made for."""
    if ticket not in world.tickets:
        return None
    app_id, ends_at = world.tickets[ticket]
    if ends_at < world.clock.monotonic() or not world.apps[app_id].link_enabled:
        return None
    if world.switches.single_use_tickets:
        del world.tickets[ticket]
    return app_id


def _hello(world: World, socket: Socket, life_s: float) -> dict[str, Any]:
    return {
        "type": "hello",
        "num_connections": len(world.line.open_sockets(socket.app_id)),
        "debug_info": {
            "host": f"applink-sandbox-{socket.number}",
            "build_number": 10,
            "approximate_connection_time": int(life_s),
        },
        "connection_info": {"app_id": socket.app_id},
    }


async def _read(world: World, socket: Socket, channel: web.WebSocketResponse) -> None:
    while True:
        message = await channel.receive()
        match message.type:
            case WSMsgType.TEXT if not socket.half_open:
                world.line.acknowledge(socket, message.data)
            case WSMsgType.PING:
                await socket.pong(message.data)
            case WSMsgType.CLOSE if socket.half_open:
                await socket.gone.wait()
                return
            case WSMsgType.CLOSE | WSMsgType.CLOSING | WSMsgType.CLOSED | WSMsgType.ERROR:
                await socket.close()
                return


async def _end_of_life(world: World, socket: Socket, life_s: float) -> None:
    await world.clock.sleep(life_s - WARNING_S)
    await warn_and_close(world, socket)


async def _pings(world: World, socket: Socket) -> None:
    while not socket.gone.is_set():
        await world.clock.sleep(PING_EVERY_S)
        await socket.ping()
