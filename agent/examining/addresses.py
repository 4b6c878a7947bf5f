"""What an address says without its secrets."""

from urllib.parse import urlsplit

_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def host_and_port(url: str) -> tuple[str, int]:
    """Host and port of an address, nothing else of it."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
