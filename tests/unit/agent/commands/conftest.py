from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.ghes.answers import Unreachable
from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Suspended
from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.dispatch import answer_to
from agent.slash.ports import Channel, ChannelKind, ConflictError, NotUndone, Ports, SlackRefusal, UndoId, Undone
from agent.slash.reply import Reply
from agent.sponsors.ports import Answer, Standing
from agent.subscriptions.changes import Change, pack, unpack
from agent.subscriptions.subscription import Subscription, Target, Wants, decode, encode
from shared.address import Address
from shared.event import Repository

_AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
Key = tuple[Address, Target]


class MemorySubscriptions:
    """All subscriptions in a mapping; wants are kept as text, as a database keeps them."""

    def __init__(self) -> None:
        self.rows: dict[Key, tuple[str, str]] = {}
        self.undos: dict[UndoId, tuple[Address, str, bool]] = {}
        self.paused: set[Key] = set()
        self.before_change: Callable[[], None] = lambda: None

    async def of(self, address: Address) -> Sequence[Subscription]:
        mine = sorted((target.name, target) for at, target in self.rows if at == address)
        return [self._subscription(number, address, target) for number, (_, target) in enumerate(mine)]

    async def change(self, address: Address, changes: Sequence[Change], by: str) -> UndoId:
        self.before_change()
        if any(self._stored(address, each.target) != each.before for each in changes):
            raise ConflictError
        for each in changes:
            self._store(address, each.target, each.after, by)
        undo_id = UndoId(str(len(self.undos) + 1))
        self.undos[undo_id] = (address, pack(changes), False)
        return undo_id

    async def undo(self, address: Address, undo_id: UndoId, by: str) -> Undone | NotUndone:
        at, packed, done = self.undos.get(undo_id, (None, "[]", False))
        changes = unpack(packed)
        if at != address:
            return NotUndone.UNKNOWN
        if done:
            return NotUndone.ALREADY
        if any(self._stored(address, each.target) != each.after for each in changes):
            return NotUndone.CHANGED
        for each in changes:
            self._store(address, each.target, each.before, by)
        self.undos[undo_id] = (address, packed, True)
        return Undone(changes)

    async def brought_back(self, address: Address, undo_id: UndoId) -> Sequence[Target]:
        at, packed, _ = self.undos.get(undo_id, (None, "[]", False))
        return [each.target for each in unpack(packed) if at == address and each.after is None]

    def _stored(self, address: Address, target: Target) -> Wants | None:
        row = self.rows.get((address, target))
        return decode(row[0]) if row else None

    def _store(self, address: Address, target: Target, wants: Wants | None, by: str) -> None:
        self.rows.pop((address, target), None)
        if wants:
            self.rows[address, target] = (encode(wants), by)

    def _subscription(self, number: int, address: Address, target: Target) -> Subscription:
        text, by = self.rows[address, target]
        return Subscription(
            id=number,
            address=address,
            target=target,
            wants=decode(text),
            created_by=by,
            created_at=_AT,
            paused=(address, target) in self.paused,
        )


class MemorySponsoring:
    """Who sponsors what, and what administrators have said; `subscriptions.paused` says what is paused."""

    def __init__(self, subscriptions: MemorySubscriptions) -> None:
        self._subscriptions = subscriptions
        self.rows: dict[Key, dict[str, tuple[int, ...]]] = {}
        self.said: dict[tuple[Address, int], Answer] = {}
        self.admins: list[str] = []
        self.asked: list[tuple[Address, Target, str]] = []

    async def of(self, address: Address, target: Target) -> Sequence[str]:
        return sorted(self.rows.get((address, target), {}))

    async def sponsor(
        self,
        address: Address,
        target: Target,
        user_id: str,
        repositories: Collection[int] = (),
        how: str = "done",  # noqa: ARG002 - the port's
    ) -> Standing:
        theirs = self.rows.setdefault((address, target), {})
        was_one = user_id in theirs
        theirs[user_id] = tuple(repositories)
        if (address, target) in self._subscriptions.paused:
            self._subscriptions.paused.remove((address, target))
            return Standing.TOOK_OVER
        return Standing.SAME if was_one else Standing.NEW

    async def answers(self, address: Address, repository_ids: Collection[int]) -> Mapping[int, Answer]:
        return {id_: self.said[address, id_] for id_ in repository_ids if (address, id_) in self.said}

    async def ask(self, address: Address, repository: Target, asker: str) -> int:
        if self.admins:
            self.asked.append((address, repository, asker))
            self.said[address, repository.id] = Answer.ASKED
        return len(self.admins)

    async def may_answer(self, team_id: str, user_id: str) -> bool:  # noqa: ARG002 - the port's
        return user_id in self.admins

    async def answer(self, address: Address, repository: Target, answer: Answer, by: str) -> Answer:  # noqa: ARG002 - the port's
        if self.said.get((address, repository.id)) in {None, Answer.ASKED}:
            self.said[address, repository.id] = answer
        return self.said[address, repository.id]

    async def take_back(self, address: Address, repository: Target, by: str, *, is_shared: bool) -> bool:  # noqa: ARG002
        return self.said.pop((address, repository.id), None) is Answer.YES


