"""Words that nobody could mistake for others, put into all that GHES says, and looked for in what Slack was sent."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest

from agent.people.person import Person, Tokens
from agent.secret_keys import load_or_make
from agent.store import people as stored
from agent.store.secrets import Secrets
from agent.store.workspaces import choose
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.oauth import sign_in
from infra.sandbox.ghes.things import Issue
from infra.sandbox.slack import api, hooks, line, people
from infra.sandbox.slack.state import Message, View
from shared.card import DataClass, Label

WORDS = {Label.TEXT: "zqtext", Label.TITLE: "zqname", Label.PEOPLE: "zqperson"}
HIDDEN = {
    DataClass.FULL: set[Label](),
    DataClass.TITLE: {Label.TEXT},
    DataClass.LINK: {Label.TEXT, Label.TITLE, Label.PEOPLE},
}


@dataclass(kw_only=True)
class Watched:
    """The raw bytes that Slack was sent: addresses, bodies and frames."""

    sent: list[bytes] = field(default_factory=list)

    def said(self) -> set[Label]:
        """Which kinds of secret words stand in them."""
        return {label for label, word in WORDS.items() if any(word.encode() in each for each in self.sent)}

    def shown(self, data_class: DataClass) -> set[Label]:
        """Which kinds this data class shows."""
        return set(WORDS) - HIDDEN[data_class]

    def leaks(self, data_class: DataClass) -> list[str]:
        """What this data class should have kept back, with what stands around it."""
        words = "|".join(WORDS[label] for label in HIDDEN[data_class]) or "(?!)"
        around = re.compile(f".{{0,120}}(?:{words}).{{0,40}}".encode(), re.DOTALL)
        return [found.decode(errors="replace") for each in self.sent for found in around.findall(each)]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """From before the first request on."""
    found = Watched()

    def watch(module: Any) -> None:
        respond = module.respond

        async def kept(world: Any, *given: Any) -> Any:
            answer, request = await respond(world, *given), given[-1]
            found.sent.append(str(request.rel_url).encode() + b"\n" + await request.read())
            return answer

        monkeypatch.setattr(module, "respond", kept)

    for module in (api, hooks):
        watch(module)
    acknowledge = line.Line.acknowledge

    def acknowledged(itself: Any, socket: Any, text: str) -> None:
        found.sent.append(text.encode())
        acknowledge(itself, socket, text)

    monkeypatch.setattr(line.Line, "acknowledge", acknowledged)
    return found


class Marking:
    """Replaces what a payload says by secret words, the same one for the same words, in addresses too."""

    _TITLES = frozenset(
        {"title", "name", "ref", "head_branch", "default_branch", "master_branch", "target_commitish", "tag_name"}
        | {"environment", "original_environment", "display_title", "slug", "path", "label"}
        | {"modified", "added", "removed", "from"}
    )
    _PEOPLE = frozenset({"login", "username", "email"})
    _TEXTS = frozenset({"body", "description", "comment", "diff_hunk", "message"})
    _SHA = re.compile(r"[0-9a-f]{40}")
    _PREFIX = re.compile(r"refs/(?:heads|tags)/")

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._known: dict[tuple[Label, str], str] = {}

    def marked(self, payload: Any) -> Any:
        """The payload; ids, numbers, states, and where things are stay as they are."""
        once = self._value(payload, "", Label.REFERENCE)
        return self._addresses(once)

    def _value(self, value: Any, name: str, inside: Label) -> Any:
        if isinstance(value, Mapping):
            if "full_name" in value:
                return {key: self._of_repository(each, key) for key, each in value.items()}
            kept = {"organization", "enterprise", "installation", "reactions"}
            people = Label.PEOPLE if name in {"author", "committer", "pusher"} else Label.REFERENCE
            return {key: each if key in kept else self._value(each, key, people) for key, each in value.items()}
        if isinstance(value, list):
            return [self._value(each, name, inside) for each in value]
        return self._text(value, name, inside) if isinstance(value, str) and value else value

    def _of_repository(self, value: Any, name: str) -> Any:
        return self._value(value, name, Label.REFERENCE) if name in {"description", "default_branch"} else value

    def _text(self, value: str, name: str, inside: Label) -> str:
        if name in self._PEOPLE or (name == "name" and inside is Label.PEOPLE):
            return value if value == self._owner else self._word(Label.PEOPLE, value)
        if name in self._TITLES and not self._SHA.fullmatch(value):
            prefix = found[0] if (found := self._PREFIX.match(value)) else ""
            return prefix + self._word(Label.TITLE, value.removeprefix(prefix))
        return self._written(value, name) if name in self._TEXTS else value

    def _written(self, value: str, name: str) -> str:
        word = self._word(Label.TEXT, value)
        if name == "message":  # of a commit: its first line is its title
            return f"{self._word(Label.TITLE, value)}\n\n{word}"
        said = (
            f"{word} **{word}** [{word}](https://github.example.com/{word}), cc @{word} #{word} `{word}`\n\n- {word}\n"
        )
        return said * (60 if len(value) > 1000 else 1)

    def _word(self, label: Label, value: str) -> str:
        return self._known.setdefault((label, value), f"{WORDS[label]}{len(self._known):03d}")

    def _addresses(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._addresses(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._addresses(each) for each in value]
        if not isinstance(value, str) or not value.startswith("https://") or WORDS[Label.TEXT] in value:
            return value
        for (label, former), word in sorted(self._known.items(), key=lambda each: -len(each[0][1])):
            if label is not Label.TEXT:
                value = _in_address(former).sub(word, value)
        return value


@cache
def _in_address(former: str) -> re.Pattern[str]:
    """Finds these words as a part of a path, however they are quoted there."""
    spelled = f"(?:{re.escape(former)}|{re.escape(quote(former, safe=''))}|{re.escape(quote(former))})"
    return re.compile(rf"(?<=/){spelled}(?=[/?#]|$)")


@pytest.fixture
def marking() -> Marking:
    """Of the company whose repository the examples are from."""
    return Marking("acme")


@pytest.fixture
def classify(rig: Any) -> Any:
    """Give the workspace a data class, as an administrator does, while the agent runs."""

    async def classified(data_class: DataClass) -> None:
        team_id = rig.slack.team("acme").team_id
        assert await rig.store.write(lambda connection: choose(connection, team_id, data_class=data_class))
        await rig.passes(11, step_s=1)

    return classified


@pytest.fixture
async def rig(rigs: Any) -> AsyncIterator[Any]:
    """A rig whose GHES has a name, so that Slack tells of its links."""
    async with rigs(ghes_name="ghes.localhost") as made:
        await made.start()
        yield made


@dataclass(kw_only=True)
class Desk:
    """What people do in a workspace whose GHES speaks in secret words. mona is ada there, defunkt grace."""

    rig: Any
    docs: Any
    people: Mapping[str, Any]

    async def link(self, user: str, account: Any) -> None:
        slack = self.rig.slack
        pair = sign_in(self.rig.ghes, self.rig.ghes.app, account)
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

    def issue(self, title: str = "zqname squeaks", body: str = "zqtext since Monday", **more: Any) -> Issue:
        """An issue with all that belongs to one."""
        everything = {
            "labels": ["zqname-label"],
            "assignees": [self.people["grace"]],
            "milestone": self.docs.milestones[1],
        }
        ada = self.people["ada"]
        return happen.open_issue(self.rig.ghes, self.docs, by=ada, title=title, body=body, **everything | more)

    async def card(self, words: str = "") -> Message:
        """The newest card in #general, which says this."""
        await self.rig.ghes.delivered()
        await self.rig.passes(5)
        posted = self.rig.slack.channel("acme", "general").messages.values()
        found: Message = [each for each in posted if each.metadata and words in str(each.attachments)][-1]
        return found

    async def form(self, user: str = "mona") -> View:
        """The form that the person sees once all is answered."""
        await self.rig.answered()
        view = people.open_view(self.rig.slack, "acme", user)
        assert view is not None, "no form is open"
        return view

    async def pressed(self, message: Message, button: str, user: str = "mona") -> View:
        """The form that a button opens."""
        self.rig.click(message, button, user)
        return await self.form(user)

    async def sends(self, view: View, user: str = "mona", channel: str = "general", **values: Any) -> str:
        """Submit the form; what is answered."""
        before = len(self.rig.seen(channel, user))
        people.submit(self.rig.slack, view.view_id, {label.replace("_", " "): each for label, each in values.items()})
        await self.rig.answered()
        return "\n".join(each.text for each in self.rig.seen(channel, user)[before:])

    async def offered(self, view: View, label: str) -> list[str]:
        """What the form's search offers; nothing where the form hasn't got it."""
        if f"'{label}'" not in str(view.body["blocks"]):
            return []
        asked = people.suggest(self.rig.slack, view.view_id, label, "")
        await self.rig.answered()
        assert asked.answer is not None
        return [each["text"]["text"] for each in asked.answer["options"]]


@pytest.fixture
async def desk(watched: Watched, rig: Any) -> Desk:
    """With #general subscribed to acme/docs; nothing has been said in secret words yet."""
    ghes = rig.ghes
    docs = ghes.repository("acme/docs")
    accounts = {login: ghes.account(login) for login in ("ada", "grace", "linus")}
    for login, account in accounts.items():
        account.login, account.name, account.email = f"zqperson-{login}", f"zqperson {login}", f"zqperson@{login}.test"
    for number, label in enumerate([*docs.labels.values()]):
        label.name = f"zqname-{number}"
    docs.labels = {label.name: label for label in docs.labels.values()}
    docs.milestones[1].title, docs.description = "zqname one", "zqtext of the docs"
    docs.files["src/zqname.py"] = "zqtext = 1\n" * 30
    made = Desk(rig=rig, docs=docs, people=accounts)
    await made.link("mona", accounts["ada"])
    await made.link("defunkt", accounts["grace"])
    await rig.said('subscribe acme/docs issues pulls deployments reviews comments workflows:{event:"push"}')
    watched.sent.clear()
    return made
