"""What the page and the terminal say of a relay, and what can be done to it; here it is only written down."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from infra.sandbox.addresses import listener
from infra.sandbox.concessions import SANDBOX
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes.population import populated
from infra.sandbox.page.parts import Parts, Relay
from infra.sandbox.page.server import serving
from infra.sandbox.page.shown import snapshot
from infra.sandbox.page.troubles import DOWN_S, LIMITED_S, POST, RELAY_TROUBLES
from infra.sandbox.slack import server as slack_server
from infra.sandbox.slack.faults import Limited, Slow
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.world import World
from infra.sandbox.welcome import welcome
from shared.card import DataClass

WITHIN_S = 60
Trouble = Callable[[str], Awaitable[int]]


@dataclass(kw_only=True)
class Suffered:
    """What was done to the relay."""

    away: bool = False
    killed: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def be_away(self) -> AsyncIterator[None]:
        self.away = True
        yield
        self.away = False

    async def be_killed(self) -> None:
        self.killed.set()


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def suffered() -> Suffered:
    return Suffered()


@pytest.fixture
async def parts(clock: DrivenClock, suffered: Suffered, tmp_path: Path) -> AsyncIterator[Parts]:
    slack, ghes = sample(clock, workspaces=3), populated(clock, concessions=SANDBOX)
    _, full, title = slack.teams
    relay = Relay(
        url="http://relay",
        stack="a-stack",
        aws={"AWS_ENDPOINT_URL": "http://aws", "AWS_REGION": "here"},
        logs=tmp_path,
        ways={full: DataClass.FULL, title: DataClass.TITLE},
        away=suffered.be_away,
        kill=suffered.be_killed,
    )
    async with slack_server.running(slack):
        yield Parts(slack=slack, ghes=ghes, agent_url="http://127.0.0.1:9", clock=clock, relay=relay)


@pytest.fixture
async def trouble(parts: Parts) -> AsyncIterator[Trouble]:
    """Choose one on the page; the status of the answer."""
    socket = listener(0)
    url = f"http://127.0.0.1:{socket.getsockname()[1]}/api/trouble"
    async with serving(parts, socket), aiohttp.ClientSession() as session:

        async def start(key: str) -> int:
            async with session.post(url, json={"trouble": key}) as response:
                status = response.status
            await settle()
            return status

        yield start


async def said(slack: World, team_id: str, **more: Any) -> None:
    """The app says something in #general of a workspace."""
    team = slack.teams[team_id]
    arguments = {"channel": slack.channel(team_id, "general").channel_id, "text": "Hello", **more}
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {team.bot_token}"}) as session,
        session.post(f"{slack.public_url}/api/{POST}", json=arguments) as response,
    ):
        assert (await response.json())["ok"]


def test_every_workspace_says_how_it_is_posted_to_and_what_it_is_shown(parts: Parts) -> None:
    ways = [team["way"] for team in snapshot(parts)["teams"]]

    assert ways == ["directly, in full", "by relay, in full", "by relay, title only"]


def test_where_there_is_no_relay_nothing_is_said_of_one(parts: Parts) -> None:
    without = Parts(slack=parts.slack, ghes=parts.ghes, agent_url="", clock=parts.clock)

    seen = snapshot(without)

    assert {team["way"] for team in seen["teams"]} == {""}
    assert not RELAY_TROUBLES.keys() & {one["key"] for one in seen["troubles"]}
    assert RELAY_TROUBLES.keys() <= {one["key"] for one in snapshot(parts)["troubles"]}


async def test_the_relay_goes_away_and_comes_back_by_itself(
    trouble: Trouble, suffered: Suffered, clock: DrivenClock
) -> None:
    assert await trouble("relay-away") == 200
    is_away = suffered.away

    await clock.advance(DOWN_S)

    assert (is_away, suffered.away) == (True, False)


async def test_only_the_relays_posts_are_told_to_wait(trouble: Trouble, parts: Parts) -> None:
    assert await trouble("relay-limited") == 200

    direct, *relayed = parts.slack.teams
    assert parts.slack.faults.take(POST, direct) is None
    assert [parts.slack.faults.take(POST, each) for each in relayed] == [Limited(retry_after_s=LIMITED_S)] * 2


async def test_deliver_is_killed_once_slack_has_its_next_post_and_before_it_hears_so(
    trouble: Trouble, parts: Parts, suffered: Suffered
) -> None:
    direct, relayed, _ = parts.slack.teams
    assert await trouble("relay-killed") == 200
    waiting = parts.slack.faults.take(POST, relayed)
    metadata = {"event_type": "ghe_notification", "event_payload": {"id": "n1", "also": [], "delivery": "d1"}}

    await said(parts.slack, direct, metadata=metadata)
    await said(parts.slack, relayed)
    await settle()
    too_early = suffered.killed.is_set()
    await said(parts.slack, relayed, metadata=metadata)

    async with asyncio.timeout(WITHIN_S):
        await suffered.killed.wait()
    assert isinstance(waiting, Slow)
    assert not too_early


def test_the_terminal_says_where_the_relay_is_and_what_its_operator_types(
    parts: Parts, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    welcome(parts, page="http://page", password="pw", log_file=tmp_path / "agent.log")

    told = capsys.readouterr().out
    for words in (
        "its card arrives in each #general",
        "Break something…",
        "http://relay/healthz",
        f"{tmp_path}/front.log, {tmp_path}/deliver.log",
        "Acme directly, in full",
        "Initech by relay, title only",
        "export AWS_ENDPOINT_URL=http://aws AWS_REGION=here\n",
        "relay dead-letters --stack a-stack\n",
    ):
        assert words in told
    assert "subscribe acme/rocket" not in told
