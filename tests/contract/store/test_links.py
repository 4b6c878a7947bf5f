"""Links and device flows, on both stores: what is offered, spent, brought back, and ended."""

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select

from agent.people.dead_ends import DeadEnd
from agent.people.ports import Account, NoCode, WrongCode
from agent.store import device_links
from agent.store import links as stored
from agent.store.device_links import Begun
from agent.store.links import CODE_S, LINK_S, Owner, Returned, Right, hashed
from agent.store.people_tables import links
from agent.store.port import Store

MONA = Owner(team_id="T1", user_id="U1")
HUBOT = Owner(team_id="T1", user_id="U2")
ADA = Account(id=7, login="ada")
TOKENS: dict[str, Any] = {"access": b"sealed", "access_ends_at": 9.0, "refresh": None, "refresh_ends_at": None}
NOW = 1000.0


async def _offer(store: Store, token: str = "token", owner: Owner = MONA) -> None:
    await store.write(partial(stored.offer, token_hash=hashed(token), owner=owner, now=NOW))


async def _look(store: Store, now: float = NOW) -> Owner | DeadEnd:
    return await store.read(partial(stored.look, token_hash=hashed("token"), now=now))


async def _spend(store: Store, token: str = "token", now: float = NOW) -> Owner | DeadEnd:
    spent = partial(stored.spend, token_hash=hashed(token), state_hash=hashed(f"state of {token}"))
    return await store.write(partial(spent, browser_hash=hashed("browser"), now=now))


async def _come_back(
    store: Store, state: str = "state of token", browser: str = "browser", now: float = NOW
) -> Returned | DeadEnd:
    return await store.write(partial(stored.come_back, state_hash=hashed(state), browser_hash=hashed(browser), now=now))


async def _show(store: Store, code: str, token: str = "token", owner: Owner = MONA) -> None:
    await _offer(store, token, owner)
    await _spend(store, token)
    await _come_back(store, f"state of {token}")
    shown = partial(stored.show_code, code_hash=hashed(code), account=ADA, tokens=TOKENS, now=NOW)
    assert await store.write(partial(shown, token_hash=hashed(token)))


async def _enter(store: Store, code: str, owner: Owner = MONA, now: float = NOW) -> Right | WrongCode | NoCode:
    return await store.write(partial(stored.enter, owner=owner, code_hash=hashed(code), now=now))


async def test_a_link_is_for_whom_it_was_offered_until_it_is_too_old(store: Store) -> None:
    await _offer(store)

    found = [await _look(store, NOW + passed_s) for passed_s in (0, LINK_S - 1, LINK_S)]

    assert found == [MONA, MONA, DeadEnd.TOO_OLD]


async def test_nothing_that_opens_a_link_is_kept_as_it_is(store: Store) -> None:
    await _show(store, "CODE")

    row = await store.read(lambda connection: connection.execute(select(links)).one())

    assert not {"token", "state of token", "browser", "CODE"} & {str(value) for value in row}


async def test_looking_spends_nothing_and_continuing_spends_once(store: Store) -> None:
    await _offer(store)

    looked = [await _look(store), await _look(store)]
    spent = [await _spend(store), await _spend(store)]
    after = await _look(store)

    assert (looked, spent, after) == ([MONA, MONA], [MONA, DeadEnd.USED], DeadEnd.USED)


async def test_of_two_browsers_that_continue_at_the_same_moment_one_does(store: Store) -> None:
    await _offer(store)

    spent = await asyncio.gather(*(_spend(store) for _ in range(5)))

    assert sorted(map(str, spent)) == sorted(map(str, [MONA, *[DeadEnd.USED] * 4]))


@pytest.mark.parametrize("token", ["", "another"])
async def test_a_link_that_nobody_was_offered_leads_nowhere(store: Store, token: str) -> None:
    await _offer(store)

    assert await _spend(store, token) is DeadEnd.UNKNOWN


async def test_a_link_that_is_too_old_cannot_be_continued(store: Store) -> None:
    await _offer(store)

    assert await _spend(store, now=NOW + LINK_S) is DeadEnd.TOO_OLD


async def test_only_the_browser_that_left_comes_back_and_another_one_spends_nothing(store: Store) -> None:
    await _offer(store)
    await _spend(store)

    back = [await _come_back(store, browser=browser) for browser in ("other", "", "browser", "browser")]

    returned = Returned(token_hash=hashed("token"), owner=MONA)
    assert back == [DeadEnd.OTHER_BROWSER, DeadEnd.OTHER_BROWSER, returned, DeadEnd.USED]


async def test_a_browser_that_comes_back_late_or_with_a_strange_state_gets_nowhere(store: Store) -> None:
    await _offer(store)
    await _spend(store)

    back = [await _come_back(store, now=NOW + LINK_S), await _come_back(store, "strange"), await _come_back(store, "")]

    assert back == [DeadEnd.TOO_OLD, DeadEnd.UNKNOWN, DeadEnd.UNKNOWN]


