"""People whose accounts are linked, in a channel that is subscribed to a private repository."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from agent.people.joining import Joining
from agent.people.person import Tokens
from agent.people.ports import Account
from agent.secret_keys import load_or_make
from agent.store.links import Owner
from agent.store.people import SqlPeople, sealed
from agent.store.people_tables import audit, sponsors
from agent.store.secrets import Secrets
from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.oauth import sign_in
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.slack import people
from infra.sandbox.slack.state import Message

DAY_S = 86400.0


@dataclass(kw_only=True)
class House:
    """What happens to people and repositories; `rig` is that of the folder above."""

    rig: Any

    async def link(self, user: str, login: str) -> None:
        """Link a Slack user's account, or another one than before, as signing in does."""
        ghes, slack, store = self.rig.ghes, self.rig.slack, self.rig.store
        pair, account = sign_in(ghes, ghes.app, ghes.account(login)), ghes.account(login)
        secrets = Secrets(load_or_make(self.rig.world.settings(self.rig.folder)))
        tokens = Tokens(
            access=pair.token,
            access_ends_at=pair.expires_at,
            refresh=pair.refresh_token or "",
            refresh_ends_at=pair.refresh_expires_at,
        )
        joining: Any = Joining(people=SqlPeople(store, secrets, self.rig.clock), unlinking=None)  # type: ignore[arg-type]
        owner = Owner(team_id=slack.team("acme").team_id, user_id=slack.user("acme", user).user_id)
        who, now = Account(id=account.id, login=login), self.rig.clock.now().timestamp()
        await store.write(lambda connection: joining.join(connection, owner, who, sealed(secrets, tokens), now))

    async def shut_out(self, login: str, repository: str = "acme/api", *, tell: bool = True) -> None:
        """Somebody may not read it any more; GHES tells of it, or not."""
        ghes = self.rig.ghes
        place, account = ghes.repository(repository), ghes.account(login)
        place.levels[account.id] = "none"
        if tell:
            fields = {"member": user_json(ghes, account)}
            fire(ghes, "member", "removed", by=ghes.account("ada"), repository=place, fields=fields)
            await self.happened()

    async def signs_out(self, user: str = "mona") -> None:
        """Type `/ghe signout`; everything that follows from it has happened."""
        self.rig.type("signout", user=user)
        await self.rig.answered()
        await self.happened()

    async def a_day_passes(self) -> None:
        """And everybody who is due has been asked about."""
        await self.rig.passes(DAY_S + 1800, step_s=1800)
        await self.happened()

    async def happened(self) -> None:
        """What was told has come to what it comes to."""
        await self.rig.ghes.delivered()
        await self.rig.passes(3)
        await self.rig.answered()

    async def press(self, message: Message, button: str, channel: str = "general", user: str = "mona") -> list[Message]:
        """Press a button of a message; what is said in the channel then."""
        before = len(self.rig.seen(channel, user))
        people.click(self.rig.slack, "acme", channel, message.ts, user, button)
        await self.rig.answered()
        await self.rig.passes(2)
        await self.rig.answered()
        found: list[Message] = self.rig.seen(channel, user)[before:]
        return found

    def visible(self, channel: str = "general") -> list[Message]:
        """What everybody sees of what the agent said there."""
        return [each for each in self.rig.seen(channel) if each.ephemeral_for is None]

    def told_of_pause(self, channel: str = "general") -> list[Message]:
        """The messages that say that something is paused."""
        return [each for each in self.visible(channel) if "is paused" in each.text or "are paused" in each.text]

    async def sponsors(self) -> Sequence[str]:
        """The names of all who sponsor a repository anywhere."""
        rows = await self.rig.store.read(lambda connection: connection.execute(select(sponsors)).all())
        names = {user.user_id: user.name for user in self.rig.slack.team("acme").users.values()}
        return sorted({names[row.user_id] for row in rows if row.scope == "repo"})

    async def actions(self) -> list[str]:
        """The audit log's actions."""
        rows = await self.rig.store.read(lambda connection: connection.execute(select(audit.c.action)).all())
        return [row.action for row in rows]

    async def arrives(self, title: str, channel: str = "general", repository: str = "acme/api") -> bool:
        """Whether the card of a new issue comes."""
        await self.rig.issue(title, repository)
        return any(title in text for text in self.rig.cards(channel))


@pytest.fixture
async def governed(rigs: Any) -> AsyncIterator[House]:
    """The same, with linus as administrator, hence defunkt."""
    async with rigs() as rig:
        await rig.start(AGENT_ADMINS="Linus")
        made = House(rig=rig)
        await made.link("mona", "grace")
        await made.link("defunkt", "linus")
        yield made


@pytest.fixture
async def house(rig: Any) -> House:
    """mona is grace on GHES, defunkt is linus: both may read acme/api, ada is nobody yet."""
    made = House(rig=rig)
    await made.link("mona", "grace")
    await made.link("defunkt", "linus")
    return made
