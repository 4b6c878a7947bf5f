"""Whoever does something, what they hear, and what has changed by it; `table.md` says what ought to."""

from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agent.people.person import Person, Tokens
from agent.settings_values import fernet_keys
from agent.store import people as stored
from agent.store.people_tables import allowances, sponsors
from agent.store.people_tables import people as linked
from agent.store.secrets import Secrets
from agent.store.tables import addresses, calls, subscriptions
from infra.sandbox.ghes import oauth
from infra.sandbox.slack import people
from infra.sandbox.slack.hooks import new_hook
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.modals import new_trigger
from infra.sandbox.slack.population import add_guest, direct_message, share_channel
from infra.sandbox.slack.state import Message

GHES = "ghes.localhost"
KINDS: Mapping[str, tuple[str, str, str]] = {
    "unlinked": ("ada", "", ""),
    "owner": ("ada", "ada", ""),
    "writer": ("ada", "linus", ""),
    "reader": ("ada", "linus", "read"),
    "author": ("ada", "linus", "read"),
    "outsider": ("ada", "outsider", ""),
    "suspended": ("ada", "linus", ""),
    "revoked": ("ada", "linus", ""),
    "guest": ("gus", "linus", ""),
    "single": ("sid", "", ""),
    "stranger": ("stella", "linus", ""),
}
"""By kind: the Slack user, the account on GHES that is linked, and its level if it isn't the usual."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "members only": ("Only full members of this workspace can connect",),
    "not signed in": ("You aren't signed in",),
    "sign in": ("Connect GitHub account",),
    "guest": ("Guests of this workspace can't do that",),
    "stranger": ("Only people of the workspace that I'm installed in",),
    "unknown": ("Slack told me nothing about your account",),
    "not yours": ("has been waiting for too long", "was too long ago", "isn't kept any more"),
    "no admin": ("Only administrators of this app can answer that",),
    "no reviewer": ("you aren't one",),
    "suspended": ("account was suspended",),
    "refused": ("GitHub Enterprise refused to search",),
    "not allowed": ("GitHub Enterprise doesn't let you",),
    "hidden": ("There is no repository", "it isn't there, or you may not see it", "You may not read it"),
    "install": ("the GitHub App isn't installed",),
    "elsewhere": ("I can't post in a conversation",),
    "invite": ("`/invite @ghe`",),
    "archived": ("This channel is archived",),
    "admin asked": ("I've asked the administrators",),
    "not undone": ("It can't be undone any more",),
    "stale": ("can't tell any more what this button belongs to",),
}
"""What somebody is told instead, by a phrase of it; the first that stands there counts."""


WAITING = {"sign in", "install", "invite", "admin asked"}
"""After these words what was asked for waits for somebody to do the step."""


@dataclass(kw_only=True)
class Stage:
    """One person who acts, in a world that mona (grace on GHES) has prepared."""

    rig: Any
    kind: str = "owner"
    noted: dict[str, Any] = field(default_factory=dict)
    """What a deed remembers from its preparation."""
    _before: dict[tuple[str, str], str] = field(default_factory=dict)
    _state: Any = None

    @property
    def name(self) -> str:
        """The Slack user's."""
        return KINDS[self.kind][0]

    @property
    def user_id(self) -> str:
        return str(self.rig.slack.user("acme", self.name).user_id)

    @property
    def login(self) -> str:
        return KINDS[self.kind][1]

    async def enter(self) -> None:
        """Have the person be what they are; last of all, they lose on GHES what they are to lose."""
        slack, ghes = self.rig.slack, self.rig.ghes
        name, login, level = KINDS[self.kind]
        if self.kind == "single":
            add_guest(slack, "acme", "sid", channels=["general"], single=True)
        if self.kind == "stranger":
            share_channel(slack, "acme", "general", slack.user("acme", name).home_team_id)
        slack.channel("acme", "general").members.add(self.user_id)
        direct_message(slack, "acme", name)
        if login:
            await self.link(name, login)
        account = ghes.account(login) if login else None
        if account and level:
            for repository in ghes.repositories.values():
                repository.levels[account.id] = level
        if account and self.kind == "suspended":
            account.suspended = True
        if account and self.kind == "revoked":
            oauth.forget(ghes, ghes.app, account)

    async def link(self, name: str, login: str) -> None:
        """Link accounts, as signing in does; a guest was a full member then."""
        rig = self.rig
        account, team = rig.ghes.account(login), rig.slack.team("acme")
        pair = oauth.sign_in(rig.ghes, rig.ghes.app, account)
        tokens = Tokens(
            access=pair.token,
            access_ends_at=pair.expires_at,
            refresh=pair.refresh_token or "",
            refresh_ends_at=pair.refresh_expires_at,
        )
        person = Person(
            team_id=team.team_id,
            user_id=rig.slack.user("acme", name).user_id,
            ghes_id=account.id,
            login=account.login,
            linked_at=rig.clock.now(),
        )
        keys = fernet_keys((rig.folder / "ghe-slack.db.key").read_text(encoding="ascii"))
        sealed = stored.sealed(Secrets([key.encode() for key in keys]), tokens)
        await rig.store.write(lambda connection: stored.link(connection, person, sealed))

    async def look(self) -> None:
        """Remember how things are before the deed."""
        self._before = self._seen()
        self._state = await self.state()

    async def as_before(self, expected: str, *, is_kept: bool = True) -> bool:
        """Whether nothing was changed, on GHES or here, and only a missing step has left something that waits."""
        waits = bool(await self.rows(select(calls.c.id).where(calls.c.waiting_for.not_like("form %"))))
        return bool(await self.state() == self._state) and waits is (is_kept and expected in WAITING)

    async def state(self) -> Any:
        """All that deeds change. A link that GHES has ended isn't kept, which is no deed."""
        answered = select(allowances).where(allowances.c.answer != "asked")
        rows = [await self.rows(each) for each in (select(subscriptions), select(sponsors), answered)]
        chosen = await self.rows(select(addresses.c.channel_id, addresses.c.threading, addresses.c.previews))
        people_linked = [] if self.kind in {"revoked", "suspended"} else await self.rows(select(linked.c.user_id))
        return self.on_ghes(), rows, people_linked, [each for each in chosen if not (each.threading and each.previews)]

    async def rows(self, query: Any) -> list[Any]:
        found: list[Any] = await self.rig.store.read(lambda connection: connection.execute(query).all())
        return found

    def on_ghes(self) -> list[Any]:
        """Issues with their comments, and runs."""
        return [
            (
                repository.full_name,
                [
                    (
                        it.number,
                        it.title,
                        it.body,
                        it.state,
                        it.state_reason,
                        [(c.user.login, c.body) for c in it.comments],
                    )
                    for it in repository.issues.values()
                ],
                [
                    (it.id, it.attempt, it.status, [each.name for each in it.waits_for])
                    for it in repository.runs.values()
                ],
            )
            for repository in self.rig.ghes.repositories.values()
        ]

    async def type(self, text: str, channel: str = "general") -> None:
        self.rig.type(text, channel, self.name)
        await self.rig.answered()

    async def press(self, message: Message, button: str, user: str = "") -> None:
        """Press a button, as the person or as `user`."""
        channel = self.rig.slack.channel("acme", message.channel_id).name
        people.click(self.rig.slack, "acme", channel, message.ts, user or self.name, button)
        await self.rig.answered()

    async def submit(self, **values: Any) -> None:
        """Send the form that stands open, if one does; labels are written with `_` for spaces."""
        view = self.form()
        if view is not None and "submit" in view.body:
            people.submit(self.rig.slack, view.view_id, {label.replace("_", " "): it for label, it in values.items()})
            await self.rig.answered()

    async def forge(self, action_id: str, value: str, **changes: Any) -> None:
        """A click of this person in general on a button that isn't there, which Slack would never send."""
        slack = self.rig.slack
        team, place, user = slack.team("acme"), slack.channel("acme", "general"), slack.user("acme", self.name)
        payload = {
            "type": "block_actions",
            "user": {"id": user.user_id, "team_id": user.home_team_id or team.team_id},
            "team": {"id": team.team_id},
            "channel": {"id": place.channel_id},
            "container": {"type": "message", "message_ts": "1.000001", "channel_id": place.channel_id},
            "trigger_id": new_trigger(slack, team.team_id, user.user_id).trigger_id,
            "response_url": new_hook(slack, team.team_id, place.channel_id, user.user_id, kind="actions").url,
            "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": "1"}],
        }
        slack.line.start(Delivery(kind="interactive", payload={**payload, **changes}))
        await self.rig.answered()

    def form(self) -> Any:
        """What stands open on the person's screen."""
        return people.open_view(self.rig.slack, "acme", self.name)

    def heard(self) -> str:
        """All that is new to the person: what was said to them, what changed, and the form on the screen."""
        before = self._before
        return "\n".join(words for key, words in self._seen().items() if before.get(key) != words)

    def outcome(self, *, done: bool) -> str:
        """The table's word for what became of it."""
        if done:
            return "done"
        words = self.heard()
        if not words:
            return "nothing"
        return next((word for word, phrases in WORDS.items() if any(each in words for each in phrases)), words)

    def card(self, button: str, channel: str = "general") -> Message:
        """The newest message of the app with this button."""
        found = self.rig.slack.channel("acme", channel).messages.values()
        mine: list[Message] = [each for each in found if each.bot_id and not each.deleted]
        return [each for each in mine if f"'text': '{button}'" in str((each.blocks, each.attachments))][-1]

    def _seen(self) -> dict[tuple[str, str], str]:
        slack = self.rig.slack
        seen = {
            (channel.channel_id, each.ts): f"{each.text}\n{each.blocks}"
            for channel in slack.team("acme").channels.values()
            for each in channel.messages.values()
            if each.bot_id and not each.deleted and not each.metadata
            if each.ephemeral_for == self.user_id or (not each.ephemeral_for and self.user_id in channel.members)
        }
        views = (self.form(), people.home_view(slack, "acme", self.name))
        return seen | {("view", view.view_id): str(view.body["blocks"]) for view in views if view}


@pytest.fixture
def stages(rigs: Any) -> Any:
    """Makes a stage whose agent runs: `async with stages(kind) as stage`."""

    @asynccontextmanager
    async def stage(kind: str) -> Any:
        async with rigs(ghes_name=GHES) as rig:
            await rig.start(AGENT_ADMINS="ada")
            made = Stage(rig=rig, kind=kind)
            await made.link("mona", "grace")
            yield made

    return stage


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of each cell of the table below `SECTION`, for functions that take `deed`, `who` and `expected`."""
    if {"deed", "who", "expected"} <= set(metafunc.fixturenames):
        cells = _cells(metafunc.module.SECTION)
        metafunc.parametrize(("deed", "who", "expected"), cells, ids=[f"{who}: {deed}" for deed, who, _ in cells])


def _cells(section: str) -> list[tuple[str, str, str]]:
    """Row, column and word; a dot is no test."""
    _, _, below = (Path(__file__).parent / "table.md").read_text(encoding="utf-8").partition(f"## {section}\n")
    lines = [line for line in below.partition("\n## ")[0].splitlines() if line.startswith("|")]
    heads, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [(row[0], who, word) for row in rows for who, word in zip(heads[1:], row[1:], strict=True) if word != "."]
