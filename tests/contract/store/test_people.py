"""Linked people, on both stores and with two replicas."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from agent.people.person import Person, Tokens
from agent.store.people import Held, SqlPeople, Unlinked, link, sealed
from agent.store.port import Store
from agent.store.secrets import Secrets, UnreadableSecretError
from infra.sandbox.driven_clock import START, DrivenClock

ADA = Person(team_id="T1", user_id="U1", ghes_id=7, login="Ada", linked_at=START)
TOKENS = Tokens(
    access="ghu_1",
    access_ends_at=START + timedelta(hours=8),
    refresh="ghr_1",
    refresh_ends_at=datetime(2027, 5, 1, tzinfo=UTC),
)
NEWER = Tokens(access="ghu_2", access_ends_at=START + timedelta(hours=16), refresh="ghr_2", refresh_ends_at=None)
Link = Callable[..., Any]


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def secrets() -> Secrets:
    return Secrets([Fernet.generate_key()])


@pytest.fixture
def replicas(open_store: Callable[[], Any]) -> list[Store]:
    """Two processes on one store."""
    return [open_store(), open_store()]


@pytest.fixture
def people(replicas: Sequence[Store], secrets: Secrets, clock: DrivenClock) -> list[SqlPeople]:
    return [SqlPeople(store, secrets, clock) for store in replicas]


@pytest.fixture
def linked(replicas: Sequence[Store], secrets: Secrets) -> Link:
    """Links a person."""

    async def linking(person: Person = ADA, tokens: Tokens = TOKENS) -> None:
        await replicas[0].write(lambda connection: link(connection, person, sealed(secrets, tokens)))

    return linking


async def test_a_linked_person_is_known_everywhere_with_tokens_and_times(people: list[SqlPeople], linked: Link) -> None:
    await linked()

    assert await people[1].of("T1", "U1") == ADA
    assert await people[1].held("T1", "U1") == Held(person=ADA, tokens=TOKENS)
    assert [await people[0].of(*who) for who in (("T2", "U1"), ("T1", "U2"))] == [None, None]


async def test_tokens_without_an_end_come_back_without_one(people: list[SqlPeople], linked: Link) -> None:
    await linked(tokens=Tokens(access="ghu_1"))

    held = await people[0].held("T1", "U1")

    assert held is not None
    assert held.tokens == Tokens(access="ghu_1", access_ends_at=None, refresh="", refresh_ends_at=None)


async def test_no_token_stands_in_the_store_as_it_is(replicas: list[Store], linked: Link) -> None:
    await linked()

    row = await replicas[0].read(lambda connection: connection.execute(text("SELECT * FROM people")).one())

    kept = "".join(bytes(value).decode() if isinstance(value, bytes | memoryview) else str(value) for value in row)
    assert [token in kept for token in (TOKENS.access, TOKENS.refresh)] == [False, False]
    assert "ghu_1" not in f"{TOKENS} {Held(person=ADA, tokens=TOKENS)}"


async def test_linked_anew_the_newest_counts(people: list[SqlPeople], linked: Link) -> None:
    await linked()
    grace = replace(ADA, ghes_id=8, login="grace")
    await linked(grace, NEWER)

    assert await people[0].held("T1", "U1") == Held(person=grace, tokens=NEWER)


async def test_one_person_on_ghes_may_be_several_in_slack(people: list[SqlPeople], linked: Link) -> None:
    elsewhere = replace(ADA, team_id="T2", user_id="U9")
    for person in (ADA, elsewhere, replace(ADA, user_id="U3", ghes_id=8, login="grace")):
        await linked(person)

    assert sorted(person.team_id for person in await people[0].with_id(7)) == ["T1", "T2"]
    assert await people[0].with_id(99) == []


async def test_logins_are_found_in_their_workspace_whatever_their_case_and_the_newest_wins(
    people: list[SqlPeople], linked: Link
) -> None:
    await linked()
    await linked(replace(ADA, user_id="U2", linked_at=START + timedelta(seconds=1)))
    await linked(replace(ADA, team_id="T2", user_id="U9"))

    assert await people[1].on_ghes("T1", ["ADA", "nobody"]) == {"ada": "U2"}
    assert await people[1].on_ghes("T1", []) == {}


async def test_one_may_refresh_at_a_time_and_another_when_the_claim_is_over(
    people: list[SqlPeople], linked: Link, clock: DrivenClock
) -> None:
    await linked()

    claims = await asyncio.gather(*(each.claim_refresh("T1", "U1", 30) for each in people * 3))
    await clock.advance(31, step_s=31)

    assert sorted(claims) == [False] * 5 + [True]
    assert await people[1].claim_refresh("T1", "U1", 30)
    assert not await people[1].claim_refresh("T1", "U7", 30)


async def test_new_tokens_take_the_place_of_the_old_and_end_the_claim(people: list[SqlPeople], linked: Link) -> None:
    await linked()
    await people[0].claim_refresh("T1", "U1", 30)

    assert await people[0].refreshed(ADA, NEWER)

    assert await people[1].held("T1", "U1") == Held(person=ADA, tokens=NEWER)
    assert await people[1].claim_refresh("T1", "U1", 30)


async def test_new_tokens_of_a_link_that_is_gone_or_another_are_not_kept(people: list[SqlPeople], linked: Link) -> None:
    nobody = await people[0].refreshed(ADA, NEWER)
    await linked(replace(ADA, linked_at=START + timedelta(seconds=1)))

    assert (nobody, await people[0].refreshed(ADA, NEWER)) == (False, False)
    assert (await people[0].held("T1", "U1")).tokens == TOKENS  # type: ignore[union-attr]


async def test_a_claim_may_be_given_back(people: list[SqlPeople], linked: Link) -> None:
    await linked()
    await people[0].claim_refresh("T1", "U1", 30)
    await people[0].unclaim(ADA)

    assert await people[1].claim_refresh("T1", "U1", 30)


async def test_a_link_is_deleted_with_its_tokens_once(
    people: list[SqlPeople], replicas: list[Store], linked: Link
) -> None:
    await linked()

    gone = [
        await store.write(lambda connection, its=its: its.unlink(connection, "T1", "U1"))  # type: ignore[misc]
        for store, its in zip(replicas, people, strict=True)
    ]

    assert gone == [Unlinked(person=ADA, tokens=TOKENS), None]
    assert await people[0].of("T1", "U1") is None


@pytest.mark.parametrize(("access", "stays"), [("ghu_1", False), ("ghu_0", True)])
async def test_a_link_that_has_another_token_by_now_stays(
    people: list[SqlPeople], replicas: list[Store], linked: Link, access: str, *, stays: bool
) -> None:
    await linked()

    gone = await replicas[0].write(lambda connection: people[0].unlink(connection, "T1", "U1", access))

    assert (gone is None, await people[0].of("T1", "U1") is not None) == (stays, stays)


async def test_tokens_that_no_key_opens_are_told_and_can_be_deleted(
    replicas: list[Store], linked: Link, clock: DrivenClock
) -> None:
    await linked()
    keyless = SqlPeople(replicas[1], Secrets([Fernet.generate_key()]), clock)

    with pytest.raises(UnreadableSecretError):
        await keyless.held("T1", "U1")

    gone = await replicas[1].write(lambda connection: keyless.unlink(connection, "T1", "U1"))
    assert gone == Unlinked(person=ADA, tokens=None)
