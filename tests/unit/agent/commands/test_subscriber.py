"""Who may change what a channel is subscribed to: people who are connected, and everybody where nobody can connect."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.ghes.answers import Unreachable
from agent.ghes.repositories import NotFound
from agent.people.ports import Member, MemberKind, NotLinked, NotSetUp
from agent.slash.later import signed_in
from agent.slash.reply import Button, Reply, Visible, to_channel

Say = Callable[..., Awaitable[Reply]]
Press = Callable[..., Awaitable[Reply | None]]

FIRST = (
    "Your GitHub Enterprise account isn't connected with Slack yet. Once it is, what you asked for goes on by itself."
)


@pytest.fixture
def nobody_signs_in(actors: Any) -> None:
    """The GitHub App has no client id and secret."""
    actors.instead = NotSetUp()


@pytest.mark.parametrize("command", ["subscribe octo/shop", "subscribe octo", "unsubscribe octo/shop", "unsubscribe *"])
async def test_who_is_not_connected_is_offered_to_and_the_command_waits(
    say: Say, later: Any, subscriptions: Any, command: str
) -> None:
    reply = await say(command)

    assert (reply.visible, reply.paragraphs[0]) == (Visible.PERSON, FIRST)
    assert [button.text for button in reply.buttons] == ["Connect GitHub account", "Enter code"]
    [(kept, step)] = later.kept
    assert (kept.text, step) == (command, signed_in("T1", "U1"))
    assert subscriptions.rows == {}


async def test_the_offer_tells_nothing_of_what_was_named(say: Say, repositories: Any) -> None:
    said = [await say(f"subscribe {name}") for name in ("octo/shop", "octo/vault", "octo/nothing", "nobody/at-all")]
    repositories.repositories["octo/vault"] = NotFound(owner="Octo", name="vault")
    said.append(await say("subscribe octo/vault"))

    assert said == [said[0]] * 5


@pytest.mark.parametrize("command", ["subscribe octo/shop commits:", "unsubscribe", "subscribe octo/shop isues"])
async def test_what_is_wrong_in_a_command_is_said_at_once_and_nothing_waits(say: Say, later: Any, command: str) -> None:
    reply = await say(command)

    assert reply.paragraphs[-1] == "Nothing was changed."
    assert later.kept == []


@pytest.mark.parametrize("command", ["subscribe", "subscribe list", "subscribe list features", "help", "settings"])
async def test_looking_takes_no_account(say: Say, later: Any, command: str) -> None:
    reply = await say(command)

    assert FIRST not in reply.text
    assert later.kept == []


async def test_undo_takes_an_account_too(say: Say, press: Press, linked: Any, later: Any, subscriptions: Any) -> None:
    linked("U1")
    subscribed = await say("subscribe octo/shop")

    offered = await press(subscribed, user="U2")
    linked("U2", "defunkt")
    undone = await press(subscribed, user="U2")

    assert offered is not None
    assert offered.paragraphs[0] == FIRST
    assert [(kept.action_id, step) for kept, step in later.kept] == [("undo", signed_in("T1", "U2"))]
    assert undone is not None
    assert undone.text.startswith("<@U2> undid it")
    assert subscriptions.rows == {}


async def test_a_sign_in_that_has_ended_is_named(say: Say, actors: Any) -> None:
    actors.instead = NotLinked(ended=True)

    reply = await say("subscribe octo/shop")

    assert reply.paragraphs[0] == "GitHub Enterprise no longer accepts your sign-in, so nothing was changed."


async def test_a_guest_is_refused_and_not_offered_to_connect(say: Say, members: Any, later: Any) -> None:
    members.named["U1"] = Member(kind=MemberKind.GUEST, name="Gus")

    reply = await say("subscribe octo/shop")

    assert reply.text.startswith("Guests of this workspace can't do that")
    assert later.kept == []


@pytest.mark.usefixtures("connected")
async def test_a_ghes_that_is_away_keeps_nobody_who_is_connected_from_unsubscribing(say: Say, actors: Any) -> None:
    await say("subscribe octo/shop")
    actors.instead = Unreachable(reason="GitHub Enterprise answered 502 Bad Gateway.")

    reply = await say("unsubscribe octo/shop")

    assert "unsubscribed this channel from" in reply.text


@pytest.mark.usefixtures("nobody_signs_in")
async def test_where_nobody_can_sign_in_everybody_subscribes_what_all_may_read(say: Say, later: Any) -> None:
    shop, public, owner = [await say(f"subscribe {name}") for name in ("octo/shop", "octo/next.js", "octo")]
    gone = await say("unsubscribe octo/shop")

    assert {each.visible for each in (shop, public, owner, gone)} == {Visible.CHANNEL}
    assert "Private repositories of <https://ghe.example.com/octo|octo> stay silent here" in owner.text
    assert later.kept == []


@pytest.mark.usefixtures("nobody_signs_in")
async def test_where_nobody_can_sign_in_a_private_repository_is_refused_with_who_can_help(
    say: Say, subscriptions: Any
) -> None:
    reply = await say("subscribe octo/vault")

    assert reply.text == (
        "There is no repository `octo/vault` that everybody on this server may read. Check its name; a private one "
        "takes people who are connected, and nobody can sign in yet: ask whoever runs this app to set up the GitHub "
        "App's client id and secret."
    )
    assert subscriptions.rows == {}


@pytest.mark.usefixtures("nobody_signs_in")
async def test_where_nobody_can_sign_in_everybody_undoes(press: Press) -> None:
    reply = await press(to_channel(buttons=(Button(text="Undo", action_id="undo", value="99"),)))

    assert reply is not None
    assert reply.text == "It can't be undone any more. Change the subscription with a new command."
