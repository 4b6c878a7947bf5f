"""The workspaces that the relay may speak to: their bot tokens are put there, and taken back.

A token is put when its workspace goes over to the relay, when it is renewed (hours before the former one ends) and once
at each start; an organisation's token is put once for all its workspaces.
"""

import asyncio
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog

from agent.relay.client import Answer, Client, Said
from agent.relay.health import Health
from agent.store.port import Store, StoreUnavailableError
from agent.store.relay import note_registered, organisations, registered, token_ends_at
from agent.store.transports import RELAY
from agent.workspaces import Workspaces
from shared.clock import Clock
from shared.relay_requests import (
    WORKSPACE_PUT,
    WORKSPACE_REMOVE,
    Place,
    WorkspacePut,
    place_fields,
    workspace_put_fields,
)

log = structlog.get_logger()
LOOK_S = 2.0
AGAIN_S = 60.0
"""How long after the relay has not taken a token it is put once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What was done, and what couldn't be, with why."""

    put: Sequence[Place]
    removed: Sequence[Place]
    failed: Mapping[Place, str]


class Registering:
    """`run` goes on until it is cancelled; `sync` does it once."""

    def __init__(self, *, client: Client, store: Store, relay: str, workspaces: Workspaces, clock: Clock) -> None:
        """`relay` names our memory of it (`agent.store.relay`)."""
        self._client, self._store, self._relay = client, store, relay
        self._workspaces, self._clock = workspaces, clock
        self._put: dict[str, str] = {}
        self._not_before: dict[str, float] = {}
        self._denied_until: dict[str, float] = {}
        self._wake = asyncio.Event()

    def unregistered(self, team_id: str) -> None:
        """The relay says that it doesn't know a workspace as ours: put its token again, once in `AGAIN_S`."""
        workspace = self._workspaces.get(team_id)
        place_id = workspace.installation_id or team_id if workspace else team_id
        now = self._clock.monotonic()
        if now < self._denied_until.get(place_id, now):
            return
        self._denied_until[place_id] = now + AGAIN_S
        self._put.pop(place_id, None)
        self._not_before.pop(place_id, None)
        self._wake.set()

    async def run(self) -> None:
        """Keep the relay's workspaces as ours are."""
        while True:
            self._wake.clear()
            try:
                await self.sync()
            except StoreUnavailableError as failure:
                log.warning("workspaces can't be registered yet", reason=str(failure))
            with suppress(TimeoutError):
                async with self._clock.timeout(LOOK_S):
                    await self._wake.wait()

    async def sync(self) -> Synced:
        """Put and take back what differs."""
        if self._client.health.rest_s():
            return Synced(put=(), removed=(), failed={})
        wanted = self._wanted()
        stale = [id_ for id_, token in wanted.items() if self._put.get(id_) != token and self._may(id_)]
        whole = await self._store.read(organisations) if stale else set()
        put = {place: await self._put_one(place, wanted[place.id]) for place in _places(stale, whole)}
        removed = {place: await self._remove_one(place) for place in await self._left(wanted)}
        return Synced(
            put=[place for place, why in put.items() if not why],
            removed=[place for place, why in removed.items() if not why],
            failed={place: why for place, why in (put | removed).items() if why},
        )

    def _may(self, place_id: str) -> bool:
        return self._not_before.get(place_id, 0.0) <= self._clock.monotonic()

    def _wanted(self) -> Mapping[str, str]:
        """The places that are relayed, or about to be, or not yet drained, and their tokens."""
        return {
            each.installation_id or each.team_id: each.token
            for each in self._workspaces.values()
            if RELAY in {each.transport, each.next_transport}
        }

    async def _left(self, wanted: Mapping[str, str]) -> list[Place]:
        known = await self._store.read(partial(registered, relay=self._relay))
        return [each for each in known if each.id not in wanted and self._may(each.id)]

    async def _put_one(self, place: Place, token: str) -> str:
        ends_at = await self._store.read(partial(token_ends_at, place_id=place.id))
        put = WorkspacePut(place=place, token=token, token_expires_at=int(ends_at) if ends_at else None)
        answer = await self._client.ask(WORKSPACE_PUT, workspace_put_fields(put))
        if why := _why(answer):
            return self._failed(place, why)
        self._put[place.id] = token
        self._health.unregistered.pop(place.id, None)
        await self._note(place, there=True)
        log.info("the relay has a workspace's token", place=place.id)
        return ""

    async def _remove_one(self, place: Place) -> str:
        if why := _why(await self._client.ask(WORKSPACE_REMOVE, place_fields(place))):
            return self._failed(place, why)
        self._put.pop(place.id, None)
        self._health.unregistered.pop(place.id, None)
        await self._note(place, there=False)
        log.info("the relay has a workspace's token no more", place=place.id)
        return ""

    def _failed(self, place: Place, why: str) -> str:
        self._not_before[place.id] = self._clock.monotonic() + AGAIN_S
        self._health.unregistered[place.id] = why
        log.warning("the relay has not taken what we say of a workspace", place=place.id, reason=why)
        return why

    async def _note(self, place: Place, *, there: bool) -> None:
        await self._store.write(partial(note_registered, relay=self._relay, place=place, there=there))

    @property
    def _health(self) -> Health:
        return self._client.health


def _places(ids: Iterable[str], organisations_: Container[str]) -> list[Place]:
    return [Place(id=id_, is_organisation=id_ in organisations_) for id_ in ids]


def _why(answer: Answer) -> str:
    """Empty when it was done."""
    if isinstance(answer, Said):
        return "" if answer.ok else answer.why
    return answer.reason
