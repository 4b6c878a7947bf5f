"""Which way a post takes: that of its workspace."""

from collections.abc import Mapping
from functools import partial

from agent.outbox.transport import Look, Sought, Transport
from agent.store.port import Store
from agent.store.transports import transport_of
from agent.workspaces import Workspaces
from shared.outcome import Outcome, Retry
from shared.post import Post

NOT_THERE_S = 60.0


class ChosenTransport:
    """`agent.outbox.transport.Transport`: looks at the workspace and hands on."""

    def __init__(self, transports: Mapping[str, Transport], workspaces: Workspaces, store: Store) -> None:
        """`transports` by the names that workspaces have of them."""
        self._transports, self._workspaces, self._store = transports, workspaces, store

    async def send(self, post: Post) -> Outcome:
        """See the port."""
        chosen = await self._chosen(post.address.team_id)
        return await chosen.send(post) if chosen else _nowhere()

    async def look(self, sought: Sought) -> Look:
        """See the port."""
        chosen = await self._chosen(sought.address.team_id)
        return await chosen.look(sought) if chosen else _nowhere()

    async def _chosen(self, team_id: str) -> Transport | None:
        """None: what is relayed is never said directly because the relay's settings are gone."""
        workspace = self._workspaces.get(team_id)
        name = workspace.transport if workspace else "direct"
        if workspace and workspace.next_transport:  # another process may have let it go over just now
            name = await self._store.read(partial(transport_of, team_id=team_id, otherwise=name))
        return self._transports.get(name)


def _nowhere() -> Retry:
    return Retry(NOT_THERE_S, "relay_not_set_up")
