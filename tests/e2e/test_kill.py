"""The agent as a process of its own, killed as `kill -9` does it: nothing is lost, and nothing comes twice.

What `test_promises.py` tries moment by moment on a clock of its own, these two try once as it is in life.
"""

import asyncio
import json
import re
import sqlite3
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.clock import SystemClock
from infra.sandbox import linking
from infra.sandbox.addresses import LOOPBACK, free_port
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import ServerError
from infra.sandbox.ghes.population import add_repository
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.faults import Limited, Slow
from infra.sandbox.slack.people import slash
from infra.sandbox.slack.population import PEOPLE, add_channel
from infra.sandbox.slack.state import Message
from infra.sandbox.system import Standins, standins

COMMAND = Path(sys.executable).with_name("ghe-slack")
CHANNELS, EVENTS = 45, 300
CALM_S, END_S = 40, 15
NEVER = 10**6


@dataclass(kw_only=True)
class Rig:
    """Slack and GHES in this process, an agent in another; each channel hears of one repository."""

    world: Standins
    folder: Path
    port: int
    started: list[Process] = field(default_factory=list)

    async def start(self) -> Process:
        """An agent with nothing but its settings, once Slack knows it."""
        asked = self._calls("auth.test")
        with (self.folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(str(COMMAND), "agent"),
                cwd=self.folder,
                env=self.world.variables(self.folder, AGENT_LISTEN=f"{LOOPBACK}:{self.port}"),
                stderr=log,
            )
        self.started.append(process)
        await self.until(lambda: self._calls("auth.test") > asked and len(open_sockets(self.world.slack)) == 2)
        return process

    async def until(self, found: Callable[[], object]) -> None:
        """Wait until it is so; it is looked again whenever something happens in Slack."""
        with self.world.slack.feed.subscribe() as changes:
            async with asyncio.timeout(CALM_S):
                while not found():
                    await changes.get()

    async def subscribe(self) -> None:
        """Mona subscribes each channel to its repository."""
        for number in range(CHANNELS):
            add_repository(self.world.ghes, self.world.ghes.account("acme"), f"part-{number}", visibility="internal")
            add_channel(self.world.slack, "acme", f"part-{number}", members=[*PEOPLE, "ghe"])
            slash(self.world.slack, "acme", f"part-{number}", "mona", f"subscribe acme/part-{number}")
        await self.until(lambda: all(self._told(number) for number in range(CHANNELS)))

    def happen(self, events: Iterable[int]) -> None:
        """Ada opens an issue or pushes, in one repository after the other, and GHES tells of it."""
        ghes = self.world.ghes
        for number in events:
            repository, title = ghes.repository(f"acme/part-{number % CHANNELS}"), f"Event {number:03}"
            if number // CHANNELS % 2:
                happen.push(ghes, repository, by=ghes.account("ada"), messages=[title])
            else:
                happen.open_issue(ghes, repository, by=ghes.account("ada"), title=title)

    def statuses(self) -> Counter[int]:
        """What the agent answered to the webhooks."""
        return Counter(delivery.status_code for delivery in self.world.ghes.app.deliveries)

    def posts(self) -> list[Message]:
        """All messages of cards."""
        channels = self.world.slack.team("acme").channels.values()
        return [each for channel in channels for each in channel.messages.values() if each.metadata]

    def shown(self) -> Counter[str]:
        """In how many messages each event can be seen."""
        return Counter(
            title for post in self.posts() for title in set(re.findall(r"Event \d{3}", json.dumps(_body(post))))
        )

    def ids(self) -> Counter[str]:
        """In how many messages each notification is."""
        told = [post.metadata["event_payload"] for post in self.posts() if post.metadata]
        return Counter(each for payload in told for each in (payload["id"], *payload["also"]))

    def states(self) -> Counter[str]:
        """The outbox, when no agent runs."""
        with closing(sqlite3.connect(self.folder / "ghe-slack.db")) as store:
            return Counter(state for (state,) in store.execute("SELECT state FROM notifications"))

    def _calls(self, method: str) -> int:
        return sum(called == method for called, _ in self.world.slack.calls)

    def _told(self, number: int) -> bool:
        return bool(self.world.slack.channel("acme", f"part-{number}").messages)


def _body(post: Message) -> object:
    return [post.text, [*post.blocks], [*post.attachments]]


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """Both stand-ins by the machine's own clock; agents that still run at the end are killed."""
    async with standins(SystemClock(), workspaces=1) as world:
        rig = Rig(world=world, folder=tmp_path, port=free_port(LOOPBACK))
        world.point_hooks_at(f"http://{LOOPBACK}:{rig.port}")
        teams, settings = world.slack.teams.values(), world.settings(tmp_path)
        await linking.link(settings, teams, world.ghes, {"mona": "grace"}, SystemClock())
        yield rig
        for process in rig.started:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def killed(process: Process) -> None:
    process.kill()
    await process.wait()


async def ended(process: Process) -> int | None:
    process.terminate()
    async with asyncio.timeout(END_S):
        return await process.wait()


@pytest.mark.slow
async def test_killed_after_the_last_202_the_agent_shows_each_event_once(rig: Rig) -> None:
    slack, ghes = rig.world.slack, rig.world.ghes
    agent = await rig.start()
    await rig.subscribe()
    ghes.faults.append(ServerError(path="/app/hook/deliveries", times=NEVER))  # what is lost stays lost

    rig.happen(range(EVENTS // 2))
    await ghes.delivered()
    slack.faults.add(Limited(retry_after_s=1), method="chat.postMessage", times=None)
    rig.happen(range(EVENTS // 2, EVENTS))
    await ghes.delivered()
    await killed(agent)
    before = len(rig.shown())
    slack.faults.clear()
    agent = await rig.start()
    await rig.until(lambda: rig.shown().total() >= EVENTS)

    assert await ended(agent) == 0
    assert rig.statuses() == {202: EVENTS}
    assert 0 < before < EVENTS
    assert (len(rig.shown()), set(rig.shown().values())) == (EVENTS, {1})
    assert (len(rig.ids()), set(rig.ids().values())) == (EVENTS, {1})
    assert rig.states() == {"delivered": EVENTS}


@pytest.mark.slow
async def test_killed_while_webhooks_come_and_posts_go_the_agent_shows_each_event_once(rig: Rig) -> None:
    slack = rig.world.slack
    agent = await rig.start()
    await rig.subscribe()

    slack.faults.add(Slow(seconds=CALM_S), method="chat.postMessage", times=CHANNELS)
    rig.happen(range(EVENTS))
    await rig.until(lambda: len(rig.posts()) == CHANNELS)  # Slack has one for each channel, and the agent no answer
    await killed(agent)
    await rig.world.ghes.delivered()
    agent = await rig.start()
    await rig.until(lambda: rig.shown().total() >= EVENTS)

    assert await ended(agent) == 0
    assert 0 < rig.statuses()[202] < EVENTS
    assert (len(rig.shown()), set(rig.shown().values())) == (EVENTS, {1})
    assert (len(rig.ids()), set(rig.ids().values())) == (EVENTS, {1})
    assert rig.states() == {"delivered": EVENTS}
