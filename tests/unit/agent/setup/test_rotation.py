"""Tokens that hold 12 hours: renewed in time, by one process, and never used before they are kept."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from agent.setup.renewal_texts import unrenewed
from agent.setup.rotation import AGAIN_S, AHEAD_S, CLAIM_S, Rotation
from agent.slack.form_calls import FormAnswer, Unanswered
from agent.store.installations import troubles
from agent.store.setup_tables import installations

HOURS_12 = 43200.0
Error = Callable[[str], FormAnswer]


@pytest.fixture
async def rotating(rig: Any) -> Any:
    """An installation whose token holds 12 hours, and whose refresh token is worth another pair."""
    rig.rotates("xoxe.xoxb-1", "xoxe-1-a")
    await rig.installs()
    await rig.subscribed()
    rig.rotates("xoxe.xoxb-2", "xoxe-1-b", code="xoxe-1-a")
    rig.looks.clear()
    return rig


async def later(rig: Any, seconds: float) -> None:
    await rig.clock.advance(seconds, step_s=seconds)


async def refreshes(rig: Any) -> list[str]:
    """The refresh tokens that were tried."""
    return [asked.fields["refresh_token"] for asked in rig.slack.asked_for("oauth.v2.access")[1:]]


async def test_a_token_is_renewed_before_it_ends_and_not_much_earlier(rotating: Any) -> None:
    await later(rotating, HOURS_12 - AHEAD_S - 1)
    await rotating.rotation.renew_due()
    early = await refreshes(rotating)

    await later(rotating, 2)
    await rotating.rotation.renew_due()
    await rotating.rotation.renew_due()

    found = await rotating.held()
    assert early == []
    assert await refreshes(rotating) == ["xoxe-1-a"]
    assert rotating.grounds.secrets.open(found.refresh) == "xoxe-1-b"
    assert found.token_ends_at == rotating.grounds.now() + HOURS_12
    assert rotating.grounds.workspaces["T1"].token == "xoxe.xoxb-2"
    assert rotating.looks == ["look", "woken"]


async def test_the_refresh_token_travels_in_the_body_with_the_client_in_the_header(rotating: Any) -> None:
    await later(rotating, HOURS_12)
    await rotating.rotation.renew_due()

    asked = rotating.slack.asked_for("oauth.v2.access")[-1]
    assert asked.fields == {"grant_type": "refresh_token", "refresh_token": "xoxe-1-a"}
    assert (asked.client, asked.token) == (("1.2", "client-secret"), "")


async def test_both_new_tokens_are_kept_before_the_first_is_used_however_long_that_takes(rotating: Any) -> None:
    await later(rotating, HOURS_12 - 60)
    call, used = rotating.slack.call, list[str]()

    async def then_away(method: str, *asked: Any, **more: Any) -> Any:
        rotating.store.away = 5
        return await call(method, *asked, **more)

    rotating.slack.call = then_away
    running = asyncio.create_task(rotating.rotation.renew_due())
    await rotating.until(lambda: rotating.store.away == 3)
    used.append(rotating.grounds.workspaces["T1"].token)
    await rotating.until(running.done)

    assert used == ["xoxe.xoxb-1"]
    assert rotating.store.away == 0
    assert rotating.grounds.workspaces["T1"].token == "xoxe.xoxb-2"
    assert rotating.grounds.secrets.open((await rotating.held()).token) == "xoxe.xoxb-2"


async def test_tokens_that_are_sealed_anew_while_slack_is_asked_are_replaced_all_the_same(rotating: Any) -> None:
    await later(rotating, HOURS_12 - 60)
    call = rotating.slack.call

    async def meanwhile(method: str, *asked: Any, **more: Any) -> Any:
        await rotating.seals_anew()
        return await call(method, *asked, **more)

    rotating.slack.call = meanwhile
    await rotating.rotation.renew_due()

    found = await rotating.held()
    assert rotating.grounds.secrets.open(found.refresh) == "xoxe-1-b"
    assert rotating.grounds.workspaces["T1"].token == "xoxe.xoxb-2"


async def test_of_two_processes_one_renews(rotating: Any) -> None:
    await later(rotating, HOURS_12)
    other = Rotation(rotating.grounds)

    await asyncio.gather(rotating.rotation.renew_due(), other.renew_due())

    assert await refreshes(rotating) == ["xoxe-1-a"]


async def test_a_token_that_slack_calls_expired_is_renewed_at_once(rotating: Any) -> None:
    running = asyncio.create_task(rotating.rotation.run())
    await later(rotating, 1)

    rotating.rotation.expired("T1")
    await rotating.until(lambda: rotating.grounds.workspaces["T1"].token == "xoxe.xoxb-2", step_s=0.01)
    running.cancel()

    assert await refreshes(rotating) == ["xoxe-1-a"]


async def test_one_that_another_process_has_renewed_is_only_read_again(rotating: Any) -> None:
    stale = dict(rotating.grounds.workspaces)
    await later(rotating, HOURS_12)
    await rotating.rotation.renew_due()
    rotating.grounds.workspaces.update(stale)

    rotating.rotation.expired("T1")
    await rotating.rotation.renew_due()

    assert await refreshes(rotating) == ["xoxe-1-a"]
    assert rotating.grounds.workspaces["T1"].token == "xoxe.xoxb-2"


async def test_a_lost_answer_is_tried_again_with_the_same_refresh_token(rotating: Any) -> None:
    await later(rotating, HOURS_12 - 60)
    rotating.slack.told("oauth.v2.access", Unanswered("connection_lost"))

    await rotating.rotation.renew_due()
    await rotating.rotation.renew_due()
    between = await refreshes(rotating)
    await later(rotating, CLAIM_S)
    await rotating.rotation.renew_due()

    assert between == ["xoxe-1-a"]
    assert await refreshes(rotating) == ["xoxe-1-a", "xoxe-1-a"]
    assert rotating.grounds.workspaces["T1"].token == "xoxe.xoxb-2"
    assert await rotating.store.read(troubles) == []


async def test_a_refusal_is_said_at_once_and_parks_when_the_token_has_ended(rotating: Any, error: Error) -> None:
    rotating.slack.told("oauth.v2.access", *[error("invalid_refresh_token")] * 2)
    await later(rotating, HOURS_12 - 100)
    await rotating.rotation.renew_due()
    said, before = await rotating.store.read(troubles), await rotating.parked()

    await later(rotating, AGAIN_S)
    await rotating.rotation.renew_due()
    after = await rotating.parked()
    await later(rotating, AGAIN_S)
    await rotating.rotation.renew_due()

    assert said == [("Name of T1", "invalid_refresh_token")]
    assert "install the Slack app there again, from /_slack/" in unrenewed(said)
    assert (before, after) == ({"T1": None}, {"T1": "token_expired"})
    assert await rotating.parked() == {"T1": None}
    assert await rotating.store.read(troubles) == []


async def test_a_wrong_client_secret_is_named(rotating: Any, error: Error) -> None:
    rotating.slack.told("oauth.v2.access", error("bad_client_secret"))
    await later(rotating, HOURS_12 - 100)

    await rotating.rotation.renew_due()

    assert unrenewed(await rotating.store.read(troubles)) == (
        "Slack doesn't renew the token of Name of T1 (bad_client_secret): check the Slack app's client id and secret."
    )


async def test_one_that_was_not_meant_to_end_and_did_is_parked_and_said(rig: Any) -> None:
    rig.granted()
    await rig.installs()
    await rig.subscribed()

    rig.rotation.expired("T1")
    await rig.rotation.renew_due()

    assert await rig.parked() == {"T1": "token_expired"}
    assert await rig.store.read(troubles) == [("Name of T1", "token_expired")]


async def test_a_key_that_is_gone_stops_nothing_else(rotating: Any) -> None:
    broken = update(installations).values(token=b"broken", refresh=b"broken", token_ends_at=1.0)
    await rotating.store.write(lambda connection: connection.execute(broken).rowcount)
    running = asyncio.create_task(rotating.rotation.run())

    await later(rotating, 1)

    assert not running.done()
    running.cancel()
