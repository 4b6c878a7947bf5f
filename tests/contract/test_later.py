"""What `agent.slash.later.Later` promises, on both stores and with two replicas."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from agent.slash.asked import Asked, from_json
from agent.slash.call import Call
from agent.slash.later import KEPT_S, KeptId, Later, installed, invited, opened, signed_in
from agent.slash.submission import Submission
from agent.store.envelopes import answered, claim_envelopes
from agent.store.later import SqlLater
from agent.store.port import Store
from infra.sandbox.driven_clock import DrivenClock
from shared.address import Address

INVITE = invited(Address(team_id="T1", channel_id="C1"))
CALL = Call(
    id="1.1",
    command="/ghe",
    text="subscribe octo/shop",
    team_id="T1",
    enterprise_id="",
    channel_id="C1",
    user_id="U1",
    response_url="https://hooks.slack.com/commands/1",
)
FORM = Submission(
    id="V1",
    callback_id="issue",
    team_id="T1",
    channel_id="",
    user_id="U1",
    home_team_id="T1",
    metadata={"repository": "octo/shop"},
    values={"title": ("It breaks",), "labels": ("a", "b")},
)


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def replicas(open_store: Callable[[], Any]) -> list[Store]:
    """Two processes on one store."""
    return [open_store(), open_store()]


@pytest.fixture
def later(replicas: Sequence[Store], clock: DrivenClock) -> list[Later]:
    return [SqlLater(store, clock) for store in replicas]


@pytest.fixture
def going_on(replicas: Sequence[Store], clock: DrivenClock) -> Callable[[], Any]:
    """What is to be carried out now; it is, then."""

    async def taken() -> list[Asked]:
        now, store = clock.now().timestamp(), replicas[1]
        kept = await store.write(lambda connection: claim_envelopes(connection, "me", now, 100))
        await store.write(lambda connection: answered(connection, now, [each.key for each in kept]))
        assert {each.type for each in kept} <= {"call"}
        return [from_json(json.dumps(each.payload)) for each in kept]

    return taken


async def test_what_waits_goes_on_oldest_first_and_only_for_its_step(
    later: list[Later], going_on: Any, clock: DrivenClock
) -> None:
    for number, (user, text) in enumerate((("U1", "a"), ("U2", "b"), ("U1", "c"), ("U1", "a"))):
        await later[0].keep(replace(CALL, id=f"1.{number}", user_id=user, text=text), INVITE)
        await clock.advance(1)
    await later[0].keep(CALL, invited(Address(team_id="T1", channel_id="C2")))
    await later[0].keep(CALL, signed_in("T1", "U1"))

    assert await later[1].resume(INVITE) == 3

    assert [(each.user_id, each.text, each.id) for each in await going_on()] == [
        ("U2", "b", "1.1"),
        ("U1", "c", "1.2"),
        ("U1", "a", "1.3"),
    ]


async def test_each_goes_on_once_and_may_wait_again(later: list[Later], going_on: Any, clock: DrivenClock) -> None:
    for _ in range(2):
        await later[0].keep(CALL, INVITE)
        assert sorted(await asyncio.gather(*(each.resume(INVITE) for each in later * 2))) == [0, 0, 0, 1]
        assert await going_on() == [CALL]
        await clock.advance(1)


@pytest.mark.parametrize(("after_s", "goes_on"), [(KEPT_S, 1), (KEPT_S + 1, 0)])
async def test_it_waits_for_half_an_hour(later: list[Later], clock: DrivenClock, after_s: float, goes_on: int) -> None:
    kept_id = await later[0].keep(CALL, INVITE)
    await clock.advance(after_s, step_s=after_s)

    assert (await later[1].look(kept_id) is not None) == bool(goes_on)
    assert await later[1].resume(INVITE) == goes_on
    assert await later[1].resume(INVITE) == 0


async def test_a_form_waits_as_it_was_filled_in(later: list[Later], going_on: Any) -> None:
    await later[0].keep(FORM, signed_in("T1", "U1"))
    await later[1].resume(signed_in("T1", "U1"))

    assert await going_on() == [FORM]


async def test_the_same_wish_waits_once_with_its_newest_trigger_and_another_one_beside_it(
    later: list[Later], going_on: Any
) -> None:
    step = installed("Octo")
    await later[0].keep(CALL, step)
    newest = replace(CALL, id="1.2", response_url="https://hooks.slack.com/commands/2")
    await later[1].keep(newest, step)
    await later[0].keep(replace(CALL, channel_id="C2"), step)

    assert await later[0].resume(installed("octo")) == 2

    assert [(each.id, each.channel_id) for each in await going_on()] == [("1.2", "C1"), ("1.1", "C2")]


async def test_looking_at_it_leaves_it_there(later: list[Later]) -> None:
    kept_id = await later[0].keep(FORM, opened("T1", "U1"))

    assert [await each.look(kept_id) for each in (*later, later[0])] == [FORM, FORM, FORM]
    assert await later[0].look(KeptId("made up")) is None
