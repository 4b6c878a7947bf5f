"""Every connection that the agent makes or takes: from whom, to whom, which port, and why. Derived from the settings.

The console's page *Network*, `docs/network.md` and what `ghe-slack doctor` asks the network team for stand on this one
table. Slack's hosts are those of its help pages for networks; nothing here ever holds a password.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import make_url

from agent.examining.addresses import host_and_port
from agent.net.proxy import Proxy
from agent.settings import Settings
from agent.settings_values import Network, is_loopback

AGENT, GHES, BROWSERS = "the agent", "GHES", "browsers"
MACHINE = "the agent's machine"
NOTHING_COMES_IN = "Nothing comes in from the internet: Slack never opens a connection to the agent."
ROOTS = ("slack.com", "slack-gov.com")
"""Domains of Slack; anything else is a stand-in, which names hosts of its own."""

_SOCKETS = ("wss-primary", "wss-backup")
_SPARE_SOCKETS = "wss-mobile"
_ON_SOCKETS = "Socket Mode, on which commands and clicks come"
_POSTGRES_PORT = 5432


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A connection over TCP. `source` opens it; a firewall that keeps state lets the answers through by itself."""

    source: str
    """The agent, GHES, browsers; or the address of a proxy in front of the agent."""
    target: str
    """A host, as a firewall knows it; `MACHINE` where the agent listens on all addresses of its own."""
    port: int
    protocol: str
    why: str
    """What goes that way; the end of a sentence."""
    proxy: str = ""
    """`host:port` of the proxy that the agent takes, without credentials; empty for the direct way."""
    leaves: bool = False
    """Whether it goes out of the network."""
    spare: bool = False
    """Not needed as far as is known."""

    @property
    def is_here(self) -> bool:
        """Whether it never leaves the machine."""
        return not self.proxy and is_loopback(self.target)


def rows(settings: Settings) -> list[Row]:
    """All of them: to the outside first, then what stays inside."""
    out = [*slack_rows(settings), *_relay(settings)]
    inside = _ghes(settings)
    return [
        *out,
        *_proxy(settings.https_proxy, out, "the way to what lies outside"),
        *inside,
        *_proxy(settings.ghes_proxy, inside, "the way to GHES"),
        *_database(settings),
        webhooks(settings),
        *_people(settings),
        *_in_front(settings),
    ]


def slack_rows(settings: Settings) -> list[Row]:
    """The agent's ways to Slack."""
    _, port = host_and_port(settings.slack_api_url)
    proxy = _outside(settings)
    root = slack_root(settings)
    if not root:
        why = "the Web API of what stands in for Slack, which names further hosts itself"
        return [_out(proxy, settings.slack_api_url, why, port=port)]
    return [
        _out(proxy, settings.slack_api_url, "Slack's Web API: posting, answering, installing", port=port),
        *(_out(proxy, f"wss://{name}.{root}/", _ON_SOCKETS) for name in _SOCKETS),
        _out(proxy, f"wss://{_SPARE_SOCKETS}.{root}/", "Socket Mode, should Slack send us there", spare=True),
        _out(proxy, f"https://hooks.{root}/", "answers to commands and buttons (`response_url`)"),
    ]


def slack_root(settings: Settings) -> str:
    """Slack's domain, or GovSlack's; empty where something stands in for them."""
    api, _ = host_and_port(settings.slack_api_url)
    return next((each for each in ROOTS if api == each or api.endswith(f".{each}")), "")


def webhooks(settings: Settings) -> Row:
    """GHES's way to the agent."""
    host, port = host_and_port(settings.agent_url)
    return Row(
        source=GHES,
        target=host,
        port=port,
        protocol=_http(settings.agent_url),
        why="webhooks, `POST /webhooks/github`; not through GHES's own outbound proxy",
    )


def _out(proxy: Proxy, url: str, why: str, *, port: int = 443, spare: bool = False) -> Row:
    host, _ = host_and_port(url)
    protocol = "WebSocket over TLS" if url.startswith("wss:") else _http(url)
    via = _via(proxy, url)
    return Row(
        source=AGENT,
        target=host,
        port=port,
        protocol=protocol,
        why=why,
        proxy=via,
        leaves=not is_loopback(host),
        spare=spare,
    )


