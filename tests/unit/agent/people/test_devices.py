import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, event, select

from agent.ghes.answers import Unreachable
from agent.people.devices import Devices
from agent.people.ports import Denied, DeviceCode, Granted, Link, Pending
from agent.slash.signing_in import CONNECTED, NOT_CONNECTED
from agent.store.people_tables import device_links
from agent.store.personal import erase
from agent.store.port import StoreUnavailableError
from agent.store.secrets import Secrets
from agent.store.tables import envelopes
from infra.sandbox.driven_clock import settle

AWAY = Unreachable(reason="GHES is away.")


@asynccontextmanager
async def asking(desk: Any) -> AsyncIterator[Callable[[float], Awaitable[None]]]:
    """The poller runs; what is given moves the clock."""
    task = asyncio.create_task(desk.devices.run())

    async def passes(seconds: float) -> None:
        for _ in range(round(seconds)):
            await desk.clock.advance(1)
            for _ in range(3):  # what the poller does is behind what it asked the store for
                await settle()
                with suppress(StoreUnavailableError):
                    await desk.store.write(lambda _connection: None)
        assert not task.done()

    try:
        yield passes
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def told(desk: Any) -> list[tuple[str, str, str]]:
    """Whom something is told, by which flow, with which value."""

    def found(connection: Connection) -> list[str]:
        return list(connection.execute(select(envelopes.c.payload)).scalars())

    clicks = [json.loads(payload) for payload in await desk.store.read(found)]
    return [(click["user_id"], click["action_id"], click["value"]) for click in clicks]


async def rows(desk: Any) -> list[Any]:
    return list(await desk.store.read(lambda connection: connection.execute(select(device_links)).all()))


async def test_where_ghes_has_the_device_flow_its_page_and_code_are_offered(desk: Any) -> None:
    desk.ghes.offers_devices()

    offered = await desk.linking.offer("T1", "U1")

    ends_at = desk.clock.now() + timedelta(seconds=900)
    assert offered == DeviceCode(url="https://ghes.test/login/device", user_code="WXYZ-2345", ends_at=ends_at)
    [row] = await rows(desk)
    assert b"WXYZ" not in row.device_code


@pytest.mark.parametrize("answer", [Denied("device_flow_disabled"), AWAY])
async def test_where_it_has_not_or_is_silent_our_own_link_is(desk: Any, answer: Denied | Unreachable) -> None:
    desk.ghes.device = answer

    assert isinstance(await desk.linking.offer("T1", "U1"), Link)


async def test_a_code_that_is_good_for_a_while_is_shown_again_and_one_that_is_not_is_replaced(desk: Any) -> None:
    desk.ghes.offers_devices()
    first = await desk.linking.offer("T1", "U1")
    desk.ghes.device = Denied("asked again")

    same = await desk.linking.offer("T1", "U1")
    await desk.clock.advance(601, step_s=601)
    desk.ghes.offers_devices()
    other = await desk.linking.offer("T1", "U1")

    assert same == first
    assert other.ends_at > first.ends_at


async def test_once_the_person_has_granted_it_the_accounts_are_linked_and_they_are_told(desk: Any) -> None:
    desk.ghes.offers_devices()
    desk.ghes.polled = [Pending(interval_s=5), Granted(desk.ghes.tokens("ada"))]

    async with asking(desk) as passes:
        await desk.linking.offer("T1", "U1")
        await passes(12)

    held = await desk.people.held("T1", "U1")
    assert (held.person.login, held.tokens.access) == ("ada", "token-of-ada")
    assert await told(desk) == [("U1", CONNECTED, "")]
    assert [(entry.action, entry.login) for entry in await desk.audit()] == [("link", "ada")]
    assert await rows(desk) == []


async def test_ghes_is_asked_as_seldom_as_it_wants(desk: Any) -> None:
    desk.ghes.offers_devices()
    desk.ghes.polled = [
        Pending(interval_s=5),
        Pending(interval_s=10),
        Pending(interval_s=5),
        AWAY,
        Pending(interval_s=5),
    ]

    async with asking(desk) as passes:
        await desk.linking.offer("T1", "U1")
        await passes(60)
        desk.ghes.polled.append(Pending(interval_s=5))

    gaps = [later - sooner for sooner, later in zip([0, *desk.ghes.polled_at], desk.ghes.polled_at, strict=False)]
    assert [round(gap) for gap in gaps[:5]] == [5, 5, 10, 10, 15]


@pytest.mark.parametrize("error", ["access_denied", "expired_token", "incorrect_device_code"])
async def test_what_ghes_will_never_grant_is_forgotten_and_the_person_is_told(desk: Any, error: str) -> None:
    desk.ghes.offers_devices()
    desk.ghes.polled = [Denied(error)]

    async with asking(desk) as passes:
        await desk.linking.offer("T1", "U1")
        await passes(20)

    assert await told(desk) == [("U1", NOT_CONNECTED, error)]
    assert (await rows(desk), await desk.people.of("T1", "U1")) == ([], None)


