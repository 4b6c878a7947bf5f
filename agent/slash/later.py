"""What waits for a missing step, and is carried out when the step is done."""

from typing import NewType, Protocol

from agent.slash.asked import Asked
from shared.address import Address

KEPT_S = 1800
"""How long something waits for a missing step."""

Step = NewType("Step", str)
"""A missing step, by the name that whoever does it finds it by."""

KeptId = NewType("KeptId", str)


def invited(address: Address) -> Step:
    """The bot's membership of a channel."""
    return Step(f"invite {address.team_id} {address.channel_id}")


def signed_in(team_id: str, user_id: str) -> Step:
    """A person's linked account."""
    return Step(f"sign-in {team_id} {user_id}")


def installed(owner: str) -> Step:
    """The GitHub App on an owner, by login; or on more of the owner's repositories."""
    return Step(f"install {owner.lower()}")


def opened(team_id: str, user_id: str) -> Step:
    """A click on *Open the form*."""
    return Step(f"form {team_id} {user_id}")


def allowed(address: Address, repository_id: int) -> Step:
    """An administrator's yes to a private repository in a shared channel."""
    return Step(f"allow {address.team_id} {address.channel_id} {repository_id}")


class Later(Protocol):
    """What waits, each for `KEPT_S`."""

    async def keep(self, asked: Asked, step: Step) -> KeptId:
        """Keep it; the same person's same wish in the same place is kept once for a step, as the newest."""

    async def look(self, kept_id: KeptId) -> Asked | None:
        """What is kept under this id, which stays; None when it is too old or gone."""

    async def resume(self, step: Step) -> int:
        """Have everything run that waits for this step and isn't too old; how many there were.

        They go the way of what is asked now, oldest first, each only once, and without a living trigger: what wants to
        open a form is answered by a message with *Open the form*.
        """
