from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.slash.reply import Reply, Visible

pytestmark = pytest.mark.usefixtures("connected")
Say = Callable[..., Awaitable[Reply]]

SHOP = "<https://ghe.example.com/octo/shop|octo/shop>"
ALWAYS = "• always: that the repository was made public or deleted"
ISSUES = "• *issues*: issues opened, closed and reopened, transferred and deleted"
PULLS = "• *pulls*: pull requests opened, closed, merged and reopened, drafts that become ready"
RELEASES = "• *releases*: releases published"


async def test_a_new_subscription_has_the_defaults_and_says_in_the_channel_what_will_arrive(say: Say) -> None:
    reply = await say("subscribe octo/shop")

    assert reply.visible is Visible.CHANNEL
    assert reply.text.split("\n") == [
        f"<@U1> subscribed this channel to {SHOP}. What will arrive:",
        ISSUES,
        PULLS,
        "• *commits*: pushes to the default branch",
        RELEASES,
        "• *deployments*: deployments, their states and requests to approve them",
        ALWAYS,
    ]
    assert [button.text for button in reply.buttons] == ["Undo"]


@pytest.mark.parametrize(
    ("commands", "listed"),
    [
        (["octo/shop"], "`issues` `pulls` `commits` `releases` `deployments`"),
        (["octo/shop issues"], "`issues`"),
        (["https://ghe.example.com/octo/shop issues"], "`issues`"),
        (["<https://ghe.example.com/octo/shop> issues"], "`issues`"),
        (["<http://ghe.example.com/octo/shop|ghe.example.com/octo/shop> issues"], "`issues`"),
        (["OCTO/Shop issues, pulls"], "`issues` `pulls`"),
        (["octo/shop issues,pulls"], "`issues` `pulls`"),
        (["octo/shop +reviews"], "`issues` `pulls` `commits` `releases` `deployments` `reviews`"),
        (["octo/shop issues", "octo/shop pulls"], "`pulls`"),
        (["octo/shop issues", "octo/shop +pulls"], "`issues` `pulls`"),
        (["octo/shop issues", "octo/shop"], "`issues`"),
        (["octo/shop commits:*"], '`commits:"*"`'),
        (["octo/shop reviews:“channel”"], '`reviews:"channel"`'),
        (["octo/shop issues +label:“good first issue”"], '`issues` `+label:"good first issue"`'),
        (["octo/shop workflows:{event:“push” branch:main}"], '`workflows:{event:"push" branch:"main"}`'),
        (["octo/shop issues +label:R&amp;D"], '`issues` `+label:"R&amp;D"`'),
    ],
)
async def test_what_is_subscribed_to_is_what_was_asked_for(say: Say, commands: list[str], listed: str) -> None:
    for command in commands:
        await say(f"subscribe {command}")

    reply = await say("subscribe list features")

    assert reply.text == f"This channel's subscriptions:\n• {SHOP} {listed}"


async def test_changing_a_subscription_lists_what_was_added_and_removed(say: Say) -> None:
    await say("subscribe octo/shop issues pulls")

    reply = await say("subscribe octo/shop issues releases", user="U2")

    assert reply.visible is Visible.CHANNEL
    assert reply.paragraphs == (
        f"<@U2> changed this channel's subscription to {SHOP}. What will arrive:\n{ISSUES}\n{RELEASES}\n{ALWAYS}",
        f"Added:\n{RELEASES}",
        f"Removed:\n{PULLS}",
    )
    assert [button.text for button in reply.buttons] == ["Undo"]


@pytest.mark.parametrize("again", ["octo/shop", "octo/shop issues", "octo/shop +issues"])
async def test_an_existing_subscription_is_shown_and_not_changed(say: Say, again: str) -> None:
    await say("subscribe octo/shop issues")

    reply = await say(f"subscribe {again}")

    assert reply.visible is Visible.PERSON
    assert reply.paragraphs == (
        f"This channel is subscribed to {SHOP}. What arrives:\n{ISSUES}\n{ALWAYS}",
        "Nothing was changed.",
    )
    assert reply.buttons == ()


