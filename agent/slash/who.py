"""Who may act, and as whom: the two guards of everything that is done on GHES."""

from agent.people.ports import Actor
from agent.slash.asked import Asked
from agent.slash.guards import actor, full_member
from agent.slash.ports import Ports
from agent.slash.reply import Reply


async def acting_as(asked: Asked, ports: Ports) -> Actor | Reply:
    """The person on GHES, if they are a full member of the workspace; else what they are told."""
    return await full_member(asked, ports) or await actor(asked, ports)
