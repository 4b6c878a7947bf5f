"""What the verbs and flows need of sponsors and of administrators' answers."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from agent.subscriptions.subscription import Target
from shared.address import Address


class Standing(StrEnum):
    """What a person has become."""

    NEW = "new"
    """A sponsor, who wasn't one."""
    SAME = "same"
    """The sponsor that they were."""
    TOOK_OVER = "took over"
    """The sponsor of what was paused and goes on now."""


class Answer(StrEnum):
    """Whether a private repository may be subscribed to in a channel that is shared with another organisation."""

    ASKED = "asked"
    YES = "yes"
    NO = "no"
    """Counts for half an hour; after that it may be asked again."""


class Sponsoring(Protocol):
    """Who sponsors what, and what administrators have said."""

    async def of(self, address: Address, target: Target) -> Sequence[str]:
        """The Slack users who sponsor it there."""

    async def sponsor(
        self, address: Address, target: Target, user_id: str, repositories: Collection[int] = (), how: str = "done"
    ) -> Standing:
        """GHES has just said that this person of the channel may read it; what was paused goes on.

        `repositories`: of an owner, the private ones that they may read, by id. `how` is the outcome in the audit log,
        which has it from the same moment on.
        """

    async def answers(self, address: Address, repository_ids: Collection[int]) -> Mapping[int, Answer]:
        """What administrators were asked, or have said, by repository; nothing for the others."""

    async def ask(self, address: Address, repository: Target, asker: str) -> int:
        """Ask the administrators who are linked in the workspace, each in a direct message; how many they are.

        Asked again within half an hour, they get no second message. `asker` is empty where nobody asks but ourselves.
        """

    async def may_answer(self, team_id: str, user_id: str) -> bool:
        """Whether this Slack user is linked to an administrator."""

    async def answer(self, address: Address, repository: Target, answer: Answer, by: str) -> Answer:
        """Keep the first answer, and have go on what waited for a yes; the one that counts."""

    async def take_back(self, address: Address, repository: Target, by: str, *, is_shared: bool) -> bool:
        """Make a yes a no; False where it is none any more.

        Where the channel `is_shared` still, the repository's news stops there at once: its own subscription pauses, and
        its owner's goes on without it.
        """
