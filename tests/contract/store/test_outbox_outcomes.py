"""Where each of the five outcomes ends, on both stores, through the real worker."""

from collections.abc import Callable
from typing import Any

import pytest

from agent.outbox.transport import CannotLook
from agent.store.outbox_parking import free_address, free_workspace, requeue
from agent.store.tables import addresses, notifications, workspaces
from shared.outcome import Accepted, Refused, Retry, Unknown
from shared.post import Role


async def test_delivered_settles_and_keeps_the_ts_so_that_what_follows_goes_to_that_message(agent: Any) -> None:
    await agent.issue("opened")

    await agent.work()
    (delivered,) = await agent.rows(notifications)
    await agent.comment("me too")
    await agent.work_for(12)

    parent, reply, rewrite = agent.slack.attempts
    assert (delivered.state, delivered.ts, delivered.reason) == ("delivered", "1.0", None)
    assert delivered.settled_at == agent.clock.now().timestamp() - 12
    assert (parent.role, reply.role, rewrite.role) == (Role.PARENT, Role.REPLY, Role.REWRITE)
    assert (parent.ts, reply.ts, rewrite.ts) == (None, "1.0", "1.0")


async def test_accepted_waits_a_quarter_of_an_hour_for_its_receipt_before_it_is_sent_again(agent: Any) -> None:
    agent.slack.answers(Accepted())
    await agent.issue("opened")

    await agent.work_for(3)
    await agent.pass_(895)
    await agent.work()
    (row,) = await agent.rows(notifications)
    before = len(agent.slack.attempts)
    await agent.pass_(3)
    await agent.work()

    assert (row.state, row.settled_at, before) == ("accepted", None, 1)
    first, second = agent.slack.attempts
    assert first.client_msg_id == second.client_msg_id


async def test_retry_is_due_again_when_the_far_side_said_and_the_same_post_goes(agent: Any) -> None:
    agent.slack.answers(Retry(30.0, "service_unavailable"))
    await agent.issue("opened")
    await agent.work()
    (waiting,) = await agent.rows(notifications)

    await agent.pass_(29.5)
    await agent.work()
    before = len(agent.slack.attempts)
    await agent.pass_(1)
    await agent.work()

    first, second = agent.slack.attempts
    assert (waiting.state, waiting.reason, waiting.attempts) == ("queued", "service_unavailable", 1)
    assert before == 1
    assert first.client_msg_id == second.client_msg_id
    assert await agent.states() == ["delivered"]


async def test_retry_without_a_time_waits_a_random_share_of_what_doubles_up_to_a_minute(agent: Any) -> None:
    agent.slack.answer = lambda _post: Retry(None, "503")
    await agent.issue("opened")
    waits = []

    for _ in range(9):
        await agent.work()
        (row,) = await agent.rows(notifications)
        waits.append(row.due_at - agent.clock.now().timestamp())
        await agent.pass_(waits[-1] + 0.01)

    assert all(0.5 <= wait <= 0.5 + min(60, 2 * 2**n) for n, wait in enumerate(waits))
    assert max(waits) > 2.5
    assert (await agent.rows(notifications))[0].attempts == 9


async def test_a_rate_limit_holds_up_the_method_in_the_whole_workspace_and_nowhere_else(agent: Any) -> None:
    await agent.subscribe("C2")
    await agent.subscribe("C3", "T2")
    agent.slack.answer = lambda post: (
        Retry(30.0, "ratelimited", rate_limited=True) if post.address.channel_id == "C1" else None
    )
    await agent.push("one")
    await agent.work()
    agent.slack.answer = lambda _post: None
    agent.slack.attempts.clear()

    await agent.push("two")
    await agent.work_for(29)
    during = {post.address.channel_id for post in agent.slack.attempts}
    await agent.work_for(2)

    assert during == {"C3"}
    assert await agent.states() == ["delivered"] * 6
    assert {row.attempts for row in await agent.rows(notifications)} == {0}


@pytest.mark.parametrize("reason", ["not_in_channel", "is_archived", "restricted_action_read_only_channel"])
async def test_a_refusal_of_the_address_parks_it_after_one_probe_and_keeps_all_that_waits(
    agent: Any, reason: str
) -> None:
    await agent.subscribe("C2")
    agent.slack.answer = lambda post: Refused(reason) if post.address.channel_id == "C1" else None
    for number in range(5):
        await agent.issue("opened", number)

    await agent.work_for(10)
    parked = await agent.address()
    probes = [post for post in agent.slack.attempts if post.address.channel_id == "C1"]
    agent.slack.answer = lambda _post: None
    freed = await agent.store.write(lambda c: free_address(c, "T1", "C1", agent.clock.now().timestamp()))
    await agent.work_for(5)

    assert (parked.parked_reason, len(probes), freed) == (reason, 1, True)
    assert await agent.states() == ["delivered"] * 10
    assert len(agent.slack.messages) == 10


async def test_a_refusal_of_the_workspace_parks_all_its_addresses_until_it_is_well_again(agent: Any) -> None:
    await agent.subscribe("C2")
    await agent.subscribe("C3", "T2")
    await agent.store.write(lambda c: c.execute(workspaces.insert().values(**_workspace("T1"))).rowcount)
    agent.slack.answer = lambda post: Refused("token_revoked") if post.address.team_id == "T1" else None

    await agent.push("one")
    await agent.work_for(3)
    reasons = {row.channel_id: row.parked_reason for row in await agent.rows(addresses)}
    agent.slack.answer = lambda _post: None
    await agent.store.write(lambda c: free_workspace(c, "T1", agent.clock.now().timestamp()))
    await agent.work()

    assert reasons == {"C1": "token_revoked", "C2": "token_revoked", "C3": None}
    assert await agent.states() == ["delivered"] * 3