async def test_an_owner_is_subscribed_to_with_a_word_on_private_repositories(say: Say) -> None:
    reply = await say("subscribe octo releases")

    assert reply.visible is Visible.CHANNEL
    assert reply.text.split("\n") == [
        "<@U1> subscribed this channel to <https://ghe.example.com/octo|octo>. What will arrive:",
        RELEASES,
        ALWAYS,
        (
            "• private repositories only where a sponsor in this channel may read them; a repository's own "
            "subscription goes before this one"
        ),
        (
            "Private repositories of <https://ghe.example.com/octo|octo> stay silent here until somebody who may read "
            "them connects with `/ghe signin` and types `/ghe subscribe octo` too."
        ),
    ]


async def test_several_repositories_are_subscribed_to_at_once_and_undone_at_once(say: Say, subscriptions: Any) -> None:
    await say("subscribe octo/shop issues")

    reply = await say("subscribe octo/next.js octo/shop")

    assert [paragraph.partition("\n")[0] for paragraph in reply.paragraphs] == [
        "<@U1> subscribed this channel to <https://ghe.example.com/octo/next.js|octo/next.js>. What will arrive:",
        f"This channel is subscribed to {SHOP}. What arrives:",
    ]
    assert len(subscriptions.rows) == 2
    assert len(reply.buttons) == 1


async def test_a_direct_message_with_the_bot_can_be_subscribed(say: Say) -> None:
    reply = await say("subscribe octo/shop", channel="D1")

    assert reply.visible is Visible.CHANNEL
    assert (await say("subscribe list", channel="D1")).text == f"This channel's subscriptions:\n• {SHOP}"


@pytest.mark.parametrize("text", ["subscribe", "subscribe list", "Subscribe LIST", "subscribe list features"])
async def test_without_subscriptions_the_list_says_how_to_start(say: Say, text: str) -> None:
    reply = await say(text)

    assert reply.visible is Visible.PERSON
    assert reply.text == "This channel has no subscriptions. Start with `/ghe subscribe owner/repo`."


async def test_the_list_names_this_channels_subscriptions_only(say: Say) -> None:
    await say("subscribe octo/shop")
    await say("subscribe octo")
    await say("subscribe octo/next.js", channel="C2")

    reply = await say("subscribe")

    assert reply.visible is Visible.PERSON
    assert reply.text == f"This channel's subscriptions:\n• <https://ghe.example.com/octo|octo>\n• {SHOP}"


async def test_a_bad_argument_is_named_pointed_at_and_changes_nothing(say: Say, subscriptions: Any) -> None:
    reply = await say("subscribe   octo/shop issues path:“a&lt;b”")

    assert reply.visible is Visible.PERSON
    assert reply.paragraphs == (
        "`path:` isn't supported yet.",
        '```/ghe subscribe octo/shop issues path:"a&lt;b"\n                                ^^^^^```',
        "Nothing was changed.",
    )
    assert subscriptions.rows == {}


async def test_somebody_elses_change_at_the_same_moment_is_built_upon(say: Say, subscriptions: Any) -> None:
    await say("subscribe octo/shop issues")
    key = next(iter(subscriptions.rows))

    def slip_in() -> None:
        subscriptions.before_change = lambda: None
        subscriptions.rows[key] = ('{"v": 1, "features": {"pulls": true}, "labels": []}', "U9")

    subscriptions.before_change = slip_in
    reply = await say("subscribe octo/shop +releases")

    assert reply.paragraphs[1:] == (f"Added:\n{RELEASES}",)
    assert (await say("subscribe list features")).text.endswith("`pulls` `releases`")


@pytest.mark.parametrize("command", ["subscribe octo/shop +releases", "unsubscribe octo/shop"])
async def test_a_change_that_never_gets_through_is_given_up_with_a_word(
    say: Say, subscriptions: Any, command: str
) -> None:
    await say("subscribe octo/shop issues")
    key = next(iter(subscriptions.rows))
    counter = iter(range(99))

    def always_slip_in() -> None:
        subscriptions.rows[key] = (
            f'{{"v": 1, "features": {{"pulls": true}}, "labels": [["{next(counter)}"]]}}',
            "U9",
        )

    subscriptions.before_change = always_slip_in
    reply = await say(command)

    assert reply.visible is Visible.PERSON
    assert reply.text == (
        "Somebody else is changing this channel's subscriptions at the same moment. Nothing was changed; try again."
    )
