"""The sentences that open a firewall, about the connections of `agent.network_rows`."""

from collections.abc import Iterator, Sequence

from agent.examining.addresses import host_and_port
from agent.network_rows import AGENT, BROWSERS, GHES, MACHINE, NOTHING_COMES_IN, Row, rows, slack_rows, webhooks
from agent.settings import Settings
from agent.settings_values import is_loopback


def outbound(host: str, port: int, proxy: str) -> str:
    """The way from the agent, through a proxy (`host:port`) if there is one; empty for this machine itself."""
    if proxy:
        return f"Please let the agent's machine open tunnels (CONNECT) to {host}:{port} on {proxy}."
    if is_loopback(host):
        return ""
    return f"Please allow TCP from the agent's machine to {host}, port {port}, outbound only."


def for_webhooks(settings: Settings) -> str:
    """The way from GHES to the agent."""
    (ghes, _), row = host_and_port(settings.ghes_url), webhooks(settings)
    return (
        f"Please allow TCP from {ghes} to {row.target}, port {row.port}, and exclude {row.target} from GHES's own "
        "outbound proxy, if it has one."
    )


def slack_hosts(settings: Settings) -> tuple[str, ...]:
    """Slack's hosts besides that of its Web API that are needed; none where another server stands in."""
    _, *others = slack_rows(settings)
    return tuple(row.target for row in others if not row.spare)


def letter(settings: Settings) -> str:
    """All that the network team has to allow, as one plain text to send; it names no secret."""
    wanted = [row for row in rows(settings) if not row.is_here]
    out = [row for row in wanted if row.source == AGENT and row.leaves]
    within = [row for row in wanted if row.source != BROWSERS and not row.leaves]
    people = [row for row in wanted if row.source == BROWSERS]
    ghes, _ = host_and_port(settings.ghes_url)
    parts = [
        f"GHE-Slack connects {ghes} with Slack. Its agent runs inside our network and needs these TCP connections.",
        NOTHING_COMES_IN,
        *_outside(out),
        _listed("Inside the network:", (_between(row, ghes) for row in within)),
        _listed("From the browsers of those who use it:", (_to(row) for row in people)),
        _listed("Please note:", _notes(settings, out)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _outside(out: Sequence[Row]) -> Iterator[str]:
    yield _listed("Outbound, from the agent's machine:", (_to(row) for row in out if not row.proxy))
    for proxy in dict.fromkeys(row.proxy for row in out if row.proxy):
        through = (_to(row) for row in out if row.proxy == proxy)
        yield _listed(f"Outbound, as tunnels (CONNECT) of the agent's machine on {proxy}:", through)


def _notes(settings: Settings, out: Sequence[Row]) -> Iterator[str]:
    if any("WebSocket" in row.protocol for row in out):
        yield (
            "Socket Mode's WebSockets stay open for hours, with a ping every few seconds: please let them pass without "
            "a limit in time, and unchanged."
        )
    if settings.outbound_ca_file is None and out:
        yield (
            "If TLS is opened and inspected on the way out, please exempt these hosts, or give us the certificate of "
            "the inspecting authority (PEM)."
        )
    host = webhooks(settings).target
    if not is_loopback(host):
        yield f"If GHES has an outbound proxy of its own, please exclude {host} from it."
    if out:
        yield "The addresses behind these names outside change: please allow the names."


def _between(row: Row, ghes: str) -> str:
    source = {AGENT: MACHINE, GHES: ghes}.get(row.source, row.source)
    through = f", through {row.proxy} (CONNECT)" if row.proxy else ""
    return f"{source} to {_to(row)}{through}"


def _to(row: Row) -> str:
    return f"{row.target}, port {row.port} ({row.protocol}): {row.why.replace('`', '').replace('*', '')}"


def _listed(title: str, lines: Iterator[str]) -> str:
    """Empty without lines."""
    found = "\n".join(f"- {line}" for line in lines)
    return f"{title}\n{found}" if found else ""
