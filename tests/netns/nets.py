"""Networks with nothing between them but what a test plugs in: namespaces of the Linux kernel.

One lives as long as a file descriptor of it is open or a process is in it. Nothing is mounted and nothing gets a name,
so that everything is gone when the tests are, however they end.
"""

import ctypes
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_NEW_NET = 0x40000000  # CLONE_NEWNET; Python has these calls from 3.12 on
_LIBC = ctypes.CDLL(None, use_errno=True)
_NEEDED = "make net-test needs network namespaces: run it as root with CAP_SYS_ADMIN and CAP_NET_ADMIN"
_LISTENS, _CONNECTED = "0A", "01"
Place = tuple[str, int]
"""Address and port."""


class NotPermittedError(RuntimeError):
    """The kernel, or the container that we are in, gives us no namespaces; says what to do."""


@dataclass(frozen=True, slots=True)
class Net:
    """One network; who is in it sees its own interfaces, routes and ports only."""

    fd: int

    @contextmanager
    def entered(self) -> Iterator[None]:
        """This thread is in there: so are the sockets and processes that it makes meanwhile, for as long as they live.

        Tasks that run meanwhile are in there as well, so begin only what makes its sockets at once.
        """
        before = _present()
        _moved(self.fd)
        try:
            yield
        finally:
            _moved(before)
            os.close(before)

    def ip(self, *arguments: str) -> None:
        """Run `ip` in there."""
        with self.entered():
            _ip(*arguments)


@contextmanager
def new() -> Iterator[Net]:
    """A network with nothing in it but loopback. Raises `NotPermittedError`."""
    home = _present()
    try:
        if _LIBC.unshare(_NEW_NET):
            raise NotPermittedError(f"{_NEEDED} ({os.strerror(ctypes.get_errno())}).")
        made = Net(_present())
        _moved(home)
    finally:
        os.close(home)
    try:
        made.ip("link", "set", "lo", "up")
        yield made
    finally:
        os.close(made.fd)


def plug(name: str, one: Net, one_at: str, other: Net, other_at: str) -> None:
    """Lay a cable between two networks; the addresses have their prefix, as in `10.77.1.1/24`."""
    one.ip("link", "add", name, "type", "veth", "peer", "name", name, "netns", f"/proc/{os.getpid()}/fd/{other.fd}")
    for net, address in ((one, one_at), (other, other_at)):
        net.ip("address", "add", address, "dev", name)
        net.ip("link", "set", name, "up")


def knock(net: Net, at: Place) -> None:
    """Connect from there and hang up. Raises what the kernel says, which it says at once where there is no way."""
    with net.entered(), socket.socket() as caller:
        caller.connect(at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sockets:
    """What the network of a process is used for."""

    listening: set[Place]
    """TCP ports that are listened on, and UDP ports that take from anybody."""
    connected: set[tuple[Place, Place]]
    """Of TCP: our side, their side."""


def sockets_of(pid: int) -> Sockets:
    """Those in the network that a process is in."""
    rows = [
        (kind, *line.split()[1:4])
        for kind in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/{pid}/net/{kind}").read_text(encoding="ascii").splitlines()[1:]
    ]
    return Sockets(
        listening={
            _place(ours)
            for kind, ours, theirs, state in rows
            if (state == _LISTENS if kind.startswith("tcp") else _place(theirs)[1] == 0)
        },
        connected={
            (_place(ours), _place(theirs))
            for kind, ours, theirs, state in rows
            if kind.startswith("tcp") and state == _CONNECTED
        },
    )


def _place(text: str) -> Place:
    """The kernel writes addresses in words of 32 bits, each with its lowest byte first on most machines."""
    address, _, port = text.partition(":")
    words = [int(address[at : at + 8], 16).to_bytes(4, "little") for at in range(0, len(address), 8)]
    family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
    return socket.inet_ntop(family, b"".join(words)), int(port, 16)


def _present() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def _moved(fd: int) -> None:
    if _LIBC.setns(fd, _NEW_NET):
        raise NotPermittedError(f"{_NEEDED} ({os.strerror(ctypes.get_errno())}).")


def _ip(*arguments: str) -> None:
    try:
        done = subprocess.run(("ip", *arguments), capture_output=True, text=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise NotPermittedError("make net-test needs `ip`: install iproute2.") from None
    if done.returncode:
        raise NotPermittedError(f"{_NEEDED}; `ip {' '.join(arguments)}` says: {done.stderr.strip()}")
