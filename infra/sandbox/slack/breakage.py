"""What can happen to sockets, on demand. `number` names one socket (`Socket.number`); None means all that are open."""

import asyncio

from infra.sandbox.slack.app import App
from infra.sandbox.slack.socket import Socket
from infra.sandbox.slack.sockets import warn_and_close
from infra.sandbox.slack.world import World


def open_sockets(world: World, number: int | None = None) -> list[Socket]:
    """Return the sockets that Slack believes to be open."""
    return [s for s in world.line.open_sockets() if number in {None, s.number}]


async def warn(world: World, number: int | None = None) -> None:
    """Send `disconnect`/`warning` and close ten seconds later; returns after the close."""
    await asyncio.gather(*(warn_and_close(world, socket) for socket in open_sockets(world, number)))


async def refresh(world: World, number: int | None = None) -> None:
    """Send `refresh_requested` without any warning and close at once."""
    for socket in open_sockets(world, number):
        await socket.disconnect("refresh_requested")
        await socket.close()


async def disable_link(world: World, app: App | None = None) -> None:
    """Switch an app's Socket Mode off (the first's): its sockets hear `link_disabled`, and new ones are refused."""
    app = app or world.app
    app.link_enabled = False
    for socket in list(world.line.open_sockets(app.app_id)):
        await socket.disconnect("link_disabled")
        await socket.close()


def enable_link(world: World, app: App | None = None) -> None:
    """Switch it on again."""
    (app or world.app).link_enabled = True


def silence(world: World, number: int | None = None) -> None:
    """Make sockets half-open: no pongs, no reading, envelopes sent to them vanish."""
    for socket in open_sockets(world, number):
        socket.half_open = True


def reset(world: World, number: int | None = None) -> None:
    """Abort the TCP connections."""
    for socket in open_sockets(world, number):
        socket.reset()
