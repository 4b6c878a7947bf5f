"""Where Slack sends an installer's browser back to. Slack's own servers never call it."""

from urllib.parse import urlsplit

from agent.examining.findings import Finding, warning, well
from agent.examining.surroundings import Surroundings
from agent.manifests import slack_manifest

GROUP = "Slack"


async def check(given: Surroundings) -> list[Finding]:
    """Slack takes https only, and only addresses that the app's settings name."""
    settings = given.settings
    manifest = slack_manifest(settings.agent_url, settings.ghes_url)
    address = manifest["oauth_config"]["redirect_urls"][0]
    if urlsplit(address).scheme != "https":
        return [
            warning(
                f"The redirect address {address} isn't https, and Slack takes no other: the app can't be installed "
                "from /_slack/.",
                "Set AGENT_URL to an https address, or install into one workspace by SLACK_BOT_TOKEN.",
            )
        ]
    return [
        well(
            f"Installers come back from Slack to {address}; it has to stand in the Slack app under OAuth & "
            "Permissions, as it does when the app is made of our manifest."
        )
    ]
