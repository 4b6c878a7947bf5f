"""Which proxy a request takes."""

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORT = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_TUNNELLED = frozenset({"https", "wss"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy and what it isn't for.

    Only `https` and `wss` go through it, as the name `HTTPS_PROXY` says: plain addresses are for loopback. Names under
    `.localhost` never do, since at the proxy they would be the proxy's own loopback (RFC 6761).
    """

    url: str | None = field(default=None, repr=False)
    """`http://user:password@host:port`, the scheme may be left out; never logged, since it holds credentials."""
    no_proxy: str = ""
    """Separated by commas or spaces: `*`, `example.com` or `.example.com` (both: the domain and all below it),
    `10.1.2.3`, `10.0.0.0/8`, each with `:port` if meant for one port only. Networks match written addresses; no name
    is resolved for it, since often only the proxy can."""

    def __post_init__(self) -> None:
        """Raise `ValueError`, without repeating the credentials, for what can't be a proxy's address."""
        if self.url:
            _parts(self.url)

    def for_url(self, url: str) -> str | None:
        """The proxy that a request to `url` takes, credentials included; None when it goes directly."""
        if not self.url:
            return None
        target = urlsplit(url)
        if target.scheme not in _TUNNELLED or under_localhost(target.hostname or ""):
            return None
        if any(_matches(entry, target) for entry in self.no_proxy.replace(",", " ").split()):
            return None
        return _parts(self.url).geturl()


def under_localhost(host: str) -> bool:
    """Whether a name is `localhost` or below it, and so always means this machine."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def _parts(url: str) -> SplitResult:
    complaint = "The proxy's address must look like http://host:port or http://user:password@host:port."
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError(complaint) from None
    if not usable:
        raise ValueError(complaint)
    return parts


def _matches(entry: str, target: SplitResult) -> bool:
    if entry == "*":
        return True
    name, port = _without_port(entry)
    if port is not None and port != (target.port or _DEFAULT_PORT[target.scheme]):
        return False
    host = (target.hostname or "").rstrip(".").lower()
    return _address_matches(name, host) or _name_matches(name, host)


def _without_port(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        name, _, port = entry[1:].partition("]")
        return name, int(port[1:]) if port[1:].isdecimal() else None
    name, colon, port = entry.rpartition(":")
    if colon and ":" not in name and port.isdecimal():
        return name, int(port)
    return entry, None


def _address_matches(name: str, host: str) -> bool:
    try:
        return ip_address(host) in ip_network(name, strict=False)
    except ValueError:
        return False


def _name_matches(name: str, host: str) -> bool:
    domain = name.lower().removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))