def _relay(settings: Settings) -> Iterator[Row]:
    if settings.relay_url:
        _, port = host_and_port(settings.relay_url)
        why = "the relay: posts of workspaces whose transport it is, and their receipts"
        yield _out(_outside(settings), settings.relay_url, why, port=port)


def _ghes(settings: Settings) -> list[Row]:
    host, port = host_and_port(settings.ghes_url)
    via = _via(Proxy(url=_text(settings.ghes_proxy)), settings.ghes_url)
    why = "GHES's REST API, and people's sign-in"
    return [Row(source=AGENT, target=host, port=port, protocol=_http(settings.ghes_url), why=why, proxy=via)]


def _proxy(setting: SecretStr | None, through: list[Row], why: str) -> Iterator[Row]:
    """The proxy itself, where anything goes through it."""
    if setting is None or not any(row.proxy for row in through):
        return
    url = setting.get_secret_value()
    scheme = "HTTPS" if url.startswith("https:") else "HTTP"
    host, port = host_and_port(url if "://" in url else f"http://{url}")
    yield Row(source=AGENT, target=host, port=port, protocol=f"{scheme}, CONNECT", why=f"the proxy: {why}")


def _database(settings: Settings) -> Iterator[Row]:
    """PostgreSQL, unless it is behind a Unix socket."""
    if settings.is_sqlite:
        return
    url = make_url(settings.database_url)
    named = url.query.get("host", ())
    for each in [url.host] if url.host else [named] if isinstance(named, str) else named:
        if each and not each.startswith("/"):
            host, _, port = each.partition(":") if each != url.host else (each, "", str(url.port or ""))
            number = int(port) if port.isdecimal() else _POSTGRES_PORT
            yield Row(source=AGENT, target=host, port=number, protocol="PostgreSQL", why="the store")


def _people(settings: Settings) -> Iterator[Row]:
    """What people's browsers open, who are inside as well."""
    host, port = host_and_port(settings.agent_url)
    why = "connecting an account, *Add to Slack*, the console"
    yield Row(source=BROWSERS, target=host, port=port, protocol=_http(settings.agent_url), why=why)
    host, port = host_and_port(settings.ghes_url)
    yield Row(source=BROWSERS, target=host, port=port, protocol=_http(settings.ghes_url), why="signing in at GHES")
    outside = {
        settings.slack_authorize_url: "agreeing to the installation, and Slack itself",
        settings.slack_apps_url: "the Slack app's page, for administrators",
    }
    for url, why in outside.items():
        host, port = host_and_port(url)
        leaves = not is_loopback(host)
        yield Row(source=BROWSERS, target=host, port=port, protocol=_http(url), why=why, leaves=leaves)


def _in_front(settings: Settings) -> Iterator[Row]:
    """Proxies in front of the agent: what comes to `AGENT_URL` goes on to `AGENT_LISTEN`."""
    listening, port = settings.listen
    protocol = "HTTPS" if settings.agent_tls_cert_file else "HTTP"
    target = MACHINE if listening in {"0.0.0.0", "::"} else listening  # noqa: S104 - compared with, not bound
    for each in settings.agent_trusted_proxies:
        why = "the proxy in front of the agent, on to where the agent listens"
        yield Row(source=spelled(each), target=target, port=port, protocol=protocol, why=why)


def spelled(network: Network) -> str:
    """A range as one writes it: of a single address without its length."""
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _outside(settings: Settings) -> Proxy:
    return Proxy(url=_text(settings.https_proxy), no_proxy=settings.no_proxy)


def _via(proxy: Proxy, url: str) -> str:
    found = proxy.for_url(url)
    return "{}:{}".format(*host_and_port(found)) if found else ""


def _text(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _http(url: str) -> str:
    return "HTTP" if url.startswith("http:") else "HTTPS"
