"""Webhooks that came, and what became of each."""

from functools import partial

from agent.store import event_log
from agent.store.listings import list_events
from agent.web.console.listing import before, filters, older
from agent.web.console.page import Drawn, Page, Visit


async def draw(visit: Visit) -> Drawn:
    """The newest events; with `delivery` that one alone, and its notifications."""
    given = filters(visit, "delivery", "event", "repository")
    store = visit.console.store
    found = await store.read(partial(list_events, before=before(visit), filters=given))
    one = await store.read(partial(event_log.one, delivery_id=given["delivery"])) if "delivery" in given else None
    context = {
        "rows": found.rows,
        "given": given,
        "older": older(found, given),
        "notifications": one["notifications"] if one else [],
        "one": one,
        "workspaces": visit.console.workspaces,
    }
    return Drawn(template="events.html", context=context)


PAGE = Page(path="events", title="Events", order=5, draw=draw)
