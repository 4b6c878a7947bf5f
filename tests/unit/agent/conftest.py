"""The ports of people and of what they do, in memory."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.audit import Entry, Noted
from agent.deeds.choices import Choices
from agent.ghes.answers import Refused, Unreachable
from agent.people.person import Person
from agent.people.ports import (
    Actor,
    Link,
    Linked,
    Member,
    MemberKind,
    NoCode,
    NotLinked,
    NotSetUp,
    SignedOut,
    SlackSilent,
    WrongCode,
)
from agent.slash.acts import Begun, Ended, New
from agent.slash.asked import Asked
from agent.slash.channel_settings import Chosen
from agent.slash.later import KeptId, Step
from infra.sandbox.driven_clock import DrivenClock
from shared.address import Address
from shared.card import DataClass
from shared.event import Payload

_AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


class MemoryLater:
    """What is kept, in order; an id is its place."""

    def __init__(self) -> None:
        self.kept: list[tuple[Asked, Step]] = []
        self.resumed: list[Step] = []

    async def keep(self, asked: Asked, step: Step) -> KeptId:
        self.kept.append((asked, step))
        return KeptId(str(len(self.kept) - 1))

    async def look(self, kept_id: KeptId) -> Asked | None:
        return self.kept[int(kept_id)][0] if int(kept_id) < len(self.kept) else None

    async def resume(self, step: Step) -> int:
        self.resumed.append(step)
        taken = [each for each in self.kept if each[1] == step]
        self.kept = [each for each in self.kept if each not in taken]
        return len(taken)


class MemoryPeople:
    """Who is linked, by workspace and Slack user."""

    def __init__(self) -> None:
        self.linked: dict[tuple[str, str], Person] = {}

    async def of(self, team_id: str, user_id: str) -> Person | None:
        return self.linked.get((team_id, user_id))

    async def on_ghes(self, team_id: str, logins: Collection[str]) -> Mapping[str, str]:
        wanted = {login.lower() for login in logins}
        here = [person for person in self.linked.values() if person.team_id == team_id]
        return {person.login.lower(): person.user_id for person in here if person.login.lower() in wanted}


class FixedSigningIn:
    """Hands out one link, and takes whatever it was told to."""

    def __init__(self, people: MemoryPeople) -> None:
        self._people = people
        self.offered: Link | NotSetUp = Link(url="https://agent.example.com/link/t0k3n", ends_at=_AT)
        self.entered: Linked | WrongCode | NoCode = NoCode()

    async def offer(self, team_id: str, user_id: str) -> Link | NotSetUp:  # noqa: ARG002 - the port's
        return self.offered

    async def enter(self, team_id: str, user_id: str, code: str) -> Linked | WrongCode | NoCode:  # noqa: ARG002
        return self.entered

    async def sign_out(self, team_id: str, user_id: str) -> SignedOut | NotLinked:
        person = self._people.linked.pop((team_id, user_id), None)
        return SignedOut(person=person, revoked=True) if person else NotLinked()


class ScriptedActor:
    """What GHES answers to one person, by method and filled-in path; the rest is not found."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.answers: dict[str, Any] = {}
        self.sent: list[tuple[str, Mapping[str, Any] | None]] = []

    async def get(self, path: str, names: Mapping[str, str] | None = None) -> Any | Refused | Unreachable:
        return self._answer("GET", path, names)

    async def listing(
        self,
        path: str,
        names: Mapping[str, str] | None = None,
        *,
        key: str = "",  # noqa: ARG002 - the port's
        most_pages: int = 10,  # noqa: ARG002 - the port's
    ) -> Sequence[Any] | Refused | Unreachable:
        found: Sequence[Any] | Refused | Unreachable = self._answer("GET", path, names)
        return found

    async def send(
        self, method: str, path: str, names: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any | Refused | Unreachable:
        self.sent.append((f"{method} {path.format(**(names or {}))}", body))
        return self._answer(method, path, names)

    def _answer(self, method: str, path: str, names: Mapping[str, str] | None) -> Any:
        return self.answers.get(f"{method} {path.format(**(names or {}))}", Refused(status=404, message="Not Found"))


class MemoryActors:
    """The actors of whoever is linked, or what was put in their place."""

    def __init__(self, people: MemoryPeople) -> None:
        self._people = people
        self.instead: NotLinked | Unreachable | NotSetUp | None = None
        self.known: dict[str, ScriptedActor] = {}

    async def of(self, team_id: str, user_id: str) -> Actor | NotLinked | Unreachable | NotSetUp:
        person = self._people.linked.get((team_id, user_id))
        if self.instead is not None or person is None:
            return self.instead or NotLinked()
        return self.known.setdefault(user_id, ScriptedActor(person))


class MemoryMembers:
    """Everybody is a full member, but who was named."""

    def __init__(self) -> None:
        self.named: dict[str, Member | SlackSilent] = {}

    async def of(self, team_id: str, user_id: str) -> Member | SlackSilent:  # noqa: ARG002 - the port's
        return self.named.get(user_id, Member(kind=MemberKind.FULL, name="Mona"))


class MemoryActs:
    """What was begun, and what it came to."""

    def __init__(self) -> None:
        self.results: dict[str, str | None] = {}

    async def begin(self, act_id: str) -> New | Begun | Ended:
        if act_id not in self.results:
            self.results[act_id] = None
            return New()
        result = self.results[act_id]
        return Begun(at=_AT) if result is None else Ended(result=result)

    async def end(self, act_id: str, result: str) -> None:
        self.results[act_id] = result

    async def again(self, act_id: str) -> None:
        self.results.pop(act_id, None)


class MemoryCards:
    """What was posted and seen."""

    def __init__(self) -> None:
        self.posted: list[tuple[Address, Payload]] = []
        self.looked_at: list[Payload] = []

    async def post(self, address: Address, repository: Payload, issue: Payload, by: Person) -> None:  # noqa: ARG002
        self.posted.append((address, issue))

    async def seen(self, repository: Payload, subject: Payload) -> None:  # noqa: ARG002
        self.looked_at.append(subject)


class MemoryChannelSettings:
    """What channels chose, and where they last acted."""

    def __init__(self) -> None:
        self.chosen: dict[Address, Chosen] = {}
        self.last: dict[Address, str] = {}
        self.changes: list[str] = []
        """Who changed them."""

    async def of(self, address: Address) -> Chosen:
        return self.chosen.get(address, Chosen())

    async def choose(self, address: Address, wanted: Mapping[str, bool], by: str) -> Chosen:
        before = await self.of(address)
        chosen = self.chosen[address] = replace(before, **wanted)
        self.changes += [by] if chosen != before else []
        return chosen

    async def last_repository(self, address: Address) -> str:
        return self.last.get(address, "")

    async def used(self, address: Address, repository: str) -> None:
        self.last[address] = repository


class MemoryAudit:
    """What was written down."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def note(self, *entries: Entry) -> None:
        self.entries.extend(entries)

    async def since(self, at: datetime | None) -> Sequence[Noted]:
        return [Noted(at=_AT, entry=entry) for entry in self.entries if at is None or at <= _AT]


@pytest.fixture
def later() -> MemoryLater:
    return MemoryLater()


@pytest.fixture
def people() -> MemoryPeople:
    return MemoryPeople()


@pytest.fixture
def linked(people: MemoryPeople) -> Callable[..., Person]:
    """Links a Slack user of T1."""

    def link(user: str = "U1", login: str = "mona") -> Person:
        person = Person(team_id="T1", user_id=user, ghes_id=len(people.linked) + 1, login=login, linked_at=_AT)
        people.linked["T1", user] = person
        return person

    return link


@pytest.fixture
def signing_in(people: MemoryPeople) -> FixedSigningIn:
    return FixedSigningIn(people)


@pytest.fixture
def actors(people: MemoryPeople) -> MemoryActors:
    return MemoryActors(people)


@pytest.fixture
def members() -> MemoryMembers:
    return MemoryMembers()


@pytest.fixture
def acts() -> MemoryActs:
    return MemoryActs()


@pytest.fixture
def cards() -> MemoryCards:
    return MemoryCards()


@pytest.fixture
def channel_settings() -> MemoryChannelSettings:
    return MemoryChannelSettings()


@pytest.fixture
def audit() -> MemoryAudit:
    return MemoryAudit()


@pytest.fixture
def data_classes() -> dict[str, DataClass]:
    """By team id; the other workspaces are shown everything."""
    return {}


@pytest.fixture
def deeds(
    acts: MemoryActs, cards: MemoryCards, audit: MemoryAudit, data_classes: Mapping[str, DataClass]
) -> Mapping[str, Any]:
    """The ports of what is done on GHES, and of what is shown."""
    given = {"acts": acts, "cards": cards, "audit": audit, "choices": Choices(DrivenClock())}
    return {**given, "data_class": lambda team_id: data_classes.get(team_id, DataClass.FULL)}


@pytest.fixture
def accounts(
    people: MemoryPeople, signing_in: FixedSigningIn, actors: MemoryActors, members: MemoryMembers
) -> Mapping[str, Any]:
    """The ports of who is who."""
    return {"people": people, "signing_in": signing_in, "actors": actors, "members": members}
