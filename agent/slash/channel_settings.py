"""What a channel has chosen for itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The settings of one channel."""

    threading: bool = True
    """Later events of an issue or pull request are replies to its card."""
    previews: bool = True
    """Links to GHES are shown as cards."""


class ChannelSettings(Protocol):
    """Kept for each channel; one that nobody has touched has the defaults."""

    async def of(self, address: Address) -> Chosen:
        """The channel's settings."""

    async def choose(self, address: Address, wanted: Mapping[str, bool], by: str) -> Chosen:
        """Change these by name, and have that in the audit log from the same moment on; `by` is a Slack user id.

        What isn't `wanted` stays as it is by then: two people may change two settings at once. All of them, as they are
        now, are returned. Cards that are there already stay as they are.
        """

    async def last_repository(self, address: Address) -> str:
        """`owner/repo` that was last acted on here, else the only one subscribed to; empty when there is none."""

    async def used(self, address: Address, repository: str) -> None:
        """Remember `owner/repo` as the last one."""
