"""Where a webhook may go."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from infra.sandbox.concessions import Concessions


def refused(url: str, concessions: Concessions) -> str:
    """Return why GHES won't send to this URL; empty when it will. `localhost` and 127.0.0.1 are refused (§7)."""
    if not is_web_url(url):
        return "url is not a valid URL"
    if not concessions.loopback_hook_url and _loopback(urlsplit(url).hostname or ""):
        return "url is not supported because it isn't reachable over the network (localhost)"
    return ""


def is_web_url(url: str) -> bool:
    """Whether it is http or https, and has a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
