"""What channels are subscribed to; taking one away, and all of them as a file."""

import asyncio
from functools import partial
from urllib.parse import urlencode

from agent.store.listings import MOST
from agent.store.subscription_file import held
from agent.store.subscription_listing import FILTERS, one, page
from agent.store.subscription_removing import remove
from agent.subscription_file.writing import written
from agent.subscriptions.subscription import UnreadableWantsError
from agent.web.console.listing import filters
from agent.web.console.page import Done, Drawn, File, Form, Page, Visit, Wrong

_PATH = "subscriptions"
_GONE = "There is no such subscription any more."
_CHANGED = (
    "Somebody has changed or removed this subscription since you looked at it, so nothing was done. Look at it again."
)
_REMOVED = "The channel {channel} is no longer subscribed to {name}."
_UNREADABLE = "{error} The list shows which one it is."


async def draw(visit: Visit) -> Drawn:
    """Subscriptions by workspace, channel and name."""
    given = filters(visit, *FILTERS)
    after = visit.query.get("after")
    found = await visit.console.store.read(partial(page, filters=given, after=after, limit=MOST))
    context = {
        "rows": found.rows,
        "given": given,
        "next": urlencode({**given, "after": found.after}) if found.after else "",
        "is_first": not after,
        "first": urlencode(given),
        "workspaces": visit.console.workspaces,
    }
    return Drawn(template="subscriptions.html", context=context)


async def ask(visit: Visit, form: Form) -> Drawn | Wrong:
    """*Remove*: what would be removed, and whether to."""
    found = await visit.console.store.read(partial(one, id_=_number(form)))
    if found is None:
        return Wrong(says=_GONE)
    console = visit.console
    context = {
        "row": found,
        "back": _back(visit),
        "workspaces": console.workspaces,
        "command": console.settings.slack_command,
    }
    return Drawn(template="subscription_remove.html", context=context)


async def remove_now(visit: Visit, form: Form) -> Done | Wrong:
    """*Remove*, of who was asked."""
    now = visit.console.clock.now().timestamp()
    work = partial(remove, id_=_number(form), was=form.get("was", ""), by=visit.admin, now=now)
    removed = await visit.console.store.write(work)
    if removed is None:
        return Wrong(says=_CHANGED)
    return Done(says=_REMOVED.format(channel=removed.address.channel_id, name=removed.target.name), to=_back(visit))


async def export(visit: Visit, _form: Form) -> File | Wrong:
    """*Export as a file*: what `ghe-slack subscriptions export` prints."""
    try:
        found = await visit.console.store.read(held)
    except UnreadableWantsError as error:
        return Wrong(says=_UNREADABLE.format(error=error))
    names = {address: found.teams.get(address.team_id, "") for address in found.channels}
    return File(name="subscriptions.toml", text=await asyncio.to_thread(written, found.channels.values(), names))


def _number(form: Form) -> int:
    given = form.get("id", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= 18 else 0  # noqa: PLR2004 - 64 bits


def _back(visit: Visit) -> str:
    """The page that they came from; a `POST` goes to the address of the page that it's on."""
    query = urlencode({name: visit.query[name] for name in (*FILTERS, "after") if name in visit.query})
    return f"{_PATH}?{query}" if query else _PATH


PAGE = Page(
    path=_PATH,
    title="Subscriptions",
    order=3,
    draw=draw,
    acts={"remove": ask, "remove_now": remove_now, "export": export},
)
