"""A subscription that ends takes with it what an administrator has allowed for its sake, in the same transaction.

Else somebody could subscribe a private repository in a shared channel a year later, and nobody would be asked. An
owner's subscription that stays keeps the permissions of its repositories, and a repository's own keeps its own.
"""

from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, select

from agent.audit import Entry
from agent.sponsors.ports import Answer
from agent.store.audit import note
from agent.store.people_tables import allowances
from agent.store.tables import repositories, subscriptions
from agent.subscriptions.subscription import Scope, Target

OUTCOME = "its subscription ended"
_NAME = func.coalesce(repositories.c.owner + "/" + repositories.c.name, "")


def withdraw(connection: Connection, address_id: int, ended: Target, who: Entry, now: float) -> None:
    """Delete the permissions that nothing in the channel needs any more; `who`: the entry of what ended it."""
    needed = exists().where(subscriptions.c.address_id == address_id, _covers())
    query = (
        select(allowances.c.target_id, _NAME.label("name"))
        .outerjoin(repositories, repositories.c.id == allowances.c.target_id)
        .where(allowances.c.address_id == address_id, allowances.c.answer == Answer.YES, _of(ended), ~needed)
        .order_by(allowances.c.target_id)
    )
    for row in connection.execute(query).all():
        mine = and_(allowances.c.address_id == address_id, allowances.c.target_id == row.target_id)
        connection.execute(delete(allowances).where(mine))
        name = row.name or (ended.name if ended.scope is Scope.REPO else str(row.target_id))
        note(connection, now, replace(who, action="take back", target=name, outcome=OUTCOME))


def _of(ended: Target) -> ColumnElement[bool]:
    return (allowances.c.target_id if ended.scope is Scope.REPO else repositories.c.owner_id) == ended.id


def _covers() -> ColumnElement[bool]:
    """Whether a subscription is to the repository itself, or to its owner."""
    own = and_(subscriptions.c.scope == Scope.REPO, subscriptions.c.target_id == allowances.c.target_id)
    whole = and_(subscriptions.c.scope == Scope.OWNER, subscriptions.c.target_id == repositories.c.owner_id)
    return own | whole
