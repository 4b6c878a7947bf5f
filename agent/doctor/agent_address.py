"""`AGENT_URL`: how browsers and GHES come to the agent."""

from urllib.parse import urlsplit

from agent.examining.findings import Finding, warning, well
from agent.examining.surroundings import Surroundings
from agent.settings_values import is_loopback

GROUP = "This agent"


async def check(given: Surroundings) -> list[Finding]:
    """Not loopback, and https."""
    url = given.settings.agent_url
    parts, found = urlsplit(url), list[Finding]()
    if is_loopback(parts.hostname or ""):
        found.append(
            warning(
                f"AGENT_URL ({url}) is a loopback address: GHES refuses to send webhooks there, and browsers of other "
                "machines don't find it.",
                "Set AGENT_URL to the address that this machine has in your network.",
                "Please give the agent's machine a name in the internal DNS, and let GHES and browsers reach it there.",
            )
        )
    if parts.scheme != "https":
        found.append(
            warning(
                f"AGENT_URL ({url}) isn't https: webhooks, and the links with which people connect their accounts, are "
                "readable on the way.",
                "Set AGENT_TLS_CERT_FILE and AGENT_TLS_KEY_FILE, or put a proxy with TLS before the agent, and set "
                "AGENT_URL to the https address.",
            )
        )
    return found or [well(f"AGENT_URL is {url}.")]
