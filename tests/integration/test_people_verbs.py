"""`ghe-slack people forget` and `ghe-slack audit export` on a store that an agent uses at the same time."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert

from agent import audit_export, forgetting, settings
from agent.cli_errors import Failure
from agent.people.person import Person, Tokens
from agent.settings import Settings
from agent.slash.call import Call
from agent.slash.later import signed_in
from agent.store.audit import SqlAudit
from agent.store.later import SqlLater
from agent.store.people import SqlPeople, link, sealed
from agent.store.people_tables import sponsors
from agent.store.secrets import Secrets
from agent.store.sqlite import SqliteStore
from agent.store.tables import addresses, calls
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import oauth
from infra.sandbox.ghes.population import Keys, new_keys, populated
from infra.sandbox.ghes.server import running
from infra.sandbox.ghes.world import World
from infra.sandbox.new_file import new_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """What an agent holds open, and the settings of both."""

    clock: DrivenClock
    store: SqliteStore
    secrets: Secrets
    people: SqlPeople
    world: World
    settings: Settings

    async def link(self, user_id: str) -> None:
        pair, ada = oauth.sign_in(self.world, self.world.app, self.world.account("ada")), self.world.account("ada")
        tokens = sealed(self.secrets, Tokens(access=pair.token, access_ends_at=pair.expires_at))
        person = Person(team_id="T1", user_id=user_id, ghes_id=ada.id, login="ada", linked_at=self.clock.now())
        await self.store.write(lambda connection: link(connection, person, tokens))

    async def keep(self, user_id: str) -> None:
        call = Call(
            id=f"1.{user_id}", command="/ghe", text="open", team_id="T1", enterprise_id="", channel_id="C1",
            user_id=user_id, response_url="",
        )  # fmt: skip
        await SqlLater(self.store, self.clock).keep(call, signed_in("T1", user_id))

    async def kept(self) -> list[str]:
        rows = await self.store.read(lambda connection: connection.execute(calls.select()).all())
        return [json.loads(row.call)["user_id"] for row in rows]

    async def sponsor(self, *user_ids: str) -> None:
        rows = [
            {"address_id": 1, "scope": "repo", "target_id": 7, "user_id": each, "checked_at": 0.0} for each in user_ids
        ]
        here = insert(addresses).values(id=1, team_id="T1", channel_id="C1")
        await self.store.write(lambda connection: connection.execute(here))
        await self.store.write(lambda connection: connection.execute(insert(sponsors), rows))


@pytest.fixture(scope="module")
def keys() -> Keys:
    return new_keys()


@pytest.fixture
async def agent(tmp_path: Path, keys: Keys) -> AsyncIterator[Agent]:
    new_file(tmp_path / "store.db")
    clock, key = DrivenClock(), Fernet.generate_key()
    world, store, secrets = populated(clock, keys=keys), SqliteStore(tmp_path / "store.db"), Secrets([key])
    async with running(world) as far:
        made = settings.of(
            {
                "GHES_URL": far.url,
                "GHES_CLIENT_ID": world.app.client_id,
                "GHES_CLIENT_SECRET": world.app.client_secret,
                "AGENT_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}",
                "AGENT_SECRET_KEYS": key.decode(),
            }
        )
        people = SqlPeople(store, secrets, clock)
        yield Agent(clock=clock, store=store, secrets=secrets, people=people, world=world, settings=made)
    await store.aclose()


async def test_a_forgotten_person_is_gone_here_and_on_ghes(agent: Agent) -> None:
    await agent.link("U1")
    for user_id in ("U1", "U2"):
        await agent.keep(user_id)
    await agent.sponsor("U1", "U2")

    done = await forgetting.forget(agent.settings, "T1", "U1", agent.clock)

    assert done.says == (
        "The link with ada and its tokens are deleted. GitHub Enterprise has forgotten them too. Deleted besides: "
        "stored calls 1, sponsorships 1."
    )
    assert await agent.people.of("T1", "U1") is None
    assert (agent.world.user_tokens, await agent.kept()) == ({}, ["U2"])


async def test_who_has_no_link_still_loses_what_waits(agent: Agent) -> None:
    await agent.keep("U1")

    done = await forgetting.forget(agent.settings, "T1", "U1", agent.clock)

    assert done.says == "There was no link. Deleted besides: stored calls 1, sponsorships 0."
    assert await agent.kept() == []


async def test_somebody_is_forgotten_while_ghes_is_away_and_told_what_is_left_to_do(agent: Agent) -> None:
    await agent.link("U1")
    away = settings.of(
        {
            "GHES_URL": "http://127.0.0.1:9",
            "AGENT_DATABASE_URL": f"sqlite:///{agent.settings.sqlite_path}",
            "AGENT_SECRET_KEYS": Fernet.generate_key().decode(),
        }
    )

    done = await forgetting.forget(away, "T1", "U1", agent.clock)

    assert "GitHub Enterprise didn't confirm that it has forgotten them" in done.says
    assert await agent.people.of("T1", "U1") is None


async def test_the_audit_log_is_exported_oldest_first_and_from_an_instant_on(agent: Agent) -> None:
    await agent.link("U1")
    await forgetting.forget(agent.settings, "T1", "U1", agent.clock)
    await agent.clock.advance(60, step_s=60)
    await agent.link("U2")
    await forgetting.forget(agent.settings, "T1", "U2", agent.clock)

    everything = await audit_export.export(agent.settings, None)
    newest = await audit_export.export(agent.settings, agent.clock.now() - timedelta(seconds=1))

    assert [entry["target"] for entry in everything] == ["T1/U1", "T1/U2"]
    assert [dict(entry) for entry in newest] == [
        {
            "at": "2026-11-22T09:01:00+00:00",
            "team_id": "T1",
            "user_id": "",
            "channel_id": "",
            "login": "ada",
            "action": "unlink",
            "target": "T1/U2",
            "outcome": "forgotten by an administrator",
        }
    ]
    assert await SqlAudit(agent.store, agent.clock).since(None) != []


async def test_without_a_store_there_is_a_sentence(agent: Agent, tmp_path: Path) -> None:
    nowhere = settings.of({"GHES_URL": agent.settings.ghes_url, "AGENT_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"})

    with pytest.raises(Failure, match="There is no store at"):
        await audit_export.export(nowhere, None)
    with pytest.raises(Failure, match="There is no store at"):
        await forgetting.forget(nowhere, "T1", "U1")