class MemoryRepositories:
    """What GHES answers for a name in lower case; a name that isn't there is of an owner without the App."""

    def __init__(self) -> None:
        self.repositories: dict[str, Found | NotInstalled | Suspended | NotFound | Unreachable] = {}
        self.owners: dict[str, Owner | NotInstalled | Suspended | Unreachable] = {}

    async def find(self, owner: str, name: str) -> Found | NotInstalled | Suspended | NotFound | Unreachable:
        return self.repositories.get(f"{owner}/{name}".lower(), NotInstalled(owner=owner, settings_url=""))

    async def find_owner(self, login: str) -> Owner | NotInstalled | Suspended | Unreachable:
        return self.owners.get(login.lower(), NotInstalled(owner=login, settings_url=""))


class MemoryChannels:
    """Slack's channels by id; the others aren't found."""

    def __init__(self, known: dict[str, Channel | SlackRefusal]) -> None:
        self.known = known
        self.refused: SlackRefusal | None = None
        self.joined: list[str] = []

    async def describe(self, address: Address) -> Channel | SlackRefusal:
        return self.known.get(address.channel_id, SlackRefusal("channel_not_found"))

    async def join(self, address: Address) -> SlackRefusal | None:
        if self.refused is None:
            self.joined.append(address.channel_id)
        return self.refused

    async def members(self, address: Address) -> frozenset[str] | SlackRefusal:  # noqa: ARG002 - the port's
        return frozenset({"U1", "U2"})

    async def permalink(self, address: Address, ts: str) -> str:
        return f"https://octo.slack.com/archives/{address.channel_id}/p{ts.replace('.', '')}"


@pytest.fixture
def found() -> Callable[..., Found]:
    """A repository on the server."""

    def made(id_: int, name: str, visibility: str = "internal") -> Found:
        repository = Repository(
            id=id_,
            owner_id=7,
            owner="octo",
            name=name,
            visibility=visibility,
            url=f"https://ghe.example.com/octo/{name}",
            default_branch="main",
        )
        return Found(repository=repository, installation_id=1)

    return made


@pytest.fixture
def channel() -> Callable[..., Channel]:
    """A channel that the bot is in."""

    def made(
        kind: ChannelKind = ChannelKind.PUBLIC, *, member: bool = True, archived: bool = False, shared: bool = False
    ) -> Channel:
        return Channel(kind=kind, name="dev", bot_is_member=member, is_archived=archived, is_ext_shared=shared)

    return made


@pytest.fixture
def subscriptions() -> MemorySubscriptions:
    return MemorySubscriptions()


@pytest.fixture
def sponsoring(subscriptions: MemorySubscriptions) -> MemorySponsoring:
    return MemorySponsoring(subscriptions)


@pytest.fixture
def repositories(found: Callable[..., Found]) -> MemoryRepositories:
    """octo/shop and octo/next.js are internal, octo/vault is private; octo has the App."""
    made = MemoryRepositories()
    named = [found(42, "shop"), found(43, "next.js", "public"), found(44, "vault", "private")]
    made.repositories = {f"octo/{each.repository.name}": each for each in named}
    made.owners = {"octo": Owner(id=7, login="octo", kind="Organization", installation_id=1)}
    return made


@pytest.fixture
def channels(channel: Callable[..., Channel]) -> MemoryChannels:
    """The bot is in C1, C2 and in its direct message D1."""
    return MemoryChannels({"C1": channel(), "C2": channel(), "D1": channel(ChannelKind.IM)})


@pytest.fixture
def connected(linked: Callable[..., Any]) -> None:
    """U1 and U2 are linked, and may read nothing that not all may read."""
    _ = linked("U1", "mona"), linked("U2", "defunkt")


@pytest.fixture
def ports(
    sponsoring: MemorySponsoring,
    subscriptions: MemorySubscriptions,
    repositories: MemoryRepositories,
    channels: MemoryChannels,
    channel_settings: Any,
    later: Any,
    accounts: Mapping[str, Any],
    deeds: Mapping[str, Any],
) -> Ports:
    return Ports(
        subscriptions=subscriptions,
        sponsoring=sponsoring,
        repositories=repositories,
        channels=channels,
        channel_settings=channel_settings,
        later=later,
        ghes_url="https://ghe.example.com",
        app_slug="ghe-slack",
        **accounts,
        **deeds,
    )


def _by(user: str, channel: str, kind: str) -> dict[str, Any]:
    url = f"https://hooks.slack.com/{kind}/1"
    return {"team_id": "T1", "channel_id": channel, "user_id": user, "response_url": url}


@pytest.fixture
def typed() -> Callable[..., Call]:
    """`/ghe` with this text."""

    def made(text: str, *, user: str = "U1", channel: str = "C1") -> Call:
        return Call(id="1.2", command="/ghe", text=text, enterprise_id="", **_by(user, channel, "commands"))

    return made


@pytest.fixture
def say(ports: Ports, typed: Callable[..., Call]) -> Callable[..., Awaitable[Reply]]:
    """What `/ghe` answers to this text; not a form."""

    async def said(text: str, *, user: str = "U1", channel: str = "C1") -> Reply:
        answer = await answer_to(typed(text, user=user, channel=channel), ports)
        assert isinstance(answer, Reply)
        return answer

    return said


@pytest.fixture
def press(ports: Ports) -> Callable[..., Awaitable[Reply | None]]:
    """What the first button of a reply leads to; not a form."""

    async def pressed(reply: Reply, *, user: str = "U2", channel: str = "C1") -> Reply | None:
        button = reply.buttons[0]
        click = Click(id="3.4", action_id=button.action_id, value=button.value, **_by(user, channel, "actions"))
        answer = await answer_to(click, ports)
        assert answer is None or isinstance(answer, Reply)
        return answer

    return pressed
