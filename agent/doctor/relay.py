"""The settings of the relay."""

from agent.examining.findings import Finding, warning
from agent.examining.surroundings import Surroundings

GROUP = "Network"


async def check(given: Surroundings) -> list[Finding]:
    """There is none yet."""
    if given.settings.relay_url is None:
        return []
    return [
        warning(
            "RELAY_URL is set, but this version has no relay: everything is posted to Slack directly.",
            "Unset the RELAY_ settings.",
        )
    ]
