"""An administrator takes a subscription from a channel."""

from sqlalchemy import Connection, delete

from agent.audit import Entry
from agent.store.audit import note
from agent.store.subscription_listing import Listed, one
from agent.store.subscriptions import address_id_of
from agent.store.tables import subscriptions
from agent.store.withdrawing import withdraw


def remove(connection: Connection, id_: int, was: str, *, by: str, now: float) -> Listed | None:
    """Take one away that is as it was seen, in its words; None, and nothing is done, when it's gone or was changed.

    Whoever vouched for it is let go at the next look at the sponsors, as after `/ghe unsubscribe`; what an
    administrator had allowed for its sake is taken back.
    """
    there = one(connection, id_)
    if there is None or there.words != was:
        return None
    connection.execute(delete(subscriptions).where(subscriptions.c.id == id_))
    entry = Entry(
        team_id=there.address.team_id,
        user_id="",
        channel_id=there.address.channel_id,
        login=by,
        action="unsubscribe",
        target=there.target.name,
    )
    note(connection, now, entry)
    withdraw(connection, address_id_of(connection, there.address), there.target, entry, now)
    return there
