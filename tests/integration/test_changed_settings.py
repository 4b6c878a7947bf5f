"""Settings and workspaces that change under a running agent: nothing is restarted, and nothing is lost."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import delete

from agent import app
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.store import workspaces as stored_workspaces
from agent.store.configuration import SqlConfiguration
from agent.store.open import open_store
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.store.setup_tables import configuration
from agent.store.versions import What, changed
from infra.sandbox import linking
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes import happen
from infra.sandbox.slack import people
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.world import messages
from infra.sandbox.system import Standins, standins

APP = (
    "GHES_APP_ID",
    "GHES_APP_SLUG",
    "GHES_PRIVATE_KEY",
    "GHES_CLIENT_ID",
    "GHES_CLIENT_SECRET",
    "GHES_WEBHOOK_SECRET",
    "SLACK_APP_TOKEN",
)


class Rig:
    """Another process than the agent's, on the same store."""

    def __init__(self, clock: DrivenClock, world: Standins, settings: Settings, session: ClientSession) -> None:
        self.clock, self.world, self.session = clock, world, session
        self.settings, self.url = settings, ""

    @property
    def other(self) -> Store:
        return open_store(self.settings)

    async def saves(self, **values: str | None) -> None:
        store = self.other
        secrets = Secrets(load_or_make(self.settings))
        await SqlConfiguration(store, secrets, self.clock).save(values, by="setup")
        await store.aclose()

    async def until(self, found: Callable[[], object]) -> None:
        for _ in range(400):
            await settle()
            if found():
                return
            await self.clock.advance(0.25)
        raise AssertionError("it never came to be")

    async def part(self, name: str) -> str:
        async with self.session.get(f"{self.url}/status") as answer:
            return str((await answer.json())["parts"][name]["says"])


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """An agent that knows its GHES and a workspace, and nothing else."""
    clock = DrivenClock()
    async with standins(clock, workspaces=1) as world, ClientSession() as session:
        settings = world.settings(tmp_path, **dict.fromkeys(APP, ""))
        await linking.link(settings, world.slack.teams.values(), world.ghes, {"mona": "grace"}, clock)
        rig = Rig(clock, world, settings, session)
        async with app.running(settings, clock) as agent:
            rig.url = agent.url
            world.point_hooks_at(agent.url)
            yield rig


def app_of(world: Standins) -> dict[str, str | None]:
    variables = world.variables(Path())
    return {name.lower(): variables[name] for name in APP}


async def test_what_another_process_saves_is_in_use_without_a_restart(rig: Rig) -> None:
    before = await rig.part("set-up")

    await rig.saves(**app_of(rig.world))
    await rig.until(lambda: len(open_sockets(rig.world.slack)) == 2)
    people.slash(rig.world.slack, "acme", "general", "mona", "subscribe acme/docs")
    await rig.until(lambda: messages(rig.world.slack, "acme", "general"))

    assert "SLACK_APP_TOKEN" in before
    assert await rig.part("set-up") == "All settings are there."


async def test_sockets_of_the_changed_settings_are_open_before_the_former_ones_close(rig: Rig) -> None:
    await rig.saves(**app_of(rig.world))
    await rig.until(lambda: len(open_sockets(rig.world.slack)) == 2)
    fewest = 2

    await rig.saves(slack_allowed_workspaces="T00000001")
    for _ in range(120):
        await rig.clock.advance(0.25)
        fewest = min(fewest, len(open_sockets(rig.world.slack)))

    assert fewest == 2
    await rig.until(lambda: len(open_sockets(rig.world.slack)) == 2)
    assert "sockets to Slack are open" in await rig.part("sockets")


async def test_webhooks_that_come_while_settings_change_are_posted_once(rig: Rig) -> None:
    await rig.saves(**app_of(rig.world))
    await rig.until(lambda: len(open_sockets(rig.world.slack)) == 2)
    people.slash(rig.world.slack, "acme", "general", "mona", "subscribe acme/docs")
    await rig.until(lambda: messages(rig.world.slack, "acme", "general"))
    ghes = rig.world.ghes
    docs, ada = ghes.repository("acme/docs"), ghes.account("ada")

    for number in range(12):
        if number % 4 == 0:
            await rig.saves(slack_allowed_workspaces=f"T0000000{number}")
        happen.open_issue(ghes, docs, by=ada, title=f"It leaks {number}")
        await rig.clock.advance(3)
    await rig.until(lambda: len(messages(rig.world.slack, "acme", "general")) == 13)
    await rig.clock.advance(30)

    cards = [each.text for each in messages(rig.world.slack, "acme", "general") if each.metadata]
    assert sorted(cards) == sorted(set(cards))
    assert len(cards) == 12


async def test_a_stored_value_that_is_none_any_more_is_left_out_and_the_rest_works(rig: Rig) -> None:
    await rig.saves(**app_of(rig.world) | {"slack_app_token": "nonsense"})

    await rig.clock.advance(15)

    assert await rig.part("set-up") == "Set-up mode: set SLACK_APP_TOKEN."


async def test_a_workspace_that_another_process_removes_is_not_known_any_more(rig: Rig) -> None:
    await rig.saves(**app_of(rig.world))
    await rig.until(lambda: len(open_sockets(rig.world.slack)) == 2)
    people.slash(rig.world.slack, "acme", "general", "mona", "subscribe acme/docs")
    await rig.until(lambda: messages(rig.world.slack, "acme", "general"))
    team = rig.world.slack.team("acme")

    store = rig.other
    await store.write(lambda connection: stored_workspaces.uninstall(connection, team.team_id))
    await store.aclose()
    await rig.clock.advance(15)
    happen.open_issue(rig.world.ghes, rig.world.ghes.repository("acme/docs"), by=rig.world.ghes.account("ada"))
    await rig.world.ghes.delivered()
    await rig.clock.advance(5)

    assert len(messages(rig.world.slack, "acme", "general")) == 1


async def test_values_that_went_away_are_missing_again(rig: Rig) -> None:
    await rig.saves(**app_of(rig.world))
    await rig.until(lambda: len(open_sockets(rig.world.slack)) == 2)

    store = rig.other
    await store.write(lambda connection: connection.execute(delete(configuration)).rowcount)
    await store.write(lambda connection: changed(connection, What.CONFIGURATION))
    await store.aclose()
    await rig.until(lambda: not open_sockets(rig.world.slack))

    assert "SLACK_APP_TOKEN" in await rig.part("set-up")


async def test_an_agent_stops_also_while_its_settings_change(tmp_path: Path) -> None:
    clock = DrivenClock()
    async with standins(clock, workspaces=1) as world, ClientSession() as session:
        settings = world.settings(tmp_path, **dict.fromkeys(APP, ""))
        async with app.running(settings, clock):
            rig = Rig(clock, world, settings, session)
            await rig.saves(**app_of(world))
            await rig.until(lambda: ("apps.connections.open", None) in world.slack.calls)
        await settle()

        assert open_sockets(world.slack) == []
