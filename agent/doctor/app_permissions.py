"""Whether the GitHub App asks for all that we need."""

from agent.examining.app_rights import lacks
from agent.examining.findings import Finding, not_looked_at, quoted, well
from agent.examining.surroundings import Surroundings
from shared.event import mapping, text

GROUP = "GitHub Enterprise"


async def check(given: Surroundings) -> list[Finding]:
    """Its permissions and events, beside those of our manifest; each lack with the feature that it costs."""
    if why := await given.ghes.no_app():
        return not_looked_at(why)
    app = mapping(await given.ghes.app())
    events = app.get("events")
    page = quoted(text(app, "html_url")) or "the App's page on GHES"
    found = list(lacks(mapping(app, "permissions"), events if isinstance(events, list) else (), page))
    return found or [well("The App has all permissions and events that we need.")]
