"""Letting workspaces go over from one transport to the other, once nothing of them is on its way."""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from agent.store.port import Store, StoreUnavailableError
from agent.store.transports import follow_setting, go_over
from agent.workspaces import Workspaces
from shared.card import DataClass
from shared.clock import Clock

log = structlog.get_logger()
LOOK_S = 2.0


class Switching:
    """`run` goes on until it is cancelled."""

    def __init__(
        self,
        *,
        store: Store,
        workspaces: Workspaces,
        relayed: DataClass,
        reload: Callable[[], Awaitable[None]],
        clock: Clock,
    ) -> None:
        """`relayed` is the setting `RELAY_DATA_CLASS`; `reload` has our memory of the workspaces follow the store."""
        self._store, self._workspaces, self._relayed = store, workspaces, relayed
        self._reload, self._clock = reload, clock

    async def run(self) -> None:
        """Look every `LOOK_S` while a workspace wants to go over."""
        await self._done(partial(follow_setting, relayed=self._relayed))
        while True:
            if any(each.next_transport for each in self._workspaces.values()):
                going = partial(go_over, now=self._clock.now().timestamp(), relayed=self._relayed)
                if gone := await self._done(going):
                    log.info("workspaces have gone over to another transport", team_ids=gone)
                    await self._reload()
            await self._clock.sleep(LOOK_S)

    async def _done(self, work: Callable[..., object]) -> object:
        try:
            return await self._store.write(work)
        except StoreUnavailableError as failure:
            log.warning("no workspace can go over to another transport yet", reason=str(failure))
            return None