async def test_a_refusal_of_the_message_parks_it_with_its_reason_and_the_channel_goes_on(agent: Any) -> None:
    agent.slack.answers(Refused("msg_too_long"))
    await agent.issue("opened", 1)
    await agent.issue("opened", 2)

    await agent.work()
    rows = await agent.rows(notifications)

    assert [(row.state, row.reason) for row in rows] == [("parked", "msg_too_long"), ("delivered", None)]
    assert (await agent.address()).parked_reason is None


async def test_what_is_parked_goes_again_when_its_event_is_delivered_again_and_then_counts_as_settled(
    agent: Any,
) -> None:
    agent.slack.answers(Refused("msg_too_long"))
    incoming = agent.pushed("one")
    await agent.record(incoming)
    await agent.work()
    parked = await agent.states()

    again = await agent.record(incoming)
    await agent.work()
    freed = await agent.store.write(lambda c: requeue(c, ["d-1"], agent.clock.now().timestamp()))

    assert (parked, again.duplicate, freed) == (["parked"], True, 0)
    assert await agent.states() == ["delivered"]
    assert len(agent.slack.messages) == 1


async def test_a_set_that_was_parked_goes_again_whole_whichever_of_its_events_is_delivered_again(agent: Any) -> None:
    agent.slack.answers(Refused("msg_too_long"))
    incoming = [agent.pushed(f"push {n}") for n in range(3)]
    for each in incoming:
        await agent.record(each)
    await agent.work()

    await agent.record(incoming[1])
    await agent.work()

    assert await agent.states() == ["delivered"] * 3
    first, second = agent.slack.attempts
    assert first.members == second.members


async def test_a_reply_whose_parent_is_gone_gets_a_new_one_and_follows_it(agent: Any) -> None:
    await agent.issue("opened")
    await agent.work()
    agent.slack.answers(Refused("message_not_found"))

    await agent.comment("me too")
    await agent.work_for(3)

    assert [(post.role, post.ts) for post in agent.slack.attempts[1:4]] == [
        (Role.REPLY, "1.0"),
        (Role.PARENT, None),
        (Role.REPLY, "2.0"),
    ]
    assert (await agent.thread()).ts == "2.0"


async def test_unknown_that_arrived_is_found_by_the_first_look_and_not_posted_again(agent: Any) -> None:
    agent.slack.answers(Unknown("timeout"))
    agent.slack.keeps_unknown = True
    await agent.issue("opened")
    await agent.work()
    unknown = await agent.states()

    await agent.pass_(9.5)
    await agent.work()
    early = len(agent.slack.looks)
    await agent.pass_(1)
    await agent.work()

    assert (unknown, early) == (["unknown"], 0)
    assert len(agent.slack.attempts) == len(agent.slack.looks) == 1
    assert await agent.states() == ["delivered"]
    assert (await agent.thread()).ts == "1.0"


async def test_unknown_that_never_arrived_is_looked_for_twice_and_then_posted_as_the_same(agent: Any) -> None:
    agent.slack.answers(Unknown("timeout"))
    await agent.issue("opened")
    attempts = []

    for _ in range(3):
        await agent.work()
        attempts.append((len(agent.slack.looks), len(agent.slack.attempts)))
        await agent.pass_(10.1)
    await agent.work()

    first, second = agent.slack.attempts
    assert attempts == [(0, 1), (1, 1), (2, 2)]
    assert first.client_msg_id == second.client_msg_id
    assert await agent.states() == ["delivered"]


async def test_nothing_overtakes_a_post_whose_fate_is_unknown(agent: Any) -> None:
    agent.slack.answers(Unknown("timeout"))
    await agent.issue("opened", 1)
    await agent.work()

    await agent.issue("opened", 2)
    await agent.work_for(19)
    during = len(agent.slack.messages)
    await agent.work_for(4)

    assert during == 0
    assert [post.thread_key for post in agent.slack.messages.values()] == ["7/issue/1", "7/issue/2"]


async def test_where_nobody_can_look_park_keeps_it_until_somebody_decides(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    parking = make_agent(agent, unknown="park")
    parking.slack.answers(Unknown("timeout"))
    parking.slack.look_answer = CannotLook("missing_scope")
    await parking.issue("opened", 1)
    await parking.issue("opened", 2)

    await parking.work_for(12)
    (parked, other) = await parking.rows(notifications)

    assert (parked.state, other.state) == ("parked", "delivered")
    assert "missing_scope" in parked.reason
    assert len(parking.slack.attempts) == 2


async def test_where_nobody_can_look_resend_posts_it_again_and_says_so(agent: Any) -> None:
    agent.slack.answers(Unknown("timeout"))
    agent.slack.look_answer = CannotLook("missing_scope")
    await agent.issue("opened")

    await agent.work_for(11)
    (row,) = await agent.rows(notifications)

    assert (row.state, row.reason) == ("delivered", "may appear twice")
    assert len(agent.slack.attempts) == 2
    assert agent.metrics.registry.get_sample_value("ghe_slack_maybe_twice_total") == 1


def _workspace(team_id: str) -> dict[str, Any]:
    fixed = {"name": "", "domain": "", "bot_user_id": "U0", "installation_id": "T1", "data_class": "full"}
    return {"team_id": team_id, "transport": "direct", "installed_at": 0.0, **fixed}
