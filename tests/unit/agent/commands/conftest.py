from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import pytest

from agent.ghes.answers import Unreachable
from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Suspended
from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.dispatch import reply_to, reply_to_click
from agent.slash.ports import (
    Channel,
    ChannelKind,
    ConflictError,
    NotUndone,
    Ports,
    SlackRefusal,
    UndoId,
    Undone,
    Waiting,
)
from agent.slash.reply import Reply
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
            id=number, address=address, target=target, wants=decode(text), created_by=by, created_at=_AT
        )


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

    def __init__(self) -> None:
        self.known: dict[str, Channel | SlackRefusal] = {}
        self.refused: SlackRefusal | None = None
        self.joined: list[str] = []

    async def describe(self, address: Address) -> Channel | SlackRefusal:
        return self.known.get(address.channel_id, SlackRefusal("channel_not_found"))

    async def join(self, address: Address) -> SlackRefusal | None:
        if self.refused is None:
            self.joined.append(address.channel_id)
        return self.refused


class MemoryLater:
    """Kept calls, in order."""

    def __init__(self) -> None:
        self.kept: list[tuple[Call, Waiting]] = []

    async def keep(self, call: Call, waiting_for: Waiting) -> None:
        self.kept.append((call, waiting_for))

    async def resume(self, address: Address, waiting_for: Waiting) -> int:
        taken = [each for each in self.kept if each[0].address == address and each[1] is waiting_for]
        self.kept = [each for each in self.kept if each not in taken]
        return len(taken)


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
def repositories(found: Callable[..., Found]) -> MemoryRepositories:
    """octo/shop and octo/next.js are internal, octo/vault is private; octo has the App."""
    made = MemoryRepositories()
    made.repositories = {
        "octo/shop": found(42, "shop"),
        "octo/next.js": found(43, "next.js", "public"),
        "octo/vault": found(44, "vault", "private"),
    }
    made.owners = {"octo": Owner(id=7, login="octo", kind="Organization", installation_id=1)}
    return made


@pytest.fixture
def channels(channel: Callable[..., Channel]) -> MemoryChannels:
    """The bot is in C1 and in its direct message D1."""
    made = MemoryChannels()
    made.known = {"C1": channel(), "C2": channel(), "D1": channel(ChannelKind.IM)}
    return made


@pytest.fixture
def later() -> MemoryLater:
    return MemoryLater()


@pytest.fixture
def ports(
    subscriptions: MemorySubscriptions, repositories: MemoryRepositories, channels: MemoryChannels, later: MemoryLater
) -> Ports:
    return Ports(
        subscriptions=subscriptions,
        repositories=repositories,
        channels=channels,
        later=later,
        ghes_url="https://ghe.example.com",
        app_slug="ghe-slack",
    )


@pytest.fixture
def say(ports: Ports) -> Callable[..., Awaitable[Reply]]:
    """What `/ghe` answers to this text."""

    async def said(text: str, *, user: str = "U1", channel: str = "C1") -> Reply:
        call = Call(
            id="1.2",
            command="/ghe",
            text=text,
            team_id="T1",
            enterprise_id="",
            channel_id=channel,
            user_id=user,
            response_url="https://hooks.slack.com/commands/1",
        )
        return await reply_to(call, ports)

    return said


@pytest.fixture
def press(ports: Ports) -> Callable[..., Awaitable[Reply | None]]:
    """What the first button of a reply leads to."""

    async def pressed(reply: Reply, *, user: str = "U2", channel: str = "C1") -> Reply | None:
        button = reply.buttons[0]
        click = Click(
            id="3.4",
            action_id=button.action_id,
            value=button.value,
            team_id="T1",
            channel_id=channel,
            user_id=user,
            response_url="https://hooks.slack.com/actions/1",
        )
        return await reply_to_click(click, ports)

    return pressed
