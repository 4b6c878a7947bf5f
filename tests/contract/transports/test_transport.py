"""What every `agent.outbox.transport.Transport` promises, answered at once or by receipt."""

from typing import Any

import pytest

from agent.outbox.transport import CannotLook, NotSeen, Seen, Sought
from infra.sandbox.slack.app import BOT_SCOPES
from infra.sandbox.slack.faults import AnswerLost, Down, Fault, Limited, RequestLost, Says
from shared.outcome import Delivered, Outcome, Refused, Retry, Unknown
from shared.post import Post, Role

POST = "chat.postMessage"


def sought(way: Any, post: Post, thread_ts: str | None = None) -> Sought:
    return Sought(id=post.id, address=way.address, thread_ts=thread_ts, posted_at=way.clock.now().timestamp())


async def test_what_is_delivered_is_the_message_by_that_name_and_says_what_it_carries(way: Any) -> None:
    post = way.post("n1", also=("n2", "n3"))

    outcome = await way.said(post)

    (message,) = way.messages
    assert outcome == Delivered(message.ts)
    assert (message.text, message.client_msg_id) == (post.message.text, post.client_msg_id)
    assert message.metadata["event_payload"] == {"id": "n1", "also": ["n2", "n3"], "delivery": "d-1"}


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Limited(retry_after_s=7), Retry(7.0, "ratelimited", rate_limited=True)),
        (Down(), Retry(None, "http_503")),
        (Says(error="service_unavailable"), Retry(None, "service_unavailable")),
        (Says(error="is_archived"), Refused("is_archived")),
        (Says(error="msg_too_long"), Refused("msg_too_long")),
        (Says(error="token_revoked"), Retry(None, "token_revoked")),  # auth.test knows better
        (Says(error="internal_error"), Unknown("internal_error")),
    ],
    ids=repr,
)
async def test_what_the_far_side_says_is_one_of_the_outcomes(way: Any, fault: Fault, outcome: Outcome) -> None:
    way.world.faults.add(fault, method=POST)

    assert await way.said(way.post()) == outcome

    assert way.messages == []


async def test_after_a_try_that_failed_the_same_post_goes_again_and_stands_there_once(way: Any) -> None:
    way.world.faults.add(Down(), method=POST)
    first = await way.said(way.post())
    await way.clock.advance(300, step_s=100)

    second = await way.said(way.post())

    (message,) = way.messages
    assert isinstance(first, Retry)
    assert second == Delivered(message.ts)


async def test_a_lost_answer_is_unknown_and_a_look_finds_what_arrived(at_once: Any) -> None:
    at_once.world.faults.add(AnswerLost(), method=POST)

    outcome = await at_once.said(at_once.post())

    (message,) = at_once.messages
    assert isinstance(outcome, Unknown)
    assert await at_once.transport.look(sought(at_once, at_once.post())) == Seen(message.ts)


async def test_a_lost_request_is_unknown_too_and_a_look_finds_nothing(at_once: Any) -> None:
    await at_once.said(at_once.post("other"))
    at_once.world.faults.add(RequestLost(), method=POST)

    outcome = await at_once.said(at_once.post())

    assert isinstance(outcome, Unknown)
    assert await at_once.transport.look(sought(at_once, at_once.post())) == NotSeen()


async def test_a_lost_reply_is_found_in_its_thread(at_once: Any) -> None:
    await at_once.said(at_once.post("p", Role.PARENT, thread_key="7/issue/1"))
    (parent,) = at_once.messages
    reply = at_once.post("r", Role.REPLY, thread_key="7/issue/1", ts=parent.ts)
    at_once.world.faults.add(AnswerLost(), method=POST)
    await at_once.said(reply)

    found = await at_once.transport.look(sought(at_once, reply, parent.ts))

    assert found == Seen(at_once.messages[1].ts)


async def test_where_looking_is_not_allowed_that_is_said(at_once: Any) -> None:
    at_once.world.teams[at_once.address.team_id].scopes = BOT_SCOPES - {
        f"{kind}:history" for kind in ("channels", "groups")
    }
    at_once.world.teams[at_once.address.team_id].scopes -= {"im:history", "mpim:history"}

    assert await at_once.transport.look(sought(at_once, at_once.post())) == CannotLook("missing_scope")


async def test_replies_stand_in_the_thread_of_their_card_and_broadcasts_in_the_channel_too(way: Any) -> None:
    await way.said(way.post("p", Role.PARENT, thread_key="7/issue/1"))
    (parent,) = way.messages

    await way.said(way.post("r", Role.REPLY, thread_key="7/issue/1", ts=parent.ts))
    await way.said(way.post("b", Role.BROADCAST, thread_key="7/issue/1", ts=parent.ts))

    _, reply, broadcast = way.messages
    assert (reply.thread_ts, broadcast.thread_ts) == (parent.ts, parent.ts)
    assert (reply.broadcast, broadcast.broadcast) == (False, True)


async def test_a_rewrite_changes_the_message_and_leaves_its_name(way: Any) -> None:
    await way.said(way.post("p", Role.PARENT, thread_key="7/issue/1"))
    (parent,) = way.messages

    for name in ("1/7/issue/1/90.0", "1/7/issue/1/180.0"):
        rewrite = way.post(name, Role.REWRITE, text=f"drawn {name}", thread_key="7/issue/1", ts=parent.ts)
        assert await way.said(rewrite) == Delivered(parent.ts)

    (message,) = way.messages
    assert message.text == "drawn 1/7/issue/1/180.0"
    assert message.thread_ts is None


async def test_a_rewrite_of_a_message_that_is_gone_is_refused(way: Any) -> None:
    await way.said(way.post("p", Role.PARENT, thread_key="7/issue/1"))
    (parent,) = way.messages
    way.delete(parent)

    rewrite = way.post("1/7/issue/1/90.0", Role.REWRITE, thread_key="7/issue/1", ts=parent.ts)

    assert await way.said(rewrite) == Refused("message_not_found")
