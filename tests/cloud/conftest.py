"""The local cloud: SQS by itself, and the whole relay between an agent and the stand-in for Slack."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from agent import relay_agents
from agent.clock import SystemClock
from agent.relay_agents import Operator
from infra.relay import build
from infra.sandbox.cloud import cloud as cloud_
from infra.sandbox.cloud import ministack
from infra.sandbox.cloud.cloud import Cloud
from infra.sandbox.cloud.deploying import STACK
from infra.sandbox.cloud.ministack import Aws
from infra.sandbox.relay.caller import Caller, card
from infra.sandbox.slack.state import Message
from infra.sandbox.slack.world import messages
from infra.sandbox.system import Standins, standins
from shared.dispatch import request_text
from shared.relay_requests import DISPATCH, PATHS, RECEIPTS, WORKSPACE_PUT, Place, WorkspacePut, workspace_put_fields
from shared.signing import headers

POST = "chat.postMessage"
WITHIN_S = 180.0
"""After so long a test gives up: no test asks how fast it was."""


async def until(found: Callable[[], object]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(WITHIN_S):
        while not found():
            await SystemClock().sleep(0.05)


@pytest.fixture(scope="session")
def zip_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("zip") / "relay.zip"
    build.build(file, target="host")
    return file


@pytest.fixture
async def aws(tmp_path: Path) -> AsyncIterator[Aws]:
    async with ministack.running(tmp_path) as found:
        yield found


@dataclass(kw_only=True)
class Rig:
    """A relay with one agent, which is registered in `acme`, and Slack behind it."""

    cloud: Cloud
    world: Standins
    caller: Caller
    session: ClientSession
    folder: Path
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def team_id(self) -> str:
        return self.world.slack.team("acme").team_id

    def channel(self, name: str, domain: str = "acme") -> str:
        return next(each for each in self.world.slack.team(domain).channels.values() if each.name == name).channel_id

    def texts(self, channel: str = "general", domain: str = "acme") -> list[str]:
        """What the relay has said there, line by line."""
        return [line for each in self.posts(channel, domain) for line in each.text.splitlines()]

    def posts(self, channel: str = "general", domain: str = "acme") -> list[Message]:
        return [each for each in messages(self.world.slack, domain, channel) if each.metadata]

    def asked_at(self, channel: str = "general") -> list[float]:
        """When Slack was asked to say something there, also in vain."""
        channel_id = self.channel(channel)
        return [at for method, where, at in self.world.slack.called_at if (method, where) == (POST, channel_id)]

    async def register(self, domain: str = "acme") -> None:
        """Put a workspace's bot token, as it is by now."""
        team = self.world.slack.team(domain)
        fields = workspace_put_fields(WorkspacePut(place=Place(id=team.team_id), token=team.bot_token))
        assert (await self.ask(WORKSPACE_PUT, fields))[0] == 200

    async def ask(self, kind: str, fields: Any, caller: Caller | None = None, *, id_: str = "") -> tuple[int, Any]:
        """A signed request over HTTP, without `id_` under one of its own."""
        caller = caller or self.caller
        async with self.sent(kind, fields, caller, id_=id_, at=caller.now) as answer:
            return answer.status, await answer.json(content_type=None)

    def sent(self, kind: str, fields: Any, caller: Caller, *, id_: str = "", at: int) -> Any:
        """The same, signed at a time, with the answer as it comes."""
        body = request_text(caller.speaker, kind, fields).encode()
        signed = headers(
            id_=id_ or f"msg_{next(self.numbers)}",
            timestamp=at,
            body=body,
            keys=[caller.private],
            agent_id=caller.agent_id,
            key_id=caller.key_id,
        )
        return self.session.post(self.cloud.url + PATHS[kind], data=body, headers=dict(signed))

    def said(self, words: Sequence[str], channel: str = "general", domain: str = "acme") -> Mapping[str, Any]:
        """A dispatch of each of these words as a card for a channel; its notifications are named after them."""
        cards, team = [card(each) for each in words], self.world.slack.team(domain)
        given = [
            self.caller.notification(each, team.team_id, self.channel(channel, domain), card=made)
            for each, made in zip(words, cards, strict=True)
        ]
        return self.caller.dispatch(given, cards)

    async def dispatch(self, words: Sequence[str], channel: str = "general", domain: str = "acme") -> tuple[int, Any]:
        """Send it."""
        return await self.ask(DISPATCH, self.said(words, channel, domain))

    async def receipts(self, number: int) -> list[Any]:
        """The receipts, once there are so many."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                _, body = await self.ask(RECEIPTS, {"after": "", "limit": 500})
                found: list[Any] = body["receipts"]
                if len(found) >= number:
                    return found
                await SystemClock().sleep(0.5)

    def dead_letters(self) -> int:
        return self._messages("DeadLettersUrl")

    def queued(self) -> int:
        """Those that nobody is at, and those that somebody is."""
        return self._messages("QueueUrl")

    def _messages(self, output: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        queues, url = self.cloud.stack.aws.client("sqs"), self.cloud.stack.outputs[output]
        found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def logs(self) -> str:
        return "".join(file.read_text(encoding="utf-8") for file in self.folder.glob("*.log"))


@pytest.fixture
async def rig(tmp_path: Path, zip_file: Path) -> AsyncIterator[Rig]:
    clock = SystemClock()
    async with (
        standins(clock, workspaces=2) as world,
        cloud_.running(tmp_path, clock, slack_api_url=world.slack_urls.api_url, zip_file=zip_file) as cloud,
        ClientSession() as session,
    ):
        caller = Caller("agent", "k1", cloud.stack.outputs["RelayId"], clock)
        cloud.enter(caller.key)
        rig = Rig(cloud=cloud, world=world, caller=caller, session=session, folder=tmp_path)
        await rig.register()
        yield rig


@pytest.fixture
def operator(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """Who has deployed it, with credentials that are allowed everything."""
    for name, value in rig.cloud.stack.aws.variables().items():
        monkeypatch.setenv(name, value)
    return relay_agents.connected(STACK, SystemClock())
