"""What is stored of a person beside the link itself."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, func, select

from agent.slash.asked import from_json
from agent.store import device_links, links
from agent.store.links import Owner
from agent.store.people_tables import sponsors
from agent.store.previews import forget_previews
from agent.store.sponsors import end_sponsorships
from agent.store.tables import addresses, calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """How much of it there was."""

    calls: int = 0
    """What waited for a missing step."""
    sponsorships: int = 0


def erase(connection: Connection, team_id: str, user_id: str, now: float) -> Traces:
    """Delete it, with all that was offered for linking; what they alone vouched for pauses."""
    owner = Owner(team_id=team_id, user_id=user_id)
    links.end_all(connection, owner)
    device_links.end_all(connection, owner)
    rows = connection.execute(select(calls.c.id, calls.c.call).where(calls.c.team_id == team_id)).all()
    forget_previews(connection, team_id, user_id)
    ids = [row.id for row in rows if from_json(row.call).user_id == user_id]
    connection.execute(delete(calls).where(calls.c.id.in_(ids)))
    here = select(addresses.c.id).where(addresses.c.team_id == team_id)
    mine = and_(sponsors.c.user_id == user_id, sponsors.c.address_id.in_(here))
    vouched = connection.execute(select(func.count()).select_from(sponsors).where(mine)).scalar_one()
    end_sponsorships(connection, team_id, user_id, now)
    return Traces(calls=len(ids), sponsorships=vouched)
