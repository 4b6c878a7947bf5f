"""Who may act, and as whom: the guards of what is done on GHES, and of what a channel is subscribed to."""

from agent.people.ports import Actor
from agent.slash.asked import Asked
from agent.slash.guards import actor, connected, full_member
from agent.slash.ports import Ports
from agent.slash.reply import Reply


async def acting_as(asked: Asked, ports: Ports) -> Actor | Reply:
    """The person on GHES, if they are a full member of the workspace; else what they are told."""
    return await full_member(asked, ports) or await actor(asked, ports)


async def subscriber(asked: Asked, ports: Ports) -> Reply | None:
    """What is told to who may not change a channel's subscriptions; None for connected full members of the workspace.

    Where the GitHub App has no client id and secret nobody can connect an account, so every full member may.
    """
    return await full_member(asked, ports) or await connected(asked, ports)
