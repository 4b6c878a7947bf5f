"""The first page: what is missing, the GitHub App, and the chat integration."""

from agent.setup.state_lines import state_lines
from agent.status import look
from agent.web.console import chat_integration, github_app
from agent.web.console.page import Drawn, Page, Visit


async def draw(visit: Visit) -> Drawn:
    """One state line for each part, then a section for each of the two apps."""
    console = visit.console
    version = await console.configuration.version()
    parts, settings = await look(console.status), await console.as_stored()
    app = await github_app.look(console, settings)
    context = {
        "version": version,
        "lines": state_lines(settings, parts, console.workspaces, app),
        "missing": console.missing,
        **github_app.context(console, settings, app),
        **chat_integration.context(console, settings),
    }
    return Drawn(template="settings.html", context=context)


PAGE = Page(path="settings", title="Settings", order=1, draw=draw, acts={**github_app.ACTS, **chat_integration.ACTS})
