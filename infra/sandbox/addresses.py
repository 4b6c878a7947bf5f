"""Addresses and ports of this machine."""

import errno
import secrets
import socket
from contextlib import suppress

from agent.cli_errors import Failure

LOOPBACK = "127.0.0.1"
PORTS = (20000, 32000)
"""Below the ephemeral ones, so that nobody's outgoing connection takes one before it is listened on."""
ELSEWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737): nothing is ever sent to it, it only makes the system choose a way out."""


def listener(port: int) -> socket.socket:
    """A socket on loopback that is bound to `port`, or to a free one for 0. Raises `Failure` when it is taken."""
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        why = "is taken" if error.errno == errno.EADDRINUSE else "is not yours to use"
        other = f"`make sandbox PORT={max(port, 1024) + 1}`"
        raise Failure(f"Port {port} {why}: choose another one, like {other}, or 0 for any free one.") from None


def free_port(host: str) -> int:
    """A port that nobody listens on just now, of those that the system gives to nobody by itself."""
    while True:
        port = PORTS[0] + secrets.randbelow(PORTS[1] - PORTS[0])
        with suppress(OSError), socket.create_server((host, port)):
            return port


def own_address() -> str:
    """An address of this machine that isn't loopback. Raises `Failure` when it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:
            raise Failure(
                "This machine has no address but loopback, and GHES refuses to send webhooks there: leave out --strict."
            ) from None
        return str(probe.getsockname()[0])
