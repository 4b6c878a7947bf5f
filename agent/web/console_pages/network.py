"""Which connections the agent needs, as its settings are, and a text about them for the network team."""

from agent.examining.addresses import host_and_port
from agent.examining.network_team import letter
from agent.network_rows import NOTHING_COMES_IN, rows, spelled
from agent.settings import Settings
from agent.web.console.page import Drawn, Page, Visit


async def draw(visit: Visit) -> Drawn:
    """The table, the text, and the settings that they come from."""
    settings = visit.console.settings
    context = {
        "rows": rows(settings),
        "nothing": NOTHING_COMES_IN,
        "letter": letter(settings),
        "given": given(settings),
    }
    return Drawn(template="network.html", context=context)


def given(settings: Settings) -> dict[str, str]:
    """The settings that decide about ways, by variable; of a proxy its address, never its credentials."""
    trusted = ", ".join(spelled(each) for each in settings.agent_trusted_proxies)
    return {
        "HTTPS_PROXY": _proxy(settings, "https_proxy") or "none: Slack is reached directly",
        "NO_PROXY": settings.no_proxy or "none",
        "OUTBOUND_CA_FILE": str(settings.outbound_ca_file or "none: the system's authorities"),
        "GHES_PROXY": _proxy(settings, "ghes_proxy") or "none: GHES is reached directly",
        "GHES_CA_FILE": str(settings.ghes_ca_file or "none: the system's authorities"),
        "AGENT_URL": settings.agent_url,
        "AGENT_LISTEN": settings.agent_listen,
        "AGENT_TLS_CERT_FILE": str(settings.agent_tls_cert_file or "none: the agent speaks plain HTTP itself"),
        "AGENT_TRUSTED_PROXIES": trusted or "none",
    }


def _proxy(settings: Settings, name: str) -> str:
    setting = getattr(settings, name)
    if setting is None:
        return ""
    url = setting.get_secret_value()
    return "{}:{}".format(*host_and_port(url if "://" in url else f"http://{url}"))


PAGE = Page(path="network", title="Network", order=9, draw=draw)
