"""What waits to be posted and what is parked, and deciding about it."""

from functools import partial
from urllib.parse import urlencode

from agent.outbox.notification import State
from agent.store import outbox_deciding
from agent.store.listings import list_outbox, list_parked_channels
from agent.web.console.listing import after, before, filters, further, older
from agent.web.console.page import Done, Drawn, Form, Page, Visit, Wrong

STATES = ("waiting", *(state.value for state in State))
_CHANNELS = "channels"
"""Where the page of parked channels begins, in the address."""
_NONE = "Choose at least one of them first."
_GONE = "Nothing of that is parked any more: somebody else has decided, or it was posted."


async def draw(visit: Visit) -> Drawn:
    """Parked channels, then notifications: the parked ones, unless something else is asked for."""
    given = filters(visit, "state", "workspace", "delivery")
    wanted = given or {"state": State.PARKED.value}
    store = visit.console.store
    found = await store.read(partial(list_outbox, before=before(visit), filters=wanted))
    channels = await store.read(partial(list_parked_channels, after=after(visit, _CHANNELS), filters=given))
    context = {
        "rows": found.rows,
        "given": wanted,
        "older": older(found, wanted),
        "states": STATES,
        "channels": channels.rows,
        "more_channels": further(channels, given, _CHANNELS),
        "first_channels": after(visit, _CHANNELS) is None,
        "first": urlencode(given),
        "workspaces": visit.console.workspaces,
    }
    return Drawn(template="outbox.html", context=context)


async def retry(visit: Visit, form: Form) -> Done | Wrong:
    """*Retry*: what was chosen is due again."""
    return await _decided(visit, form, outbox_deciding.retry, "{count} will be tried again now.")


async def discard(visit: Visit, form: Form) -> Done | Wrong:
    """*Discard*: what was chosen is never posted."""
    return await _decided(visit, form, outbox_deciding.discard, "{count} discarded.")


async def free(visit: Visit, form: Form) -> Done | Wrong:
    """*Try again*: a parked channel."""
    given = form.get("channel", "")
    number = int(given) if given.isdecimal() else 0
    work = partial(outbox_deciding.free, address_id=number, by=visit.admin, now=_now(visit))
    if not await visit.console.store.write(work):
        return Wrong(says=_GONE)
    visit.console.woken()
    return Done(says="The channel is tried again now.")


async def _decided(visit: Visit, form: Form, decide: outbox_deciding.Decide, says: str) -> Done | Wrong:
    ids = [name.removeprefix("id-") for name in form if name.startswith("id-")]
    if not ids:
        return Wrong(says=_NONE)
    count = await visit.console.store.write(lambda connection: decide(connection, ids, by=visit.admin, now=_now(visit)))
    if not count:
        return Wrong(says=_GONE)
    visit.console.woken()
    return Done(says=says.format(count="1 notification" if count == 1 else f"{count} notifications"))


def _now(visit: Visit) -> float:
    return visit.console.clock.now().timestamp()


PAGE = Page(path="outbox", title="Outbox", order=4, draw=draw, acts={"retry": retry, "discard": discard, "free": free})
