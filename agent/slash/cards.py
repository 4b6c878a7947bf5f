"""The cards of issues and pull requests, as far as somebody acts on them from Slack."""

from typing import Protocol

from agent.people.person import Person
from shared.address import Address
from shared.event import Payload


class Cards(Protocol):
    """Posts and rewrites by the outbox, like everything; a card is never there twice."""

    async def post(self, address: Address, repository: Payload, issue: Payload, by: Person) -> None:
        """Post the card of an issue that `by` has just opened, unless this channel has it (or gets it) already.

        Both are GHES's REST objects. The webhook that tells of the issue finds the card and posts no second one.
        """

    async def seen(self, repository: Payload, subject: Payload) -> None:
        """This is how an issue or a pull request is now (a REST object): its cards everywhere are set right."""