async def test_a_code_that_nobody_entered_in_time_ends_although_ghes_does_not_say_so(desk: Any) -> None:
    desk.ghes.offers_devices()
    desk.ghes.device = replace(desk.ghes.device, ends_at=desk.clock.now() + timedelta(seconds=40))
    desk.ghes.polled = [AWAY] * 100

    async with asking(desk) as passes:
        await desk.linking.offer("T1", "U1")
        await passes(60)

    assert await told(desk) == [("U1", NOT_CONNECTED, "expired_token")]
    assert await rows(desk) == []


@pytest.mark.parametrize(
    ("nobody", "why"), [(Denied("Sorry. Your account was suspended."), "suspended"), (AWAY, "unreachable")]
)
async def test_a_token_whose_owner_ghes_does_not_name_links_nobody(
    desk: Any, nobody: Denied | Unreachable, why: str
) -> None:
    desk.ghes.offers_devices()
    desk.ghes.nobody = nobody
    desk.ghes.polled = [Granted(desk.ghes.tokens("ada"))]

    async with asking(desk) as passes:
        await desk.linking.offer("T1", "U1")
        await passes(6)

    assert await told(desk) == [("U1", NOT_CONNECTED, why)]
    assert await desk.people.of("T1", "U1") is None


async def test_what_is_granted_to_somebody_who_was_forgotten_meanwhile_links_nobody_and_is_given_back(
    desk: Any,
) -> None:
    desk.ghes.offers_devices()
    await desk.linking.offer("T1", "U1")

    async def meanwhile(_device_code: str) -> Granted:
        await desk.store.write(partial(erase, team_id="T1", user_id="U1", now=0.0))
        return Granted(desk.ghes.tokens("ada"))

    desk.ghes.poll_device = meanwhile
    async with asking(desk) as passes:
        await passes(7)

    assert await desk.people.of("T1", "U1") is None
    assert desk.ghes.revoked == [("token-of-ada", True)]


async def test_what_was_kept_although_the_store_seemed_away_is_not_given_back(desk: Any) -> None:
    desk.ghes.offers_devices()
    await desk.linking.offer("T1", "U1")
    desk.ghes.polled = [Granted(desk.ghes.tokens("ada"))]
    write, lost = desk.store.write, [True]

    async def answer_lost(work: Any) -> Any:
        found = await write(work)
        if await desk.people.of("T1", "U1") and lost:
            lost.clear()
            raise StoreUnavailableError
        return found

    desk.devices._store = desk.linking._store = SimpleNamespace(read=desk.store.read, write=answer_lost)
    async with asking(desk) as passes:
        await passes(9)

    assert lost == []
    assert (await desk.people.of("T1", "U1")).login == "ada"
    assert desk.ghes.revoked == []


async def test_another_process_goes_on_after_a_restart(desks: Any) -> None:
    before, after = desks(), desks()
    before.ghes.offers_devices()
    await before.linking.offer("T1", "U1")
    before.ghes.polled = [Granted(before.ghes.tokens("ada"))]

    async with asking(after) as passes:
        await passes(6)

    assert (await after.people.of("T1", "U1")).login == "ada"


async def test_of_two_processes_one_asks(desks: Any) -> None:
    one, other = desks(), desks()
    one.ghes.offers_devices()
    one.ghes.polled = [Pending(interval_s=5)] * 20

    async with asking(one) as passes, asking(other):
        await one.linking.offer("T1", "U1")
        await passes(14)

    assert len(one.ghes.polled_at) == 2


async def test_one_that_no_key_opens_any_more_is_forgotten(desk: Any) -> None:
    desk.ghes.offers_devices()
    await desk.linking.offer("T1", "U1")
    other_key = Secrets([Fernet.generate_key()])
    desk.devices = Devices(
        oauth=desk.ghes, joining=desk.devices._joining, store=desk.store, secrets=other_key, clock=desk.clock
    )

    async with asking(desk) as passes:
        await passes(6)

    assert (await rows(desk), [why for _, _, why in await told(desk)]) == ([], ["unreadable"])


@pytest.mark.parametrize("gone_when_granted", [True, False])
async def test_a_store_that_is_away_is_waited_for_and_what_was_granted_is_not_lost(
    desk: Any, *, gone_when_granted: bool
) -> None:
    desk.ghes.offers_devices()
    await desk.linking.offer("T1", "U1")
    away = [not gone_when_granted]

    @event.listens_for(desk.store.engine, "checkout")
    def _no_room(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA query_only={int(away[0])}")

    async def granted(_device_code: str) -> Granted:
        away[0] = gone_when_granted
        return Granted(desk.ghes.tokens("ada"))

    desk.ghes.poll_device = granted

    async with asking(desk) as passes:
        await passes(10)
        nobody = await desk.people.of("T1", "U1")
        away[0] = False
        await passes(40)

    assert nobody is None
    assert (await desk.people.of("T1", "U1")).login == "ada"
