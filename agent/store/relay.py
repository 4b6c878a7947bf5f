"""What the agent remembers of a relay: how far its receipts were read, and which places it was given a token of.

By relay and agent (`<relay id>/<agent id>`), so that another relay is another memory.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from agent.store.outbox_receipts import settle_receipts
from agent.store.setup_tables import installations
from agent.store.tables import marks
from agent.store.upsert import upsert
from shared.receipt import Receipt
from shared.relay_requests import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Some receipts, and the cursor behind the last of them."""

    receipts: Sequence[Receipt]
    cursor: str


def cursor(connection: Connection, relay: str) -> str:
    """Where the next receipts begin; empty at the start."""
    return _mark(connection, f"relay receipts {relay}")


def settle_fetched(connection: Connection, now: float, relay: str, fetched: Fetched) -> int:
    """Settle by receipts and move the cursor on, in one transaction; how many of them were news.

    Another replica may have read farther already: a cursor never goes back.
    """
    news = settle_receipts(connection, now, fetched.receipts) if fetched.receipts else []
    if fetched.cursor > cursor(connection, relay):
        upsert(connection, marks, [{"name": f"relay receipts {relay}", "value": fetched.cursor}])
    return sum(news)


def registered(connection: Connection, relay: str) -> Sequence[Place]:
    """The places whose tokens the relay was given."""
    stored: Mapping[str, bool] = json.loads(_mark(connection, f"relay places {relay}") or "{}")
    return [Place(id=id_, is_organisation=whole) for id_, whole in stored.items()]


def note_registered(connection: Connection, relay: str, place: Place, *, there: bool) -> None:
    """Remember that the relay was given a place's token, or that it was taken back."""
    others = {each.id: each.is_organisation for each in registered(connection, relay) if each.id != place.id}
    stored = others | ({place.id: place.is_organisation} if there else {})
    upsert(connection, marks, [{"name": f"relay places {relay}", "value": json.dumps(stored)}])


def token_ends_at(connection: Connection, place_id: str) -> float | None:
    """When the present token of an installation ends; None: never, or that isn't known."""
    query = select(installations.c.token_ends_at).where(installations.c.id == place_id)
    found: float | None = connection.execute(query).scalar()
    return found


def organisations(connection: Connection) -> set[str]:
    """The installations that are an organisation's."""
    return set(connection.execute(select(installations.c.id).where(installations.c.is_organisation)).scalars())


def _mark(connection: Connection, name: str) -> str:
    return str(connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar() or "")
