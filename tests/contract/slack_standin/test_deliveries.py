"""Envelopes: one socket each, three seconds to acknowledge, and what comes after. Source: slack.md §2-4."""

from typing import Any

import pytest

from infra.sandbox.slack.breakage import silence
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.people import slash
from infra.sandbox.slack.switches import Switches
from infra.sandbox.slack.workspace import rename
from infra.sandbox.slack.world import ephemerals, messages


def typed(slack: Any) -> Delivery:
    return slash(slack.world, "acme", "general", "mona", "help")


def happened(slack: Any, channel: str = "general") -> Delivery:
    delivery = rename(slack.world, "acme", slack.id(channel), "lobby")
    assert delivery is not None
    return delivery


async def test_a_command_goes_to_one_socket_and_is_acknowledged_there(slack: Any, connect: Any) -> None:
    peers = [await connect(slack) for _ in range(2)]

    deliveries = [typed(slack) for _ in range(2)]
    for peer in peers:
        frame = await peer.frame()
        assert (frame["type"], frame["accepts_response_payload"]) == ("slash_commands", True)
        await peer.acknowledge(frame)

    for delivery in deliveries:
        await delivery.finished()
        assert (delivery.acknowledged, delivery.shown, len(delivery.attempts)) == (True, None, 1)
    assert slack.world.complaints == []


async def test_sockets_may_be_chosen_at_random(start: Any, connect: Any) -> None:
    slack = await start(delivery="random")
    peers = [await connect(slack) for _ in range(2)]
    for _ in range(20):
        typed(slack)
    await slack.clock.advance(0)

    counts = {peer.hello["num_connections"]: 0 for peer in peers}
    for delivery in slack.world.line.deliveries:
        counts[delivery.attempts[0].socket] = counts.get(delivery.attempts[0].socket, 0) + 1

    used = sorted(count for count in counts.values() if count)
    assert len(used) == 2
    assert used != [10, 10]


async def test_the_answer_in_an_acknowledgement_is_shown(slack: Any, connect: Any) -> None:
    """slack.md §3: for a slash command the payload is a message, ephemeral unless in_channel."""
    peer = await connect(slack)
    for answer in ({"text": "psst"}, {"text": "loud", "response_type": "in_channel"}):
        delivery = typed(slack)
        await peer.acknowledge(await peer.frame(), answer)
        await delivery.finished()

    assert [m.text for m in ephemerals(slack.world, "acme", "general", "mona")] == ["psst"]
    (public,) = messages(slack.world, "acme", "general")
    assert (public.text, public.from_command) == ("loud", "/ghe help")


async def test_a_command_that_nobody_acknowledges_is_a_timeout_for_the_person(slack: Any, connect: Any) -> None:
    """slack.md §3: deadline 3 s, `operation_timeout`; a late acknowledgement changes nothing."""
    peer = await connect(slack)
    delivery = typed(slack)
    frame = await peer.frame()

    await slack.clock.advance(2.9)
    before = delivery.shown
    await slack.clock.advance(0.2)
    await peer.acknowledge(frame, {"text": "too late"})
    await slack.clock.advance(1)

    assert (before, delivery.shown) == (None, "operation_timeout")
    assert (delivery.late_acks, len(delivery.attempts)) == (1, 1)
    assert ephemerals(slack.world, "acme", "general", "mona") == []


async def test_a_command_while_no_socket_is_open(slack: Any) -> None:
    """slack.md §3: the person sees `dispatch_failed`."""
    delivery = typed(slack)
    await delivery.finished()

    assert (delivery.shown, delivery.acknowledged) == ("dispatch_failed", False)


@pytest.mark.parametrize("redelivered", [True, False])
async def test_an_unacknowledged_command_may_come_again(start: Any, connect: Any, *, redelivered: bool) -> None:
    """U4."""
    slack = await start(switches=Switches(commands_are_redelivered=redelivered))
    peer = await connect(slack)
    delivery = typed(slack)
    first = await peer.frame()

    await slack.clock.advance(4)

    assert len(delivery.attempts) == (2 if redelivered else 1)
    if redelivered:
        second = await peer.frame()
        assert second["envelope_id"] != first["envelope_id"]
        assert second["payload"] == first["payload"]
        await peer.acknowledge(second)
        await delivery.finished()


