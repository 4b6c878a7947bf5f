from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.people.ports import Member, MemberKind
from agent.slash.reply import Button, Reply, Visible, to_channel

pytestmark = pytest.mark.usefixtures("connected")
Say = Callable[..., Awaitable[Reply]]
Press = Callable[..., Awaitable[Reply | None]]

SHOP = "<https://ghe.example.com/octo/shop|octo/shop>"


async def listed(say: Say) -> str:
    return (await say("subscribe list features")).text.partition("\n")[2]


async def test_undo_takes_back_a_new_subscription(say: Say, press: Press) -> None:
    subscribed = await say("subscribe octo/shop")

    reply = await press(subscribed)

    assert reply is not None
    assert reply.visible is Visible.CHANNEL
    assert reply.text == f"<@U2> undid it: this channel is no longer subscribed to {SHOP}."
    assert await listed(say) == ""


@pytest.mark.parametrize(
    "command", ["subscribe octo/shop issues", "unsubscribe octo/shop", "unsubscribe octo/shop releases"]
)
async def test_undo_brings_back_what_was(say: Say, press: Press, command: str) -> None:
    await say("subscribe octo/shop pulls releases +label:bug")
    before = await listed(say)
    changed = await say(command)

    reply = await press(changed)

    assert reply is not None
    assert reply.text.startswith(
        f"<@U2> undid it: this channel's subscription to {SHOP} is as before. What will arrive:\n• *pulls*"
    )
    assert await listed(say) == before


async def test_a_second_click_says_that_it_was_undone_already(say: Say, press: Press) -> None:
    subscribed = await say("subscribe octo/shop")
    await press(subscribed)

    reply = await press(subscribed)

    assert reply is not None
    assert (reply.visible, reply.text) == (Visible.PERSON, "It was undone already.")


async def test_what_was_changed_since_is_not_undone(say: Say, press: Press) -> None:
    subscribed = await say("subscribe octo/shop issues")
    await say("subscribe octo/shop +pulls")

    reply = await press(subscribed)

    assert reply is not None
    assert (reply.visible, reply.text) == (
        Visible.PERSON,
        "The subscription was changed since, so nothing was undone. Change it with a new command.",
    )
    assert await listed(say) == f"• {SHOP} `issues` `pulls`"


@pytest.mark.parametrize(("where", "value"), [("C2", "1"), ("C1", "99")])
async def test_an_undo_of_another_channel_or_of_nothing_is_refused(
    say: Say, press: Press, where: str, value: str
) -> None:
    await say("subscribe octo/shop")

    reply = await press(to_channel(buttons=(Button(text="Undo", action_id="undo", value=value),)), channel=where)

    assert reply is not None
    assert (reply.visible, reply.text) == (
        Visible.PERSON,
        "It can't be undone any more. Change the subscription with a new command.",
    )
    assert await listed(say) != ""


async def test_a_guest_undoes_nothing(say: Say, press: Press, members: Any, subscriptions: Any) -> None:
    answer = await say("subscribe octo/next.js")
    members.named["U2"] = Member(kind=MemberKind.GUEST, name="Gus")

    undone = await press(answer)

    assert undone is not None
    assert "Guests" in undone.text
    assert len(subscriptions.rows) == 1
