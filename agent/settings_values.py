"""What a setting's text means.

Each function takes the text of one variable and returns its value, or raises `ValueError` with the end of a sentence
that began with the variable's name ("… must be a URL like …"). None of them repeats the text: it may be a secret.
"""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agent.net.proxy import Proxy, under_localhost

Network = IPv4Network | IPv6Network

_SQLITE = ("sqlite:///", "sqlite+aiosqlite:///")
_POSTGRESQL = ("postgresql://", "postgres://", "postgresql+asyncpg://")
_HIGHEST_PORT = 65535
_MOST_WEBHOOK_SECRETS = 2
_LONGEST_APP_NAME = 35


def words(text: str) -> tuple[str, ...]:
    """The comma-separated parts, trimmed, without empty ones."""
    return tuple(part for part in (part.strip() for part in text.split(",")) if part)


def is_loopback(host: str) -> bool:
    """Whether `host` is a loopback address, `localhost`, or a name under `.localhost` (RFC 6761)."""
    if under_localhost(host):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def root_url(text: str) -> str:
    """Scheme, host and port; plain http only where the traffic stays on this machine."""
    parts = _http_url(text)
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError("must be the root of the server, with nothing behind the host and port")
    _refuse_plain_http(parts)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def service_url(text: str) -> str:
    """A URL without a trailing slash; plain http only where the traffic stays on this machine."""
    _refuse_plain_http(_http_url(text))
    return page_url(text)


def page_url(text: str) -> str:
    """An http or https URL without a trailing slash."""
    parts = _http_url(text)
    if parts.query or parts.fragment:
        raise ValueError("must be a URL without ? and #")
    return text.rstrip("/")


def folder_url(text: str) -> str:
    """A URL that names are appended to: it ends with a slash; plain http as for `service_url`."""
    return f"{service_url(text)}/"


def proxy_url(text: str) -> str:
    """The address of a proxy, with or without scheme and credentials."""
    try:
        Proxy(url=text)
    except ValueError:
        raise ValueError("must look like http://host:port or http://user:password@host:port") from None
    return text


def listen_address(text: str) -> str:
    """`host:port`, an IPv6 host in brackets."""
    host, port = host_and_port(text)
    if not host or not 0 <= port <= _HIGHEST_PORT:
        raise ValueError("must be an address and a port like 127.0.0.1:8080")
    return text


def host_and_port(text: str) -> tuple[str, int]:
    """The two parts of a `host:port`; the brackets of an IPv6 host are taken off, a port that isn't one is -1."""
    host, _, port = text.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port) if port.isascii() and port.isdigit() else -1


def app_id(text: str) -> str:
    """The id of a Slack app."""
    if not re.fullmatch(r"A[A-Z0-9]{2,20}", text):
        raise ValueError("must be the App ID that the Slack app's page shows, A followed by letters and figures")
    return text


def app_name(text: str) -> str:
    """The name of a Slack app, whose length Slack limits."""
    if not 1 <= len(text) <= _LONGEST_APP_NAME:
        raise ValueError(f"must have {_LONGEST_APP_NAME} characters at most")
    return text


def digits(text: str) -> str:
    """A number that is only ever handed on, such as an App's id."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError("must be a number")
    return text


def slash_command(text: str) -> str:
    """What people type first: a slash and a name as Slack allows it."""
    if not re.fullmatch(r"/[a-z0-9_-]{1,31}", text):
        raise ValueError("must be a slash and up to 31 small letters, digits, hyphens or underscores, like /ghe")
    return text


def app_token(text: str) -> str:
    """An app-level token of Slack."""
    return _prefixed(text, "xapp-")


def bot_token(text: str) -> str:
    """A bot token of Slack, rotating or not."""
    return _prefixed(text, "xoxb-", "xoxe.xoxb-")


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and CIDR ranges, comma-separated."""
    try:
        return tuple(ip_network(word, strict=False) for word in words(text))
    except ValueError:
        raise ValueError("must be addresses or ranges like 10.0.0.7, 10.1.0.0/16, separated by commas") from None


def database_url(text: str) -> str:
    """`sqlite:///<path>` or `postgresql://…`, whichever spelling of them was given."""
    for prefix in _SQLITE:
        if text.startswith(prefix) and text.removeprefix(prefix).strip("/"):
            return f"sqlite:///{text.removeprefix(prefix)}"
    for prefix in _POSTGRESQL:
        if text.startswith(prefix) and urlsplit(text).path.strip("/"):
            return f"postgresql://{text.removeprefix(prefix)}"
    raise ValueError("must be sqlite:///<file> or postgresql://<user>:<password>@<host>/<database>")


def existing_file(text: str) -> Path:
    """A file that is there."""
    path = Path(text)
    if not path.is_file():
        raise ValueError("must name a file that is there")
    return path


def pem(text: str) -> str:
    """A PEM text in which line ends may have been written as a backslash and an n."""
    return text.replace("\\n", "\n").strip() + "\n"


def rsa_key(text: str) -> str:
    """The PEM of an RSA private key, which is what GHES gives to an App."""
    return _private_key(text, RSAPrivateKey, "must be the App's private key in PEM form, as GHES gave it")


def ed25519_key(text: str) -> str:
    """The PEM of an Ed25519 private key."""
    return _private_key(text, Ed25519PrivateKey, "must be an Ed25519 private key in PEM form")


def webhook_secrets(text: str) -> tuple[str, ...]:
    """One webhook secret, or two while it is being changed."""
    secrets = words(text)
    if not 1 <= len(secrets) <= _MOST_WEBHOOK_SECRETS:
        raise ValueError("must be one secret, or two separated by a comma")
    return secrets


def fernet_keys(text: str) -> tuple[str, ...]:
    """Fernet keys, newest first."""
    keys = words(text)
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        raise ValueError("must be keys as `ghe-slack secrets new` prints them, separated by commas") from None
    return keys


def _refuse_plain_http(parts: SplitResult) -> None:
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError(
            "must begin with https://: plain http is for loopback addresses and names under .localhost only"
        )


def _private_key(text: str, kind: type, complaint: str) -> str:
    try:
        key = load_pem_private_key(pem(text).encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(complaint) from None
    if not isinstance(key, kind):
        raise ValueError(complaint)  # noqa: TRY004 - the text is wrong, not the caller
    return pem(text)


def _prefixed(text: str, *prefixes: str) -> str:
    if not text.startswith(prefixes):
        raise ValueError(f"must begin with {prefixes[0]}")
    return text


def _http_url(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(character.isspace() for character in text):
        raise ValueError("must be a URL like https://host.example.com")
    return urlsplit(text)
