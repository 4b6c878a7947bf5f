"""Whoever installed the app is greeted once, where they belong."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from agent.home.greeting import greet_installer
from agent.people.ports import Member, MemberKind, SlackSilent
from agent.setup.greetings import TRIES
from agent.store.port import StoreUnavailableError

FULL = Member(kind=MemberKind.FULL, name="Mona", homes=frozenset())
STRANGER = Member(kind=MemberKind.STRANGER, name="Mona", homes=frozenset())


class Slack:
    """Says who somebody is in each workspace, and keeps what they were told; nobody is linked or was greeted before."""

    def __init__(self, members: dict[str, Any]) -> None:
        self.members, self.people, self.memory, self.screen = Each(members), Each({}), self, self
        self.command, self.told = "/ghe", list[tuple[str, str]]()

    async def claim_greeting(self, _team_id: str, _user_id: str) -> bool:
        return True

    async def tell(self, team_id: str, user_id: str, _reply: Any) -> bool:
        self.told.append((team_id, user_id))
        return True


class Each:
    def __init__(self, known: dict[str, Any]) -> None:
        self.known = known

    async def of(self, team_id: str, _user_id: str) -> Any:
        return self.known.get(team_id)


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"T1": FULL, "T2": FULL}, [("T1", "U1")]),
        ({"T1": STRANGER, "T2": FULL}, [("T2", "U1")]),
        ({"T1": SlackSilent("unreachable"), "T2": STRANGER}, []),
    ],
    ids=["the first one", "the one they belong to", "none"],
)
async def test_of_an_organisations_workspaces_they_are_greeted_in_one_of_theirs(
    members: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    ports: Any = Slack(members)

    done = await greet_installer(["T1", "T2"], "U1", ports, ports)

    assert done is bool(told)
    assert ports.told == told


async def test_a_greeting_that_was_not_made_is_tried_a_few_times(rig: Any) -> None:
    tries: list[str] = []

    async def greet(_team_ids: Sequence[str], user_id: str) -> bool:
        tries.append(user_id)
        if user_id == "U2":
            raise StoreUnavailableError("away")
        return user_id == "U3"

    running = asyncio.create_task(rig.greetings.run(greet))
    for user_id in ("U1", "U2", "U3"):
        rig.greetings.add(["T1"], user_id)
    await rig.until(lambda: len(tries) == 2 * TRIES + 1)
    await rig.clock.advance(60)

    assert not running.done()
    running.cancel()
    assert sorted(tries) == ["U1"] * TRIES + ["U2"] * TRIES + ["U3"]


async def test_nobody_and_nowhere_are_not_greeted(rig: Any) -> None:
    rig.greetings.add([], "U1")
    rig.greetings.add(["T1"], "")

    assert rig.greetings._waiting.empty()
