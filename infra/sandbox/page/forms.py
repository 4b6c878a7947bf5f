"""What the page lets people do in modals and in Home, and with shortcuts.

Each function answers with what the page must know: a `notice`, a form's `errors` by block_id, `options` for a select.
"""

from collections.abc import Mapping
from typing import Any

from infra.sandbox.page.acting import Place, settled
from infra.sandbox.page.parts import Parts
from infra.sandbox.slack import people
from infra.sandbox.slack.filling import NotSent
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.state import View

Said = dict[str, Any]
Values = Mapping[str, Any]
FORM, OPTIONS, SHORTCUT, HOME = "The app's form", "The app's list of options", "The app's shortcut", "The app's Home"


async def submit(parts: Parts, place: Place, view_id: str, values: Values) -> Said:
    """Press a modal's submit button; `errors` are the client's own or the app's."""
    view = _own(parts, place, view_id)
    complaints = len(parts.slack.complaints)
    try:
        delivery = people.submit(parts.slack, view.view_id, values)
    except NotSent as kept:
        return {"errors": kept.errors}
    notice = await settled(delivery, FORM)
    if new := parts.slack.complaints[complaints:]:
        notice = f"Slack refuses what the app made of the form ({'; '.join(new)})."
    answer = delivery.answer or {}
    return {"notice": notice, "errors": answer.get("errors", {}) if not new else {}}


async def close(parts: Parts, place: Place, view_id: str, *, everything: bool) -> Said:
    """Close a modal, or all that lie on each other."""
    delivery = people.dismiss(parts.slack, _own(parts, place, view_id).view_id, everything=everything)
    return {"notice": await settled(delivery, FORM) if delivery else ""}


async def click(parts: Parts, place: Place, view_id: str, element: str, value: Any, values: Values) -> Said:
    """Use an element of a modal or of Home."""
    view = _own(parts, place, view_id)
    delivery = people.click_in_view(parts.slack, view.view_id, element, value=value, values=values)
    return {"notice": await settled(delivery, FORM)}


async def suggest(parts: Parts, place: Place, view_id: str, element: str, typed: str, values: Values) -> Said:
    """Type into an external select of a view."""
    view = _own(parts, place, view_id)
    try:
        return await _offered(people.suggest(parts.slack, view.view_id, element, typed, values=values))
    except NotSent:
        return {"options": []}


async def suggest_in_message(parts: Parts, place: Place, ts: str, element: str, typed: str) -> Said:
    """Type into an external select of a message."""
    try:
        delivery = people.suggest_in_message(parts.slack, place.team, place.channel, ts, place.user, element, typed)
    except NotSent:
        return {"options": []}
    return await _offered(delivery)


async def shortcut(parts: Parts, place: Place, callback_id: str) -> Said:
    """Use a global shortcut."""
    return {"notice": await settled(people.shortcut(parts.slack, place.team, place.user, callback_id), SHORTCUT)}


async def message_shortcut(parts: Parts, place: Place, ts: str, callback_id: str) -> Said:
    """Use a shortcut on a message."""
    delivery = people.message_shortcut(parts.slack, place.team, place.channel, ts, place.user, callback_id)
    return {"notice": await settled(delivery, SHORTCUT)}


async def home(parts: Parts, place: Place, tab: str) -> Said:
    """Open the app's tab `home` or `messages`."""
    delivery = people.open_home(parts.slack, place.team, place.user, tab=tab)
    return {"notice": await settled(delivery, HOME) if delivery else ""}


async def _offered(delivery: Delivery) -> Said:
    notice = await settled(delivery, OPTIONS)
    answer = delivery.answer or {}
    groups = answer.get("option_groups") or [{"options": answer.get("options", [])}]
    return {"notice": notice, "options": [option for group in groups for option in group["options"]]}


def _own(parts: Parts, place: Place, view_id: str) -> View:
    """Return a view of the person's that is there still. Raises `LookupError`."""
    view = parts.slack.views[view_id]
    if not view.open or (view.team_id, view.user_id) != (place.team, place.user):
        raise LookupError(view_id)
    return view
