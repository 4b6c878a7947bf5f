"""Threads and drawings anew: where a reply goes, and which drawing of a message wins."""

from typing import Any

import pytest

from relay_lambda.carrying.ports import Thread
from shared.address import Address
from shared.outcome import Delivered, Refused, Retry
from shared.post import Role

UPDATE, POST = "chat.update", "chat.postMessage"
THREAD = Thread(agent_id="acme", address=Address(team_id="T1", channel_id="C1"), key="7/issue/1")


def a_parent(house: Any, id_: str = "p") -> str:
    """Said by this relay; its `ts`."""
    house.say(id_, Role.PARENT)
    house.run()
    house.pass_(10)
    return str(house.slack.messages[-1].ts)


def test_replies_follow_their_card_into_its_thread_merged_and_a_broadcast_stands_alone(house: Any) -> None:
    house.say("p", Role.PARENT)
    for number in range(3):
        house.say(f"r{number}", Role.REPLY)
    house.say("b", Role.BROADCAST)
    house.say("r3", Role.REPLY)

    house.run()

    parent, replies, broadcast, last = house.slack.messages
    assert [each.thread_ts for each in (replies, broadcast, last)] == [parent.ts] * 3
    assert (replies.text, broadcast.broadcast, last.text) == ("r0\nr1\nr2", True, "r3")


def test_a_reply_to_a_thread_that_nobody_knows_is_handed_back(house: Any) -> None:
    house.say("r", Role.REPLY)
    house.say("after")

    house.run()

    assert house.outcomes["r"] == [Retry(None, "thread_unknown")]
    assert house.letters == []
    assert house.slack.texts("C1") == ["after"]


@pytest.mark.parametrize(("known", "goes_to"), [("0000000001.000000", "ours"), ("9999999999.000000", "theirs")])
def test_of_two_threads_the_newer_one_is_replied_to(house: Any, known: str, goes_to: str) -> None:
    ts = a_parent(house)
    house.slack.messages.append(type(house.slack.messages[0])(
        ts=known, channel="C1", text="another card", thread_ts=None, broadcast=False, payload={}
    ))  # fmt: skip

    house.say("r", Role.REPLY, thread_ts=known)
    house.run()

    assert house.slack.messages[-1].thread_ts == (ts if goes_to == "ours" else known)


def test_a_thread_whose_card_is_gone_is_forgotten_and_the_agent_hears_of_it(house: Any) -> None:
    a_parent(house)
    house.slack.messages.clear()
    house.say("r1", Role.REPLY)
    house.run()
    assert house.outcomes["r1"] == [Refused("message_not_found")]

    house.say("r2", Role.REPLY)
    house.run()
    again = a_parent(house, "p2")
    house.say("r1", Role.REPLY)
    house.pass_(1)
    house.say("r1", Role.REPLY)
    house.run()

    assert house.outcomes["r2"] == [Retry(None, "thread_unknown")]
    assert house.slack.texts("C1", again) == ["r1"]
    assert house.letters == []


def test_of_several_drawings_the_newest_wins_and_all_are_reported(house: Any) -> None:
    ts = a_parent(house)
    for number in range(4):
        house.say(f"1/7/issue/1/{number}.0", Role.REWRITE, thread_ts=ts, text=f"drawing {number}")

    house.run()

    (message,) = house.slack.messages
    assert (message.text, message.edits) == ("drawing 3", 1)
    assert [found for id_, found in house.outcomes.items() if id_ != "p"] == [[Delivered(ts)]] * 4


def test_a_lost_drawing_is_sent_again_and_a_duplicate_isnt(house: Any) -> None:
    ts = a_parent(house)
    house.slack.faults.append("answer lost")
    house.say("1/7/issue/1/1.0", Role.REWRITE, thread_ts=ts, text="drawn")
    house.run()
    house.pass_(1)

    house.say("1/7/issue/1/1.0", Role.REWRITE, thread_ts=ts, text="drawn")
    house.run()

    assert house.slack.messages[0].edits == 2
    assert house.outcomes["1/7/issue/1/1.0"] == [Delivered(ts)] * 2


def test_a_drawing_whose_message_is_gone_is_refused_without_a_dead_letter(house: Any) -> None:
    ts = a_parent(house)
    house.slack.messages.clear()
    house.say("1/7/issue/1/1.0", Role.REWRITE, thread_ts=ts)

    house.run()

    assert house.outcomes["1/7/issue/1/1.0"] == [Refused("message_not_found")]
    assert house.given.threads.find(THREAD) is None
    assert house.letters == []


def test_a_limit_on_drawings_holds_up_no_post_and_binds_the_workspace(house: Any) -> None:
    ts = a_parent(house)
    house.slack.faults.append(30)
    house.say("1/7/issue/1/1.0", Role.REWRITE, thread_ts=ts, text="drawn")
    house.say("n1")
    house.say("2/7/issue/1/1.0", Role.REWRITE, channel="C2", thread_ts=ts)
    began = house.clock.monotonic()

    house.carry_once()
    house.run()

    assert house.slack.times(POST, "C1")[-1] == began
    first, second = house.slack.times(UPDATE, "C1")
    assert (first, second >= began + 30) == (began, True)
    assert min(house.slack.times(UPDATE, "C2")) >= began + 30
    assert house.slack.messages[0].text == "drawn"


def test_drawings_of_a_workspace_keep_to_fifty_a_minute(house: Any) -> None:
    ts = a_parent(house)
    for number in range(80):
        house.say(f"{number}/7/issue/1/1.0", Role.REWRITE, channel=f"C{number}", thread_ts=ts, thread_key=f"k{number}")
    began = house.clock.monotonic()

    house.run()

    times = sorted(at for at, method, _ in house.slack.calls if method == UPDATE)
    assert len(times) == 80
    assert max(sum(at <= each < at + 60 for each in times) for at in times) <= 50 + 5
    assert times[-1] - began < 120
