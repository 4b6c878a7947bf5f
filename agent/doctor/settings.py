"""What is set, and what is still missing."""

from agent import settings
from agent.examining.findings import Finding, failure, warning, well
from agent.examining.surroundings import Surroundings

GROUP = "This agent"


async def check(given: Surroundings) -> list[Finding]:
    """Set-up mode, stored values that aren't understood any more, a switched-off integration."""
    found = [
        failure(
            f"The stored value of {name.upper()} isn't understood any more and is left out.",
            f"Enter it again in the console, or set {name.upper()} in the environment.",
        )
        for name in sorted(given.kept.ignored)
    ]
    if not given.settings.slack_enabled:
        found.append(
            warning(
                "Chat integration is switched off: what happens on GHES is kept, and nothing is posted.",
                "Switch it on in the console, or with SLACK_ENABLED.",
            )
        )
    missing = settings.missing(given.settings)
    if given.kept.workspaces:  # installed already, whatever it takes to install more
        missing = [name for name in missing if not name.startswith("SLACK_CLIENT_")]
    if missing:
        found.append(
            warning(
                f"Set-up mode: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set, so nothing is "
                "posted.",
                "Set them in the environment, or go through the console at AGENT_URL/setup/settings.",
            )
        )
    return found or [well("All settings are there.")]
