"""*Take back*: an administrator's yes for a private repository in a shared channel isn't for ever."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.slash.click import Click
from agent.slash.dispatch import answer_to
from agent.slash.ports import Channel, Ports
from agent.slash.reply import Reply
from agent.sponsors.notices import ALLOW, REFUSE
from agent.sponsors.ports import Answer
from shared.address import Address

HERE, VALUE = Address(team_id="T1", channel_id="C1"), "C1 repo 44 octo/vault"
LINK = "<https://ghe.example.com/octo/vault|octo/vault>"

Clicked = Callable[..., Awaitable[Reply]]


@pytest.fixture
async def clicked(
    ports: Ports, sponsoring: Any, linked: Callable[..., Any], actors: Any, channels: Any, channel: Any
) -> Clicked:
    """What a button in the direct messages of U7 and U8, the administrators, or of U2 leads to."""
    sponsoring.admins = ["U7", "U8"]
    channels.known["C1"] = channel(shared=True)
    for user in ("U2", "U7", "U8"):
        linked(user, "mona")
        (await actors.of("T1", user)).answers["GET /user"] = {"login": "mona"}

    async def made(action_id: str, user: str = "U7") -> Reply:
        click = Click(
            id="5.6",
            action_id=action_id,
            value=VALUE,
            team_id="T1",
            channel_id="D1",
            user_id=user,
            response_url="https://hooks.slack.com/actions/1",
        )
        reply = await answer_to(click, ports)
        assert isinstance(reply, Reply)
        return reply

    return made


async def test_a_yes_has_a_button_that_takes_it_back(clicked: Clicked, sponsoring: Any) -> None:
    allowed = await clicked(ALLOW)
    [button] = allowed.buttons

    taken = await clicked(button.action_id)

    assert (button.text, button.value, button.style) == ("Take back", VALUE, "danger")
    assert taken.text.startswith(
        f"You took back that {LINK} is allowed in <#C1>: nothing of it arrives there any more."
    )
    assert (taken.replaces, taken.buttons) == (True, ())
    assert sponsoring.said == {}


async def test_another_administrator_takes_it_back_too_and_a_second_one_hears_that_it_is_done(
    clicked: Clicked,
) -> None:
    await clicked(ALLOW)
    [button] = (await clicked(REFUSE, "U8")).buttons

    replies = [await clicked(button.action_id, "U8"), await clicked(button.action_id, "U7")]

    assert [each.text.startswith("You took back") for each in replies] == [True, False]
    assert replies[1].text == f"{LINK} isn't allowed in <#C1> any more: somebody took it back before you."


async def test_a_no_has_no_such_button(clicked: Clicked) -> None:
    refused = await clicked(REFUSE)

    assert refused.buttons == ()


async def test_nobody_else_takes_it_back_and_that_is_written_down(
    clicked: Clicked, sponsoring: Any, audit: Any
) -> None:
    await clicked(ALLOW)

    refused = await clicked("take_back", "U2")

    assert refused.text.startswith("Only administrators of this app can answer that.")
    assert sponsoring.said == {(HERE, 44): Answer.YES}
    assert [(each.action, each.outcome) for each in audit.entries] == [
        ("take back", "refused: not an administrator"),
    ]


async def test_where_the_channel_is_not_shared_any_more_what_is_subscribed_goes_on(
    clicked: Clicked, channels: Any, channel: Callable[..., Channel]
) -> None:
    await clicked(ALLOW)
    channels.known["C1"] = channel()

    taken = await clicked("take_back")

    assert "isn't shared with another organisation at the moment, so what is subscribed there goes on" in taken.text
