"""Workspaces that the app left more than 30 days ago: what was subscribed there is forgotten, with its people.

Until then everything is only parked, so that it goes on when the app is installed there again.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, select

from agent.audit import Entry
from agent.store.audit import note
from agent.store.people_tables import (
    allowances,
    device_links,
    homes,
    links,
    people,
    preview_choices,
    preview_prompts,
    previews,
    sponsors,
)
from agent.store.retention import DAY_S, Sweep
from agent.store.setup_tables import installations
from agent.store.tables import addresses, buckets, calls, notifications, subscriptions, threads, undos, workspaces

KEPT_DAYS = 30
_OF_ADDRESSES = {
    subscriptions: subscriptions.c.id,
    sponsors: sponsors.c.address_id,
    allowances: allowances.c.address_id,
    undos: undos.c.id,
    threads: threads.c.address_id,
    notifications: notifications.c.seq,
}
_OF_WORKSPACES = {
    addresses: addresses.c.id,
    calls: calls.c.id,
    people: people.c.user_id,
    links: links.c.token_hash,
    device_links: device_links.c.user_id,
    homes: homes.c.user_id,
    previews: previews.c.seq,
    preview_prompts: preview_prompts.c.id,
    preview_choices: preview_choices.c.seq,
    buckets: buckets.c.team_id,
}


def linked_people(connection: Connection, now: float) -> list[tuple[str, str]]:
    """Team and user id of those who are linked in such workspaces."""
    found = select(people.c.team_id, people.c.user_id).where(people.c.team_id.in_(_departed(now)))
    return [(row.team_id, row.user_id) for row in connection.execute(found)]


def sweeps(now: float) -> Sequence[Sweep]:
    """All that hangs on them, in the order in which it must go; `forget` comes last."""
    places = select(addresses.c.id).where(addresses.c.team_id.in_(_departed(now)))
    return (
        *(
            Sweep(what=f"{table.name} of gone workspaces", table=table, key=key, over=table.c.address_id.in_(places))
            for table, key in _OF_ADDRESSES.items()
        ),
        *(
            Sweep(
                what=f"{table.name} of gone workspaces", table=table, key=key, over=table.c.team_id.in_(_departed(now))
            )
            for table, key in _OF_WORKSPACES.items()
        ),
    )


def forget(connection: Connection, now: float) -> Sequence[str]:
    """Delete those of which nothing else is left, and write it down; their ids."""
    is_empty = ~exists().where(addresses.c.team_id == workspaces.c.team_id)
    found = connection.execute(select(workspaces.c.team_id, workspaces.c.name).where(_is_departed(now), is_empty)).all()
    gone = [row.team_id for row in found]
    if gone:
        connection.execute(delete(workspaces).where(workspaces.c.team_id.in_(gone)))
        note(
            connection,
            now,
            *(Entry(team_id=row.team_id, user_id="", action="forget", target=row.name) for row in found),
        )
    return gone


def _departed(now: float) -> Select[tuple[str]]:
    return select(workspaces.c.team_id).where(_is_departed(now))


def _is_departed(now: float) -> ColumnElement[bool]:
    is_installed = exists().where(installations.c.id == workspaces.c.installation_id)
    return and_(~is_installed, workspaces.c.parked_at < now - KEPT_DAYS * DAY_S)
