"""Which channels may see what of a private repository: those where somebody sponsors exactly this one."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, and_, bindparam, select

from agent.store.people_tables import people, sponsors
from agent.store.tables import addresses, subscriptions
from agent.subscriptions.subscription import Scope

_OWN = subscriptions.alias()
_SEEING = (
    select(sponsors.c.target_id, sponsors.c.address_id)
    .join(addresses, addresses.c.id == sponsors.c.address_id)
    .join(people, and_(people.c.team_id == addresses.c.team_id, people.c.user_id == sponsors.c.user_id))
    .outerjoin(
        _OWN,
        and_(
            _OWN.c.address_id == sponsors.c.address_id,
            _OWN.c.scope == Scope.REPO,
            _OWN.c.target_id == sponsors.c.target_id,
        ),
    )
    .where(
        sponsors.c.scope == Scope.REPO,
        sponsors.c.target_id.in_(bindparam("ids", expanding=True)),
        _OWN.c.paused_at.is_(None),
    )
)
"""A subscription to the repository itself that is paused counts for its owner's subscription too."""


def seeing(connection: Connection, repository_ids: Collection[int]) -> Mapping[int, set[int]]:
    """The addresses that may see each of these private repositories, by repository; empty for those nobody sponsors."""
    found: dict[int, set[int]] = defaultdict(set)
    if repository_ids:
        for row in connection.execute(_SEEING, {"ids": list(repository_ids)}):
            found[row.target_id].add(row.address_id)
    return found
