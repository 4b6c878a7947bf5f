"""Links that people share at the rig, whose GHES has a name that Slack hears of."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from agent.people.person import Person, Tokens
from agent.secret_keys import load_or_make
from agent.slash.later import signed_in
from agent.store import people as stored
from agent.store.later import SqlLater
from agent.store.secrets import Secrets
from agent.store.sqlite import SqliteStore
from agent.store.subscriptions import SqlSubscriptions
from agent.store.tables import workspaces
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.oauth import sign_in
from infra.sandbox.ghes.things import Issue
from infra.sandbox.slack import people
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.state import Message
from shared.address import Address


@dataclass(kw_only=True)
class Sharing:
    """What one does there: `rig` is that of the folder above. mona is ada on GHES, defunkt the outsider of acme."""

    rig: Any

    def url(self, path: str) -> str:
        return f"{self.rig.world.ghes_server.url}/{path}"

    async def link(self, user: str, login: str) -> None:
        """Link a Slack user's account, as signing in does."""
        ghes, slack = self.rig.ghes, self.rig.slack
        account = ghes.account(login)
        pair = sign_in(ghes, ghes.app, account)
        person = Person(
            team_id=slack.team("acme").team_id,
            user_id=slack.user("acme", user).user_id,
            ghes_id=account.id,
            login=account.login,
            linked_at=self.rig.clock.now(),
        )
        tokens = Tokens(access=pair.token, access_ends_at=pair.expires_at, refresh=pair.refresh_token or "")
        sealed = stored.sealed(Secrets(load_or_make(self.rig.world.settings(self.rig.folder))), tokens)
        await self.rig.store.write(lambda connection: stored.link(connection, person, sealed))

    def opened(self, repository: str = "acme/api", title: str = "The tap drips", **more: Any) -> Issue:
        """An issue, of which no card comes since nobody is subscribed."""
        ghes = self.rig.ghes
        return happen.open_issue(ghes, ghes.repository(repository), by=ghes.account("ada"), title=title, **more)

    async def say(self, text: str, channel: str = "general", user: str = "mona", **more: Any) -> Message:
        """Somebody writes it; the message once all that comes of it is there."""
        said = people.say(self.rig.slack, "acme", channel, user, text, **more)
        await self.rig.answered()
        return self.again(said)

    def again(self, message: Message) -> Message:
        found: Message = self.rig.slack.team("acme").channels[message.channel_id].messages[message.ts]
        return found

    async def shows(self, *paths: str, channel: str = "general", user: str = "mona") -> list[str]:
        """Share these links in one message; the previews' texts."""
        said = await self.say(" ".join(self.url(path) for path in paths), channel, user)
        return previews_of(said)

    def prompts(self, channel: str = "general", user: str = "mona") -> list[Message]:
        """What only this person sees there."""
        return [each for each in self.rig.seen(channel, user) if each.ephemeral_for]

    async def press(self, prompt: Message, button: str, user: str = "mona") -> str:
        """Press a button of a prompt; what it says then."""
        self.rig.click(prompt, button, user)
        await self.rig.answered()
        return self.again(prompt).text

    async def again_as(self, user: str, *, action_id: str) -> None:
        """The last click once more, as another person's, and of another button: Slack would never send it."""
        slack = self.rig.slack
        payload = dict(slack.line.deliveries[-1].payload)
        payload["user"] = {**payload["user"], "id": slack.user("acme", user).user_id}
        payload["actions"] = [{**payload["actions"][0], "action_id": action_id}]
        slack.line.start(Delivery(kind="interactive", payload={**payload, "trigger_id": "1.2.forged"}))
        await self.rig.answered()

    async def resume(self, user: str) -> None:
        """What waits for this person to sign in goes on."""
        slack = self.rig.slack
        step = signed_in(slack.team("acme").team_id, slack.user("acme", user).user_id)
        await SqlLater(self.rig.store, self.rig.clock).resume(step)
        await self.rig.passes(2)
        await self.rig.answered()

    async def subscribe(self, repository: str, channel: str = "general") -> None:
        """The channel gets the repository's issues."""
        slack, found = self.rig.slack, self.rig.ghes.repository(repository)
        address = Address(team_id=slack.team("acme").team_id, channel_id=slack.channel("acme", channel).channel_id)
        target = Target(scope=Scope.REPO, id=found.id, name=repository)
        made = Change(target=target, before=None, after=Wants(features={"issues": PLAIN}))
        await SqlSubscriptions(self.rig.store, self.rig.clock).change(address, [made], "U1")


def previews_of(message: Message) -> list[str]:
    """The previews below a message as text, in the order of their links."""
    return ["\n".join(_words(each)) for each in message.unfurls.values()]


def _words(block: Any) -> list[str]:
    """Everything that a person reads."""
    if isinstance(block, Mapping):
        own = [block["text"]] if isinstance(block.get("text"), str) else []
        return own + [word for name, each in block.items() for word in _words(each) if name != "value"]
    return [word for each in block for word in _words(each)] if isinstance(block, list) else []


@pytest.fixture
async def sharing(rigs: Any) -> AsyncIterator[Sharing]:
    """The rig, with links that Slack tells of."""
    async with rigs(ghes_name="ghes.localhost") as rig:
        await rig.start()
        made = Sharing(rig=rig)
        await made.link("mona", "ada")
        await made.link("defunkt", "outsider")
        yield made


@pytest.fixture
def classify(sharing: Sharing) -> Callable[[str], Awaitable[None]]:
    """Restart the agent with another data class for the workspace."""

    async def classified(data_class: str) -> None:
        rig = sharing.rig
        await rig.stop()
        change = workspaces.update().values(data_class=data_class)
        store = SqliteStore(rig.world.settings(rig.folder).sqlite_path)
        await store.write(lambda connection: connection.execute(change))
        await store.aclose()
        await rig.start()

    return classified
