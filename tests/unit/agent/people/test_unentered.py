"""Codes that nobody entered."""

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from agent.people.ports import NoCode
from agent.store.links import Owner
from agent.store.people_tables import links

CODE_S, LATE_S = 600.0, 60.0


async def kept(desk: Any) -> list[Any]:
    return list(await desk.store.read(lambda connection: connection.execute(select(links.c.access)).scalars().all()))


async def test_tokens_of_a_code_that_nobody_entered_are_revoked_once_it_has_ended(desk: Any) -> None:
    await desk.code("ada")
    await desk.unentered.give_back()
    early = list(desk.ghes.revoked)

    await desk.clock.advance(CODE_S + LATE_S + 1)
    await desk.unentered.give_back()

    assert (early, desk.ghes.revoked) == ([], [("token-of-ada", True)])
    assert await kept(desk) == []


async def test_a_code_that_has_ended_is_worth_nothing_while_its_tokens_wait(desk: Any) -> None:
    code = await desk.code("ada")

    await desk.clock.advance(CODE_S + 1)

    assert await desk.linking.enter("T1", "U1", code) == NoCode()


async def test_five_wrong_codes_end_the_page_and_its_tokens_are_revoked(desk: Any) -> None:
    code = await desk.code("ada")
    for _ in range(5):
        await desk.linking.enter("T1", "U1", "WRNG-2345")

    await desk.unentered.give_back()

    assert desk.ghes.revoked == [("token-of-ada", True)]
    assert (await desk.linking.enter("T1", "U1", code), await kept(desk)) == (NoCode(), [])


async def test_once_linked_the_tokens_of_other_pages_are_revoked_and_those_in_use_are_not(desk: Any) -> None:
    await desk.code("grace")
    await desk.linked("ada")

    await desk.unentered.give_back()

    assert desk.ghes.revoked == [("token-of-grace", True)]
    assert (await desk.people.of("T1", "U1")).login == "ada"


async def test_what_is_in_use_is_not_revoked(desk: Any) -> None:
    await desk.linked("ada")
    at_once = await kept(desk)

    await desk.unentered.give_back()

    assert (at_once, desk.ghes.revoked) == ([], [])


async def test_another_page_of_the_same_person_keeps_its_authorization(desk: Any) -> None:
    await desk.code("ada")
    await desk.clock.advance(CODE_S + LATE_S + 1)
    code = await desk.code("ada", team_id="T2")

    await desk.unentered.give_back()

    assert desk.ghes.revoked == [("token-of-ada", False)]
    assert (await desk.linking.enter("T2", "U1", code)).person.login == "ada"


async def test_what_ghes_does_not_confirm_is_asked_again(desk: Any) -> None:
    await desk.code("ada")
    await desk.code("grace", user_id="U2")
    await desk.clock.advance(CODE_S + LATE_S + 1)
    desk.ghes.away = True
    missed = await desk.unentered.give_back()
    desk.ghes.away = False

    left = await desk.unentered.give_back()

    assert (missed, left) == (2, 0)
    assert (len(set(desk.ghes.revoked)), await kept(desk)) == (2, [])


async def test_what_no_key_opens_is_forgotten(desk: Any, desks: Any) -> None:
    await desk.code("ada")
    await desk.clock.advance(CODE_S + LATE_S + 1)

    other = desks(fresh_key=True)
    await other.unentered.give_back()

    assert (other.ghes.revoked, await kept(desk)) == ([], [])


async def test_of_one_person_only_theirs_are_given_back(desk: Any) -> None:
    await desk.code("ada")
    await desk.code("grace", user_id="U2")
    await desk.clock.advance(CODE_S + LATE_S + 1)

    await desk.unentered.give_back(Owner(team_id="T1", user_id="U2"))

    assert desk.ghes.revoked == [("token-of-grace", True)]


async def test_it_goes_on_by_itself_and_outlives_a_restart(desk: Any, desks: Any) -> None:
    await desk.code("ada")
    running = asyncio.create_task(desks().unentered.run())
    while desk.clock.next_in() is None:
        await desk.clock.advance(0)

    await desk.clock.advance(CODE_S + 3 * LATE_S)
    while await kept(desk):
        await desk.clock.advance(0)

    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert desk.ghes.revoked == [("token-of-ada", True)]
