"""Workspaces that go over from one transport to the other.

    asked for ──▶ nothing new goes; what was sent is settled ──▶ gone over: the rest goes the new way

What one transport was given, and nobody knows what came of it, must not go the other way, or it may stand there twice.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Exists, and_, exists, or_, select, update

from agent.outbox.notification import State
from agent.store.outbox_receipts import wait_no_longer
from agent.store.tables import addresses, notifications, threads, workspaces
from agent.store.versions import What, changed
from shared.card import DataClass

RELAY = "relay"
HEARD_S = 15.0
"""How long every process that runs on the store has to learn of it, which looks each 10 s."""
_WAITS_S = 20.0
"""A card that is to be drawn anew later than this is being drawn: its marker stands there."""
_SENT = exists().where(
    addresses.c.team_id == workspaces.c.team_id,
    notifications.c.address_id == addresses.c.id,
    notifications.c.state.in_((State.POSTING, State.UNKNOWN, State.ACCEPTED)),
)


def ask_for(connection: Connection, team_id: str, transport: str, *, relayed: DataClass, now: float) -> None:
    """Have a workspace go over to `transport`, or stay with it.

    A workspace without a data class of its own gets `relayed` at once, before anything of it is relayed. One that is to
    leave sends again what has waited for its receipt for longer than a first one does.
    """
    mine = workspaces.c.team_id == team_id
    row = connection.execute(select(workspaces).where(mine)).one()
    stays = row.transport == transport
    if (row.next_transport or row.transport) != transport:
        values = {"next_transport": None if stays else transport, "next_transport_at": None if stays else now}
        connection.execute(update(workspaces).where(mine).values(values))
        if stays:
            _wake(connection, [team_id], now)
    if not stays:
        wait_no_longer(connection, now, team_id)
    if not row.data_class_chosen and (transport == RELAY or stays):
        connection.execute(update(workspaces).where(mine).values(data_class=_unchosen(transport, relayed)))
    changed(connection, What.WORKSPACES)


def go_over(connection: Connection, now: float, *, relayed: DataClass) -> Sequence[str]:
    """Let those go over of which nothing is on its way; their ids. Wake the worker afterwards."""
    wanted = select(workspaces.c.team_id, workspaces.c.next_transport, workspaces.c.data_class_chosen).where(
        workspaces.c.next_transport.is_not(None), workspaces.c.next_transport_at <= now - HEARD_S
    )
    gone = connection.execute(wanted.where(~_SENT, ~_busy(now))).all()
    for row in gone:
        values = {"transport": row.next_transport, "next_transport": None, "next_transport_at": None}
        if not row.data_class_chosen:
            values["data_class"] = _unchosen(row.next_transport, relayed)
        connection.execute(update(workspaces).where(workspaces.c.team_id == row.team_id).values(values))
    if gone:
        _wake(connection, [row.team_id for row in gone], now)
        changed(connection, What.WORKSPACES)
    return [row.team_id for row in gone]


def follow_setting(connection: Connection, *, relayed: DataClass) -> None:
    """Have relayed workspaces without a data class of their own follow the setting."""
    these = and_(
        or_(workspaces.c.transport == RELAY, workspaces.c.next_transport == RELAY),
        ~workspaces.c.data_class_chosen,
        workspaces.c.data_class != relayed,
    )
    if connection.execute(update(workspaces).where(these).values(data_class=relayed)).rowcount:
        changed(connection, What.WORKSPACES)


def transport_of(connection: Connection, team_id: str, otherwise: str) -> str:
    """The one in use at this moment; `otherwise` when the workspace isn't known."""
    query = select(workspaces.c.transport).where(workspaces.c.team_id == team_id)
    return str(connection.execute(query).scalar() or otherwise)


def is_awaited(connection: Connection) -> bool:
    """Whether the receipt of any notification is awaited."""
    accepted = select(notifications.c.id).where(notifications.c.state == State.ACCEPTED).limit(1)
    return connection.execute(accepted).first() is not None


def _busy(now: float) -> Exists:
    """Whether somebody works at one of its addresses, or draws one of its cards anew."""
    drawing = exists().where(threads.c.address_id == addresses.c.id, threads.c.rewrite_at > now + _WAITS_S)
    return exists().where(
        addresses.c.team_id == workspaces.c.team_id, or_(addresses.c.lease_until > now, drawing.correlate(addresses))
    )


def _unchosen(transport: str, relayed: DataClass) -> DataClass:
    return relayed if transport == RELAY else DataClass.FULL


def _wake(connection: Connection, team_ids: Sequence[str], now: float) -> None:
    connection.execute(update(addresses).where(addresses.c.team_id.in_(team_ids)).values(next_at=now))