@pytest.mark.parametrize("waits_s", [(0, 60, 300), ()])
async def test_an_unacknowledged_event_is_tried_again_by_the_timetable(
    start: Any, connect: Any, waits_s: tuple[float, ...]
) -> None:
    """slack.md §3 and U3: at once, after one minute, after five."""
    slack = await start(switches=Switches(event_retries_s=waits_s))
    peer = await connect(slack)
    delivery = happened(slack)
    await slack.clock.advance(400, step_s=5)

    frames = [await peer.frame() for _ in delivery.attempts]

    expected = [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")][: len(waits_s) + 1]
    assert [(frame["retry_attempt"], frame["retry_reason"]) for frame in frames] == expected
    assert len({frame["envelope_id"] for frame in frames}) == len(frames)
    assert len({frame["payload"]["event_id"] for frame in frames}) == 1
    began = delivery.attempts[0].sent_at
    seconds = [round((attempt.sent_at - began).total_seconds()) for attempt in delivery.attempts]
    assert seconds == [0, 3, 66, 369][: len(frames)]
    assert delivery.settled.is_set()


async def test_retries_may_reuse_the_envelope_and_start_a_second_series(start: Any, connect: Any) -> None:
    """U3: the same envelope_id, and a second series with retry_attempt 0."""
    slack = await start(switches=Switches(retries_reuse_envelope=True, event_retries_s=(0,)))
    peer = await connect(slack)
    delivery = happened(slack)
    await slack.clock.advance(20)

    frames = [await peer.frame() for _ in range(4)]

    assert [frame["retry_attempt"] for frame in frames] == [0, 1, 0, 1]
    assert len({frame["envelope_id"] for frame in frames}) == 1
    assert not delivery.acknowledged


@pytest.mark.parametrize("accepted", [True, False])
async def test_an_acknowledgement_on_another_socket(start: Any, connect: Any, *, accepted: bool) -> None:
    """U2."""
    slack = await start(switches=Switches(acks_on_any_socket=accepted))
    first = await connect(slack)
    delivery = typed(slack)
    frame = await first.frame()
    second = await connect(slack)

    await second.acknowledge(frame)
    await slack.clock.advance(3)

    assert delivery.acknowledged is accepted
    assert delivery.shown == (None if accepted else "operation_timeout")


@pytest.mark.parametrize("outlive", [True, False])
async def test_an_event_while_no_socket_is_open(start: Any, connect: Any, *, outlive: bool) -> None:
    """U9."""
    slack = await start(switches=Switches(events_outlive_no_socket=outlive))
    delivery = happened(slack)
    await slack.clock.advance(1)
    peer = await connect(slack)
    await slack.clock.advance(60, step_s=5)

    if outlive:
        frame = await peer.frame()
        assert (frame["retry_attempt"], frame["retry_reason"]) == (2, "timeout")
        await peer.acknowledge(frame)
    await delivery.finished()

    assert delivery.acknowledged is outlive


async def test_what_is_sent_to_a_half_open_socket_is_tried_again_on_another(slack: Any, connect: Any) -> None:
    await connect(slack)
    silence(slack.world)
    peer = await connect(slack)
    deliveries = [happened(slack, name) for name in ("general", "dev")]

    await peer.acknowledge(await peer.frame())
    await slack.clock.advance(4)
    again = await peer.frame()
    await peer.acknowledge(again)
    for delivery in deliveries:
        await delivery.finished()

    assert again["retry_attempt"] == 1
    assert all(delivery.acknowledged for delivery in deliveries)


async def test_what_breaks_the_protocol_is_a_complaint(slack: Any, connect: Any) -> None:
    """slack.md §3: a payload only if `accepts_response_payload`."""
    peer = await connect(slack)
    delivery = happened(slack)
    await peer.acknowledge(await peer.frame(), {"text": "events take no answer"})
    await delivery.finished()
    for text in ("no json", "[]", '{"envelope_id":"unknown"}'):
        await peer.socket.send_str(text)
    await slack.clock.advance(1)

    assert [complaint.split(" ")[0:3] for complaint in slack.world.complaints] == [
        ["an", "acknowledgement", "of"],
        ["a", "frame", "is"],
        ["a", "frame", "is"],
        ["an", "acknowledgement", "names"],
    ]
