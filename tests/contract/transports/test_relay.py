"""What the relay's transport does beside what all transports promise: dispatches, and every answer to them."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from shared.address import Address
from shared.dispatch import MOST_BYTES
from shared.outcome import Accepted, Refused, Retry, Unknown
from shared.post import Post, Role
from shared.receipt import Receipt

DEAD = "http://127.0.0.1:9"


def of_channel(way: Any, number: int, id_: str, **fields: Any) -> Post:
    post: Post = way.post(id_, address=Address(team_id=way.address.team_id, channel_id=f"C{number}"), **fields)
    return post


def statements(body: str) -> list[dict[str, Any]]:
    return [json.loads(each["text"]) for each in json.loads(body)["statements"]]


def dispatched(way: Any) -> list[list[str]]:
    """The notifications of every dispatch that was taken."""
    return [[each["id"] for each in statements(body)] for body in way.front.switches.bodies]


async def test_what_is_said_at_one_time_goes_in_one_dispatch_with_each_card_once(by_relay: Any) -> None:
    posts = [of_channel(by_relay, number, f"n{number}") for number in range(30)]

    outcomes = await by_relay.all_sent(*posts)

    assert set(outcomes) == {Accepted()}
    assert dispatched(by_relay) == [[f"n{number}" for number in range(30)]]
    assert len(json.loads(by_relay.front.switches.bodies[0])["cards"]) == 1


async def test_of_one_channel_ten_go_at_a_time_in_order_and_of_all_a_hundred(by_relay: Any) -> None:
    busy = [of_channel(by_relay, 0, f"b{number}") for number in range(25)]
    others = [of_channel(by_relay, 1 + number, f"o{number}") for number in range(120)]

    await by_relay.all_sent(*busy, *others)

    sent = dispatched(by_relay)
    assert max(len(each) for each in sent) == 100
    assert max(sum(id_[0] == "b" for id_ in each) for each in sent) == 10
    assert [id_ for each in sent for id_ in each if id_[0] == "b"] == [f"b{number}" for number in range(25)]
    assert Counter(id_ for each in sent for id_ in each).most_common(1)[0][1] == 1


async def test_a_merged_post_travels_as_its_members_one_behind_the_other(by_relay: Any) -> None:
    await by_relay.all_sent(by_relay.post("n1", also=("n2", "n3")), by_relay.post("n4"))

    assert dispatched(by_relay) == [["n1", "n2", "n3", "n4"]]


async def test_dispatches_are_no_larger_than_they_may_be(by_relay: Any) -> None:
    posts = [of_channel(by_relay, number, f"n{number}", text=f'{number} " ü' * 4000) for number in range(12)]

    await by_relay.all_sent(*posts)

    sizes = [len(body) for body in by_relay.front.switches.bodies]
    assert len(sizes) > 1
    assert max(sizes) <= MOST_BYTES


async def test_a_lost_answer_is_asked_for_again_under_the_same_id_and_said_once(by_relay: Any) -> None:
    by_relay.front.switches.lost = 1

    outcome = await by_relay.sent(by_relay.post())
    await by_relay.front.relay.carry()

    (_, first), (_, again) = by_relay.front.switches.ids
    assert (outcome, first) == (Accepted(), again)
    assert len(by_relay.messages) == 1


async def test_where_no_answer_comes_it_is_unknown_and_sending_it_again_says_it_once(by_relay: Any) -> None:
    by_relay.front.switches.lost = 1000
    first = await by_relay.sent(by_relay.post())
    by_relay.front.switches.lost = 0
    await by_relay.clock.advance(60)

    second = await by_relay.sent(by_relay.post())
    await by_relay.front.relay.carry()

    assert isinstance(first, Unknown)
    assert second == Accepted()
    assert len({id_ for _, id_ in by_relay.front.switches.ids}) == 2
    assert len(by_relay.messages) == 1


async def test_what_is_sent_again_after_it_was_said_is_reported_once_more_under_another_dispatch(by_relay: Any) -> None:
    first = await by_relay.said(by_relay.post())
    await by_relay.clock.advance(900, step_s=300)

    again = await by_relay.said(by_relay.post())

    (_, one), (_, other) = by_relay.front.switches.ids
    assert first == again
    assert one != other
    assert len(by_relay.messages) == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (429, Retry(1.0, "relay_429")),
        (401, Retry(None, "relay_401")),
        (404, Retry(None, "relay_404")),
        (302, Retry(None, "relay_302")),
        (400, Refused("relay_400")),
        (413, Refused("relay_413")),
        (403, Retry(5.0, "relay_403")),
    ],
)
async def test_an_answer_that_refuses_a_single_post_leaves_nothing_behind(
    by_relay: Any, status: int, outcome: Any
) -> None:
    by_relay.front.switches.statuses.append(status)

    assert await by_relay.sent(by_relay.post()) == outcome

    assert by_relay.front.relay.queue == []
    assert await by_relay.sent(by_relay.post()) == Accepted()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_relay_in_trouble_is_asked_again_and_then_nobody_can_tell(by_relay: Any, status: int) -> None:
    by_relay.front.switches.statuses.extend([status] * 2)
    recovered = await by_relay.sent(by_relay.post("n1"))
    by_relay.front.switches.statuses.extend([status] * 1000)

    outcome = await by_relay.sent(by_relay.post("n2"))

    assert (recovered, outcome) == (Accepted(), Unknown(f"relay_{status}"))


async def test_of_a_refusal_after_a_lost_answer_nobody_can_tell_either(by_relay: Any) -> None:
    by_relay.front.switches.statuses.extend([503, 401])

    assert await by_relay.sent(by_relay.post()) == Unknown("relay_503")


@pytest.mark.parametrize("status", [413, 400])
async def test_a_dispatch_that_is_refused_as_a_whole_is_halved_until_the_one_at_fault_stands_alone(
    by_relay: Any, status: int
) -> None:
    by_relay.front.switches.statuses.extend([status, status, status])

    outcomes = await by_relay.all_sent(*(of_channel(by_relay, number, f"n{number}") for number in range(4)))

    assert outcomes == [Refused(f"relay_{status}"), *[Accepted()] * 3]


async def test_a_workspace_that_the_relay_does_not_know_holds_up_no_other(by_relay: Any) -> None:
    stranger = by_relay.post("x", address=Address(team_id="T404", channel_id="C1"))

    outcomes = await by_relay.all_sent(by_relay.post("n1"), stranger, of_channel(by_relay, 2, "n2"))

    assert outcomes == [Accepted(), Retry(5.0, "relay_403: workspace_not_registered"), Accepted()]
    assert by_relay.unregistered == ["T404"]


async def test_an_id_that_the_relay_knows_otherwise_is_given_up_for_another(by_relay: Any) -> None:
    by_relay.front.switches.statuses.append(409)

    assert await by_relay.sent(by_relay.post()) == Accepted()

    assert dispatched(by_relay) == [["n1"]]


async def test_a_relay_that_cannot_be_reached_is_left_alone_for_a_while(by_relay: Any) -> None:
    url, by_relay.client._url = by_relay.client._url, DEAD
    first = await by_relay.sent(by_relay.post())
    by_relay.client._url = url

    early = await by_relay.sent(by_relay.post())
    down_since = by_relay.client.health.down_since
    await by_relay.clock.advance(2)
    late = await by_relay.sent(by_relay.post())

    assert first == Retry(None, "unreachable")
    assert 0.5 <= early.after_s <= 1.0
    assert down_since is not None
    assert (late, by_relay.client.health.down_since) == (Accepted(), None)


@pytest.mark.parametrize(("ahead_s", "side"), [(412, "behind"), (-412, "ahead of")])
async def test_a_wrong_clock_is_told_by_the_relays_own(by_relay: Any, ahead_s: int, side: str) -> None:
    by_relay.front.switches.clock_ahead_s = ahead_s

    outcome = await by_relay.sent(by_relay.post())

    health = by_relay.client.health
    assert outcome == Retry(None, "relay_401")
    assert health.clock_says.startswith(f"Your clock is {412} s {side} the relay's")
    assert health.refused == health.clock_says


async def test_a_member_that_may_not_be_shown_any_more_is_withdrawn_and_the_rest_is_said(by_relay: Any) -> None:
    post = by_relay.post("n1", also=("n2", "n3"))
    kept = replace(post, cards={id_: card for id_, card in post.cards.items() if id_ != "n2"})

    await by_relay.sent(kept)
    receipts = await by_relay.front.relay.carry()

    (message,) = by_relay.messages
    assert message.text == "hello\nhello"
    assert Receipt(id="n2", outcome=Refused("withdrawn")) in receipts
    assert [type(each.outcome).__name__ for each in receipts] == ["Delivered", "Refused", "Delivered"]


async def test_a_reply_to_a_card_whose_receipt_is_not_there_yet_finds_its_thread(by_relay: Any) -> None:
    await by_relay.all_sent(by_relay.post("p", Role.PARENT, thread_key="7/issue/1"))
    await by_relay.all_sent(by_relay.post("r", Role.REPLY, thread_key="7/issue/1"))

    await by_relay.front.relay.carry()

    parent, reply = by_relay.messages
    assert reply.thread_ts == parent.ts
