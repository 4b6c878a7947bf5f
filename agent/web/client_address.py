"""Whose address a request has, where proxies of ours stand in front of the agent.

    browser ──▶ proxy ──▶ proxy ──▶ agent      X-Forwarded-For: <what the browser said>, <browser>, <first proxy>
                                               read from its end, as long as a trusted proxy has written it

What the same proxies say of scheme and host is read by `agent.web.origin`.
"""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp import web

from agent.settings_values import Network

HEADER = "X-Forwarded-For"
Address = IPv4Address | IPv6Address


def client_address(trusted: Sequence[Network]) -> Callable[[web.Request], str]:
    """Reads it off requests; `trusted` are the proxies whose word counts (`AGENT_TRUSTED_PROXIES`)."""

    def address_of(request: web.Request) -> str:
        return told(request.remote or "", request.headers.getall(HEADER, []), trusted)

    return address_of


def told(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The nearest address that isn't a trusted proxy's.

    `peer`: who has connected to us. `forwarded`: the headers, in their order. Where a trusted proxy names something
    that is no address, its own address is all that is known.
    """
    chain = believed(peer, forwarded, trusted)
    return str(chain[-1]) if chain else peer


def believed(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> list[Address]:
    """Who has connected to us, who to that one, and so on, as far as trusted proxies say so; the last is the client.

    Empty where the peer has no address.
    """
    first = _address(peer)
    found = [] if first is None else [first]
    hops = [hop for header in forwarded for hop in header.split(",")]
    while found and hops and is_trusted(found[-1], trusted):
        further = _address(hops.pop())
        if further is None:
            break
        found.append(further)
    return found


def is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    """Whether it is a proxy whose word counts."""
    return any(address in network for network in trusted)


def _address(text: str) -> Address | None:
    """An address, which some proxies write with its port; an IPv4 one in IPv6's clothes without them."""
    name = text.strip()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    try:
        found = ip_address(name)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
