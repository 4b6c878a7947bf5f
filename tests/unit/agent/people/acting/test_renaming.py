"""Somebody who is called otherwise on GHES by now."""

from typing import Any

import pytest

from agent.people.ports import Denied
from agent.store.port import StoreUnavailableError


async def test_a_new_name_is_known_once_the_sign_in_is_renewed_and_written_down(house: Any) -> None:
    await house.link()
    house.ada.login = "countess"
    await house.passes(8)

    actor = await house.one.ada()

    assert actor.person.login == "countess"
    assert (await house.other.people.of("T1", "U1")).login == "countess"
    assert await house.other.people.on_ghes("T1", ["Countess", "ada"]) == {"countess": "U1"}
    assert await house.audit() == [("rename", "was ada")]


async def test_where_ghes_does_not_say_it_the_name_stays(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.link()
    await house.passes(8)

    async def silent(_access: str) -> Denied:
        return Denied("suspended")

    monkeypatch.setattr(house.one.oauth, "account", silent)

    assert (await house.one.ada()).person.login == "ada"
    assert await house.audit() == []


async def test_a_store_that_is_away_just_then_keeps_nobody_from_acting(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.link()
    house.ada.login = "countess"
    await house.passes(8)

    async def away(*_: Any) -> None:
        raise StoreUnavailableError("disk full")

    monkeypatch.setattr(house.one.people, "rename", away)

    assert (await house.one.ada()).person.login == "countess"
    assert (await house.other.people.of("T1", "U1")).login == "ada"
