"""Who did what: from Slack, in the console, on the command line."""

from functools import partial

from agent.store.listings import list_audit
from agent.web.console.listing import before, filters, older
from agent.web.console.page import Drawn, Page, Visit


async def draw(visit: Visit) -> Drawn:
    """The newest entries."""
    given = filters(visit, "who", "action", "target")
    found = await visit.console.store.read(partial(list_audit, before=before(visit), filters=given))
    context = {
        "rows": found.rows,
        "given": given,
        "older": older(found, given),
        "workspaces": visit.console.workspaces,
    }
    return Drawn(template="audit.html", context=context)


PAGE = Page(path="audit", title="Audit", order=7, draw=draw)
