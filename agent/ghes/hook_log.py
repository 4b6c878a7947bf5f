"""The App's delivery log over REST: `GET /app/hook/deliveries`, signed as the App.

Fields as in GitHub's REST reference of App webhooks; listed newest first, the next page by its `Link`.
"""

from collections.abc import Sequence

from agent.ghes.answers import Refused, Unreachable, ask
from agent.ghes.app_auth import App
from agent.ghes.catch_up import Logged, LogPage, RawDelivery
from shared.event import Payload, instant, items, mapping, number, text

_FIRST_PAGE = "/app/hook/deliveries?per_page=100"


class HookLog:
    """`catch_up.DeliveryLog` of a real server. Nothing of it is cached: a payload may have 25 MB."""

    def __init__(self, *, app: App) -> None:
        self._app = app

    async def page(self, cursor: str | None) -> LogPage | Unreachable:
        """The page at the address `cursor`."""
        match await ask(self._app.page(cursor or _FIRST_PAGE)):
            case Refused() as refused:
                return refused.as_unreachable
            case Unreachable() as unreachable:
                return unreachable
            case listed, more:
                return LogPage(entries=_entries(items({"listed": listed}, "listed")), next=more)

    async def delivery(self, entry: Logged) -> RawDelivery | Refused | Unreachable:
        """The delivery with its payload."""
        match await ask(self._app.get(f"/app/hook/deliveries/{entry.id}")):
            case Refused() | Unreachable() as failed:
                return failed
            case whole:
                headers = mapping(whole, "request", "headers")
                return RawDelivery(
                    delivery_id=entry.delivery_id,
                    event_name=entry.event_name,
                    payload=mapping(whole, "request", "payload"),
                    delivered_at=entry.delivered_at,
                    headers={name: value for name, value in headers.items() if isinstance(value, str)},
                )


def _entries(listed: Sequence[Payload]) -> list[Logged]:
    found = []
    for line in listed:
        id_, delivered_at = number(line, "id"), instant(line, "delivered_at")
        delivery_id, event_name = text(line, "guid"), text(line, "event")
        if id_ is not None and delivered_at is not None and delivery_id and event_name:
            found.append(Logged(id=id_, delivery_id=delivery_id, event_name=event_name, delivered_at=delivered_at))
    return found
