"""Every example of a webhook, posted in every data class."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from agent.outbox.notification import OPEN
from agent.store.subscriptions import SqlSubscriptions
from agent.store.tables import notifications
from agent.subscriptions.changes import Change, subscribed
from agent.subscriptions.request import read
from agent.subscriptions.subscription import Scope, Target
from shared.address import Address
from shared.card import DataClass

_GOLDEN = sorted((Path(__file__).parents[3] / "golden" / "cards").glob("*.json"))
EXAMPLES = [
    (path.name.split(".")[0], path.read_text())
    for path in sorted(_GOLDEN, key=lambda path: path.name.startswith("repository.deleted"))
    if not path.name.endswith(".expected.json")
]
"""The name of each event and its payload."""
EVERYTHING = (
    "acme/rocket issues pulls commits:* releases deployments reviews{} comments{} branches discussions "
    'workflows:{{event:"push","pull_request","schedule","workflow_dispatch"}}'
)


class Company:
    """Channels that want everything, and the webhooks that GHES sends."""

    def __init__(self, rig: Any, marking: Any) -> None:
        self.rig, self.marking = rig, marking

    async def wants_everything(self, channel: str, *, in_channel: str = "") -> None:
        slack = self.rig.slack
        await self.rig.said("subscribe acme/docs", channel)  # which has the bot join
        address = Address(team_id=slack.team("acme").team_id, channel_id=slack.channel("acme", channel).channel_id)
        wants = subscribed(None, read(EVERYTHING.format(in_channel, in_channel), "https://github.example.com"))
        change = Change(target=Target(scope=Scope.REPO, id=42, name="acme/rocket"), before=None, after=wants)
        await SqlSubscriptions(self.rig.store, self.rig.clock).change(address, [change], "U1")

    async def all_happens(self, *, year: int) -> None:
        """Every example, the repository's end last, and all that comes of them."""
        for name, text in EXAMPLES:
            await self.happens(name, text.replace('_at": "2026', f'_at": "{year}'))
        await self.calms_down()

    async def happens(self, name: str, example: str) -> None:
        payload = self.marking.marked(json.loads(example))
        payload["repository"] |= {"private": False, "visibility": "public"}
        body = json.dumps(payload).encode()
        hook = self.rig.ghes.app.hook
        headers = {
            "X-GitHub-Event": name,
            "X-GitHub-Delivery": str(uuid4()),
            "X-Hub-Signature-256": "sha256=" + hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest(),
            "Content-Type": "application/json",
        }
        async with ClientSession() as session, session.post(hook.url, data=body, headers=headers) as answer:
            assert answer.status == 202, await answer.text()

    async def calms_down(self) -> None:
        for _ in range(60):
            await self.rig.passes(10, step_s=1)
            if not await self._waiting():
                return
        raise AssertionError("it never calms down")

    async def _waiting(self) -> bool:
        waits = select(notifications.c.id).where(notifications.c.state.in_(OPEN)).limit(1)
        return bool(await self.rig.store.read(lambda connection: connection.execute(waits).all()))


@pytest.fixture
async def company(rig: Any, marking: Any) -> Company:
    made = Company(rig, marking)
    await made.wants_everything("general", in_channel=':"channel"')
    await made.wants_everything("dev")
    return made


@pytest.mark.parametrize("data_class", DataClass)
async def test_no_post_reply_or_rewrite_says_more_than_its_data_class_shows(
    watched: Any, company: Company, classify: Any, data_class: DataClass
) -> None:
    await company.all_happens(year=2026)
    watched.sent.clear()
    await classify(data_class)

    await company.all_happens(year=2027)

    methods = [each.partition(b"\n")[0].decode().rpartition("/")[2] for each in watched.sent]
    assert watched.leaks(data_class) == []
    assert watched.said() == watched.shown(data_class)
    assert methods.count("chat.postMessage") > 50
    assert methods.count("chat.update") > 10
    assert any(b"notifications" in each and b"chat.postMessage" in each for each in watched.sent), "nothing was merged"
    assert any(b"reply_broadcast" in each for each in watched.sent)
    assert any(b"thread_ts" in each for each in watched.sent)
