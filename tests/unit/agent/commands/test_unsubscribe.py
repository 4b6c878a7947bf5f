from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.slash.reply import Reply, Visible

pytestmark = pytest.mark.usefixtures("connected")
Say = Callable[..., Awaitable[Reply]]

SHOP = "<https://ghe.example.com/octo/shop|octo/shop>"


@pytest.mark.parametrize(
    "text",
    ["octo/shop", "OCTO/shop", "https://ghe.example.com/octo/shop", "octo/shop issues pulls", "*", "* issues,pulls"],
)
async def test_unsubscribing_ends_the_subscription(say: Say, text: str) -> None:
    await say("subscribe octo/shop issues pulls")

    reply = await say(f"unsubscribe {text}", user="U2")

    assert (reply.visible, reply.text) == (Visible.CHANNEL, f"<@U2> unsubscribed this channel from {SHOP}.")
    assert [button.text for button in reply.buttons] == ["Undo"]
    assert (await say("subscribe list")).text.startswith("This channel has no subscriptions.")


async def test_an_owner_is_unsubscribed_and_its_repositories_subscriptions_stay(say: Say) -> None:
    await say("subscribe octo")
    await say("subscribe octo/shop")

    reply = await say("unsubscribe octo")

    assert reply.text == "<@U1> unsubscribed this channel from <https://ghe.example.com/octo|octo>."
    assert (await say("subscribe list")).text == f"This channel's subscriptions:\n• {SHOP}"


@pytest.mark.parametrize(
    ("text", "removed", "left"),
    [
        ("pulls", "*pulls*: pull requests opened, closed, merged and reopened, drafts that become ready", "`issues`"),
        (
            "+label:“bug”",
            "*label*: of issues and pull requests, only those labelled `bug`",
            "`issues` `pulls`",
        ),
    ],
)
async def test_a_feature_or_a_filter_is_turned_off(say: Say, text: str, removed: str, left: str) -> None:
    await say("subscribe octo/shop issues pulls +label:bug")

    reply = await say(f"unsubscribe octo/shop {text}")

    assert reply.visible is Visible.CHANNEL
    assert reply.paragraphs[0].startswith(f"<@U1> changed this channel's subscription to {SHOP}. What will arrive:")
    assert reply.paragraphs[1] == f"Removed:\n• {removed}"
    assert left in (await say("subscribe list features")).text


async def test_what_was_not_on_cannot_be_turned_off(say: Say) -> None:
    await say("subscribe octo/shop releases")

    reply = await say("unsubscribe octo/shop pulls")

    assert reply.visible is Visible.PERSON
    assert reply.paragraphs == (
        "None of that was on, so nothing was changed.",
        (
            f"What arrives from {SHOP}:\n• *releases*: releases published\n"
            "• always: that the repository was made public or deleted"
        ),
    )


async def test_what_is_not_subscribed_to_cannot_be_unsubscribed(say: Say) -> None:
    reply = await say("unsubscribe octo/gone")

    assert (reply.visible, reply.text) == (
        Visible.PERSON,
        (
            "This channel isn't subscribed to `octo/gone`, so nothing was changed. `/ghe subscribe list` shows what it "
            "is subscribed to."
        ),
    )


async def test_a_repository_that_comes_with_its_owner_is_explained(say: Say) -> None:
    await say("subscribe octo")

    reply = await say("unsubscribe octo/shop")

    assert reply.text == (
        "This channel isn't subscribed to `octo/shop`, so nothing was changed. What arrives comes with the "
        "subscription to `octo`, which `/ghe unsubscribe octo` ends."
    )


async def test_one_unknown_repository_of_several_changes_nothing(say: Say, subscriptions: Any) -> None:
    await say("subscribe octo/shop")

    reply = await say("unsubscribe octo/shop octo/gone")

    assert reply.text.startswith("This channel isn't subscribed to `octo/gone`")
    assert len(subscriptions.rows) == 1


async def test_without_subscriptions_there_is_nothing_to_end(say: Say) -> None:
    assert (await say("unsubscribe *")).text == "This channel has no subscriptions."


async def test_without_a_repository_it_says_what_is_missing(say: Say) -> None:
    reply = await say("unsubscribe")

    assert reply.paragraphs == (
        "Name a repository first, such as `owner/repo`.",
        "```/ghe unsubscribe \n                 ^```",
        "Nothing was changed.",
    )


async def test_a_repository_can_be_unsubscribed_by_a_name_that_it_had_before(
    say: Say, ports: Any, found: Callable[..., Any]
) -> None:
    await say("subscribe octo/shop")
    ports.repositories.repositories["octo/store"] = found(42, "shop")

    reply = await say("unsubscribe octo/store")

    assert reply.text == f"<@U1> unsubscribed this channel from {SHOP}."


async def test_the_present_name_of_a_repository_that_the_channel_does_not_know_is_not_told(
    say: Say, ports: Any, found: Callable[..., Any]
) -> None:
    ports.repositories.repositories["octo/store"] = found(99, "vault", "private")

    reply = await say("unsubscribe octo/store")

    assert "`octo/store`" in reply.text
    assert "vault" not in reply.text