async def test_the_right_code_gives_the_account_and_its_tokens(store: Store) -> None:
    await _show(store, "CODE")

    found = await _enter(store, "CODE", now=NOW + CODE_S - 1)

    assert found == Right(account=ADA, tokens=TOKENS)


async def test_a_code_is_worth_nothing_to_another_person_and_after_ten_minutes(store: Store) -> None:
    await _show(store, "CODE")

    found = [await _enter(store, "CODE", HUBOT), await _enter(store, "CODE", now=NOW + CODE_S)]

    assert found == [NoCode(), NoCode()]


async def test_a_link_without_a_code_takes_none(store: Store) -> None:
    await _offer(store)
    await _spend(store)

    assert await _enter(store, "") == NoCode()


async def test_a_code_that_is_wrong_five_times_ends_the_link(store: Store) -> None:
    await _show(store, "CODE")

    left = [await _enter(store, "WRONG") for _ in range(5)]
    after = await _enter(store, "CODE")

    assert left == [WrongCode(tries_left=tries) for tries in (4, 3, 2, 1, 0)]
    assert after == NoCode()


async def test_wrong_codes_count_for_all_open_pages_of_one_person_also_for_those_that_come_later(store: Store) -> None:
    await _show(store, "FIRST", "first")
    await _enter(store, "WRONG")
    await _show(store, "SECOND", "second")
    await _show(store, "THEIRS", "theirs", HUBOT)
    await _offer(store)

    left = [await _enter(store, "WRONG") for _ in range(4)]

    assert left[-1] == WrongCode(tries_left=0)
    assert [await _enter(store, code) for code in ("FIRST", "SECOND")] == [NoCode(), NoCode()]
    assert isinstance(await _enter(store, "THEIRS", HUBOT), Right)
    assert await _look(store) == MONA


async def test_wrong_codes_that_are_entered_at_the_same_moment_all_count(store: Store) -> None:
    await _show(store, "CODE")

    left = await asyncio.gather(*(_enter(store, f"WRONG{number}") for number in range(7)))

    tries = sorted(each.tries_left for each in left if isinstance(each, WrongCode))
    assert (tries, left.count(NoCode())) == ([0, 1, 2, 3, 4], 2)


async def test_ending_what_was_offered_to_somebody_leaves_the_others_theirs(store: Store) -> None:
    await _offer(store)
    await _offer(store, "theirs", HUBOT)

    await store.write(partial(stored.end_all, owner=MONA))

    assert (await _look(store), await _spend(store, "theirs")) == (DeadEnd.UNKNOWN, HUBOT)


async def test_no_code_is_shown_for_a_link_that_has_ended_meanwhile(store: Store) -> None:
    shown = partial(stored.show_code, token_hash="x", code_hash="y", account=ADA, tokens=TOKENS, now=NOW)

    assert not await store.write(shown)


def _begun(sealed: bytes = b"sealed", owner: Owner = MONA, ends_at: float = NOW + 900) -> Begun:
    return Begun(owner=owner, sealed=sealed, interval_s=5, ends_at=ends_at)


async def _claimed(store: Store, now: float) -> list[bytes]:
    return [each.sealed for each in await store.write(partial(device_links.claim, now=now, within_s=60, limit=10))]


async def test_a_device_flow_is_asked_about_when_it_is_due_and_by_one_process(store: Store) -> None:
    await store.write(partial(device_links.begin, begun=_begun(), now=NOW))

    claimed = [await _claimed(store, NOW + passed_s) for passed_s in (4, 5, 6, 66)]

    assert claimed == [[], [b"sealed"], [], [b"sealed"]]


async def test_a_device_flow_that_waits_is_asked_about_later(store: Store) -> None:
    await store.write(partial(device_links.begin, begun=_begun(), now=NOW))
    await _claimed(store, NOW + 5)

    await store.write(partial(device_links.wait, begun=_begun(), interval_s=10, now=NOW + 5))

    assert await store.read(device_links.next_at) == NOW + 15


async def test_a_new_device_flow_takes_the_place_of_the_persons_former_one(store: Store) -> None:
    await store.write(partial(device_links.begin, begun=_begun(b"old"), now=NOW))
    await store.write(partial(device_links.begin, begun=_begun(b"new"), now=NOW))

    def end(connection: Connection) -> list[bool]:
        return [device_links.end(connection, _begun(sealed)) for sealed in (b"old", b"new", b"new")]

    assert await store.write(end) == [False, True, False]


async def test_a_device_flow_is_known_as_long_as_enough_of_its_time_is_left(store: Store) -> None:
    await store.write(partial(device_links.begin, begun=_begun(), now=NOW))

    def known(owner: Owner, until: float) -> Any:
        return store.read(partial(device_links.under_way, owner=owner, until=until))

    assert await known(MONA, NOW + 900) == _begun()
    assert await known(MONA, NOW + 901) is None
    assert await known(HUBOT, NOW) is None
