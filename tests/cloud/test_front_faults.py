"""What goes wrong between an agent and `front`, over real HTTP: clocks that differ, and answers that never arrive."""

from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest

from agent.clock import SystemClock
from infra.sandbox.relay.caller import Caller
from shared.relay_requests import DISPATCH, RECEIPTS
from shared.signing import TOLERANCE_S
from tests.cloud.conftest import Rig, until

pytestmark = pytest.mark.cloud

ASKED = {"after": "", "limit": 500}
SPARE_S = 30
"""Of the five minutes: so long a slow machine may take. To the second it is in tests/integration/relay/front."""


async def test_a_clock_may_be_five_minutes_off_and_every_answer_has_the_time_to_compare(rig: Rig) -> None:
    caller = Caller("skewed", "k1", rig.caller.audience, SystemClock())
    rig.cloud.enter(replace(caller.key, not_before=0))
    found = []

    for off_s in (SPARE_S - TOLERANCE_S, TOLERANCE_S - SPARE_S, -TOLERANCE_S - SPARE_S, TOLERANCE_S + SPARE_S):
        before = caller.now
        async with rig.sent(RECEIPTS, ASKED, caller, at=caller.now + off_s) as answer:
            told = parsedate_to_datetime(answer.headers["date"]).timestamp()
            found.append((answer.status, await answer.text() == ""))
        assert before <= told <= caller.now

    assert found == [(200, False), (200, False), (401, True), (401, True)]


async def test_a_dispatch_whose_answer_was_lost_is_taken_once_and_said_once(rig: Rig) -> None:
    """Signed anew under its id, and answered by another process than the one that took it."""
    fields = rig.said(["once"])
    signed_at, caller = rig.caller.now, rig.caller
    async with rig.sent(DISPATCH, fields, caller, id_="msg_lost", at=signed_at):
        pass  # nobody reads the answer
    await rig.cloud.front.kill()

    async with rig.sent(DISPATCH, fields, caller, id_="msg_lost", at=signed_at + 1) as answer:
        again = answer.status, await answer.json()
    other = await rig.ask(DISPATCH, rig.said(["something else"]), id_="msg_lost")
    queued = rig.queued()
    async with rig.cloud.polling():
        await until(lambda: rig.texts() and rig.queued() == 0)

    assert again == (202, {"accepted": 1, "duplicate": True})
    assert (other[0], queued) == (409, 1)
    assert (rig.texts(), len(rig.asked_at())) == (["once"], 1)


async def test_receipts_that_were_lost_are_fetched_again_and_what_is_dispatched_again_has_a_new_one(rig: Rig) -> None:
    await rig.dispatch(["said"])
    signed_at = rig.caller.now
    async with rig.cloud.polling():
        (first,) = await rig.receipts(1)
        _, lost = await rig.ask(RECEIPTS, ASKED)
        _, fetched = await rig.ask(RECEIPTS, ASKED)
        await until(lambda: rig.caller.now > signed_at)
        await rig.dispatch(["said"])
        _, new = await rig.receipts(2)
    _, behind = await rig.ask(RECEIPTS, ASKED | {"after": fetched["cursor"]})

    assert lost == fetched
    assert (first["outcome"], first["ts"], new) == ("delivered", rig.posts()[0].ts, first)
    assert behind["receipts"] == [new]
    assert rig.texts() == ["said"]
    assert len(rig.asked_at()) == 1
