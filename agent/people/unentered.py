"""Codes that nobody entered: what GHES gave for them is revoked there, and only then forgotten.

A GHES that is away is asked again every minute, for a day; `agent.store.retention` forgets the tokens then all the
same. A process that is killed in between revokes a token twice, which GHES doesn't mind.
"""

from functools import partial

import structlog

from agent.people.joining import Joining
from agent.store import links
from agent.store.links import Owner
from agent.store.people import SqlPeople
from agent.store.port import Store, StoreUnavailableError
from agent.store.secrets import UnreadableSecretError
from shared.clock import Clock

log = structlog.get_logger()
INTERVAL_S = 60.0
AT_ONCE = 100


class Unentered:
    """`run` goes on until it is cancelled."""

    def __init__(self, *, people: SqlPeople, joining: Joining, store: Store, clock: Clock) -> None:
        self._people, self._joining, self._store, self._clock = people, joining, store, clock

    async def run(self) -> None:
        """Give back what is due, once a minute."""
        while True:
            try:
                await self.give_back()
            except StoreUnavailableError as failure:
                log.warning("tokens that nobody needs wait for the store", reason=str(failure))
            await self._clock.sleep(INTERVAL_S)

    async def give_back(self, owner: Owner | None = None) -> int:
        """Have GHES revoke what is due, everybody's or one person's; how many it didn't confirm.

        Raises `StoreUnavailableError`.
        """
        now = self._clock.now().timestamp()
        due = await self._store.read(partial(links.unentered, now=now, limit=AT_ONCE, owner=owner))
        unconfirmed = 0
        for each in due:
            if await self._is_given_back(each):
                await self._store.write(partial(links.drop, token_hash=each.token_hash))
            else:
                unconfirmed += 1
        return unconfirmed

    async def _is_given_back(self, each: links.Unentered) -> bool:
        try:
            tokens = self._people.opened(each.tokens)
        except UnreadableSecretError:
            log.warning("a token that nobody needs can't be revoked: AGENT_SECRET_KEYS lacks its key")
            return True
        return await self._joining.give_back(each.account, tokens)
