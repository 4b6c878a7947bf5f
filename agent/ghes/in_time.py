"""Looking things up for somebody who waits for the answer."""

from collections.abc import Awaitable
from typing import TypeVar

from agent.ghes.answers import Unreachable
from agent.ghes.hosts import Hosts
from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Repositories, Suspended
from shared.clock import Clock

T = TypeVar("T")


class InTime:
    """`Repositories` that give up after `within_s`: the client alone would wait for minutes where GHES sets a limit."""

    def __init__(self, repositories: Repositories, *, hosts: Hosts, clock: Clock, within_s: float) -> None:
        self._repositories, self._hosts, self._clock, self._within_s = repositories, hosts, clock, within_s

    async def find(self, owner: str, name: str) -> Found | NotInstalled | Suspended | NotFound | Unreachable:
        """The repository `owner/name`."""
        return await self._in_time(self._repositories.find(owner, name))

    async def find_owner(self, login: str) -> Owner | NotInstalled | Suspended | Unreachable:
        """The organisation or user called `login`."""
        return await self._in_time(self._repositories.find_owner(login))

    async def _in_time(self, asking: Awaitable[T]) -> T | Unreachable:
        try:
            async with self._clock.timeout(self._within_s):
                return await asking
        except TimeoutError:
            return Unreachable(reason=f"{self._hosts.web} didn't answer within {self._within_s:.0f} seconds.")
