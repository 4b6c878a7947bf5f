"""Two processes of the agent on one store, and a GHES where Ada is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.fernet import Fernet

from agent.ghes.client import Ghes
from agent.ghes.hosts import Hosts
from agent.ghes.oauth import GhesOAuth
from agent.net.outbound import network
from agent.people.acting import Acting, GhesActor
from agent.people.person import Person, Tokens
from agent.people.unlinking import Unlinking
from agent.store.audit import SqlAudit
from agent.store.people import SqlPeople, link, sealed
from agent.store.secrets import Secrets
from agent.store.sqlite import SqliteStore
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import oauth
from infra.sandbox.ghes.grants import UserToken
from infra.sandbox.ghes.population import Keys, new_keys, populated
from infra.sandbox.ghes.server import running
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World


class CountingOAuth(GhesOAuth):
    """Counts the refreshes, and lets the test stand between GHES's answer and us."""

    refreshes = 0
    after: Callable[[], Awaitable[None]] | None = None

    async def refresh(self, refresh_token: str) -> Any:
        self.refreshes += 1
        answer = await super().refresh(refresh_token)
        if self.after:
            await self.after()
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One process of the agent."""

    people: SqlPeople
    oauth: CountingOAuth
    unlinking: Unlinking
    acting: Acting

    async def ada(self, user_id: str = "U1") -> GhesActor:
        found = await self.acting.of("T1", user_id)
        assert isinstance(found, GhesActor)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Two processes on one store, and the GHES that they speak to."""

    world: World
    clock: DrivenClock
    store: SqliteStore
    secrets: Secrets
    one: Replica
    other: Replica

    @property
    def ada(self) -> Account:
        return self.world.account("ada")

    async def link(self, user_id: str = "U1") -> UserToken:
        """Link Ada as a Slack user."""
        pair = oauth.sign_in(self.world, self.world.app, self.ada)
        tokens = Tokens(
            access=pair.token,
            access_ends_at=pair.expires_at,
            refresh=pair.refresh_token or "",
            refresh_ends_at=pair.refresh_expires_at,
        )
        person = Person(team_id="T1", user_id=user_id, ghes_id=self.ada.id, login="ada", linked_at=self.clock.now())
        await self.store.write(lambda connection: link(connection, person, sealed(self.secrets, tokens)))
        return pair

    async def passes(self, hours: float) -> None:
        await self.clock.advance(hours * 3600, step_s=hours * 3600)

    async def audit(self) -> list[tuple[str, str]]:
        return [(it.entry.action, it.entry.outcome) for it in await SqlAudit(self.store, self.clock).since(None)]

    async def until(self, answer: Awaitable[Any], within_s: float = 60) -> Any:
        """The answer, with the clock moving."""
        task = asyncio.ensure_future(answer)
        ends_s = self.clock.monotonic() + within_s
        while not task.done():
            assert self.clock.monotonic() < ends_s
            await self.clock.advance(0.5)
        return await task


@pytest.fixture(scope="session")
def keys() -> Keys:
    return new_keys()


@pytest.fixture
async def house(keys: Keys, store: SqliteStore) -> AsyncIterator[House]:
    clock, secrets = DrivenClock(), Secrets([Fernet.generate_key()])
    world = populated(clock, keys=keys)
    async with running(world) as far, network() as connections:

        def replica() -> Replica:
            hosts, app = Hosts.of(far.url), world.app
            people = SqlPeople(store, secrets, clock)
            asked = CountingOAuth(connections, hosts, app.client_id, app.client_secret, clock)
            unlinking = Unlinking(people=people, oauth=asked, store=store, clock=clock)
            ghes = Ghes(network=connections, hosts=hosts, clock=clock, jitter=lambda: 0.0)
            acting = Acting(people=people, oauth=asked, unlinking=unlinking, ghes=ghes, clock=clock)
            return Replica(people=people, oauth=asked, unlinking=unlinking, acting=acting)

        yield House(world=world, clock=clock, store=store, secrets=secrets, one=replica(), other=replica())
