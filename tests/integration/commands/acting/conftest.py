"""People whose accounts are linked, and what they do in forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from agent.people.person import Person, Tokens
from agent.secret_keys import load_or_make
from agent.slash.later import signed_in
from agent.store import people as stored
from agent.store.later import SqlLater
from agent.store.people_tables import audit
from agent.store.secrets import Secrets
from infra.sandbox.ghes.oauth import sign_in
from infra.sandbox.ghes.things import Issue
from infra.sandbox.slack import people
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.state import Message, View


@dataclass(kw_only=True)
class Desk:
    """What one does at the rig: `rig` is that of the folder above."""

    rig: Any

    async def link(self, user: str, login: str) -> None:
        """Link a Slack user's account, as signing in does."""
        ghes, slack = self.rig.ghes, self.rig.slack
        account, team = ghes.account(login), slack.team("acme")
        pair = sign_in(ghes, ghes.app, account)
        secrets = Secrets(load_or_make(self.rig.world.settings(self.rig.folder)))
        tokens = Tokens(
            access=pair.token,
            access_ends_at=pair.expires_at,
            refresh=pair.refresh_token or "",
            refresh_ends_at=pair.refresh_expires_at,
        )
        person = Person(
            team_id=team.team_id,
            user_id=slack.user("acme", user).user_id,
            ghes_id=account.id,
            login=account.login,
            linked_at=self.rig.clock.now(),
        )
        sealed = stored.sealed(secrets, tokens)
        await self.rig.store.write(lambda connection: stored.link(connection, person, sealed))

    async def form(self, text: str, channel: str = "general", user: str = "mona") -> View:
        """The form that `/ghe text` opens."""
        self.rig.type(text, channel, user)
        return await self.shown(user)

    async def shown(self, user: str = "mona") -> View:
        """The form that the person sees once all is answered."""
        await self.rig.answered()
        view = people.open_view(self.rig.slack, "acme", user)
        assert view is not None, "no form is open"
        return view

    async def submitted(self, view: View, channel: str = "general", user: str = "mona", **values: Any) -> Message:
        """Submit the form; the one answer that comes. Labels are written with `_` for spaces."""
        before = len(self.rig.seen(channel, user))
        self.submit(view, **values)
        await self.rig.answered()
        [answer] = self.rig.seen(channel, user)[before:]
        message: Message = answer
        return message

    def submit(self, view: View, **values: Any) -> Delivery:
        entered = {label.replace("_", " "): value for label, value in values.items()}
        return people.submit(self.rig.slack, view.view_id, entered)

    async def options(self, view: View, label: str, typed: str = "", **values: Any) -> list[dict[str, Any]]:
        """What the form's search offers; `values` is what the other fields hold, which Slack may tell."""
        asked = people.suggest(self.rig.slack, view.view_id, label, typed, values=values)
        await self.rig.answered()
        assert asked.answer is not None
        found: list[dict[str, Any]] = asked.answer["options"]
        return found

    async def press(self, message: Message, button: str, channel: str = "general", user: str = "mona") -> list[Message]:
        """Press a button of a message; what is said then."""
        before = len(self.rig.seen(channel, user))
        people.click(self.rig.slack, "acme", channel, message.ts, user, button)
        await self.rig.answered()
        found: list[Message] = self.rig.seen(channel, user)[before:]
        return found

    async def resume(self, user: str) -> None:
        """Have what waits for this person's sign-in run, as signing in does."""
        slack = self.rig.slack
        step = signed_in(slack.team("acme").team_id, slack.user("acme", user).user_id)
        await SqlLater(self.rig.store, self.rig.clock).resume(step)
        await self.rig.answered()

    def issues(self, repository: str = "acme/api") -> Sequence[Issue]:
        """All that GHES has there."""
        return list(self.rig.ghes.repository(repository).issues.values())

    async def noted(self) -> list[tuple[str, str, str, str]]:
        """The audit log: login, action, target, outcome."""
        rows = await self.rig.store.read(lambda connection: connection.execute(select(audit)).all())
        return [(row.login, row.action, row.target, row.outcome) for row in rows]


@pytest.fixture
async def desk(rig: Any) -> Desk:
    """mona is ada on GHES, defunkt is grace."""
    made = Desk(rig=rig)
    await made.link("mona", "ada")
    await made.link("defunkt", "grace")
    return made


@pytest.fixture
async def here(desk: Any) -> Any:
    """The rig, with general subscribed to acme/docs."""
    await desk.rig.said('subscribe acme/docs issues workflows:{event:"push"} deployments')
    return desk.rig
