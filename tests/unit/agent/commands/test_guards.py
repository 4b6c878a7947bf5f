from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.ghes.answers import Unreachable
from agent.ghes.repositories import NotFound, NotInstalled, Suspended
from agent.slash.ports import Channel, ChannelKind, SlackRefusal
from agent.slash.reply import Reply, Visible

pytestmark = pytest.mark.usefixtures("connected")
Say = Callable[..., Awaitable[Reply]]
Press = Callable[..., Awaitable[Reply | None]]

INSTALL = "https://ghe.example.com/github-apps/ghe-slack/installations/new"
SETTINGS = "https://ghe.example.com/organizations/octo/settings/installations/5"
INVITE = (
    "I'm not in this channel yet. Type `/invite @ghe` here within 30 minutes: then I carry out "
    "`/ghe subscribe octo/shop` by myself."
)
OTHERS = (
    "I can't post in a conversation that I'm not part of and can't be invited to. Use a channel, or a direct message "
    "with me."
)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            Unreachable(reason="GitHub Enterprise answered 502 Bad Gateway."),
            "GitHub Enterprise answered 502 Bad Gateway. Nothing was changed; try again in a moment.",
        ),
        (
            Suspended(owner="octo"),
            (
                "The GitHub App is suspended on `octo`. Ask one of its owners to unsuspend it in the settings of their "
                "installed GitHub Apps within 30 minutes: then I carry out `/ghe subscribe octo/shop` by myself."
            ),
        ),
        (
            NotInstalled(owner="octo", settings_url=""),
            (
                "I can't see `octo/shop`: the GitHub App isn't installed on `octo`, or there is no such account. "
                f"Install it at {INSTALL} within 30 minutes: then I carry out `/ghe subscribe octo/shop` by myself."
            ),
        ),
        (
            NotInstalled(owner="octo", settings_url=SETTINGS),
            (
                f"The GitHub App is installed on `octo`, but not for `octo/shop`. Choose it on <{SETTINGS}|the page of "
                "its installation> within 30 minutes: then I carry out `/ghe subscribe octo/shop` by myself."
            ),
        ),
    ],
)
async def test_a_repository_that_cannot_be_read_is_explained(
    say: Say, repositories: Any, subscriptions: Any, answer: Any, says: str
) -> None:
    repositories.repositories["octo/shop"] = answer

    reply = await say("subscribe octo/shop")

    assert (reply.visible, reply.text) == (Visible.PERSON, says)
    assert subscriptions.rows == {}


@pytest.mark.parametrize("settings_url", ["", SETTINGS])
async def test_a_missing_installation_is_a_button_away(
    say: Say, press: Press, repositories: Any, settings_url: str
) -> None:
    repositories.repositories["octo/shop"] = NotInstalled(owner="octo", settings_url=settings_url)

    reply = await say("subscribe octo/shop")

    assert [(button.text, button.url, button.style) for button in reply.buttons] == [
        ("Install GitHub App", settings_url or INSTALL, "primary")
    ]
    assert await press(reply) is None


async def test_an_owner_without_the_app_is_explained_too(say: Say) -> None:
    reply = await say("subscribe nobody")

    assert reply.text.startswith("I can't see `nobody`: the GitHub App isn't installed on `nobody`")


async def test_who_may_not_read_it_hears_the_same_of_a_private_repository_and_a_missing_one(
    say: Say, repositories: Any, subscriptions: Any
) -> None:
    private = await say("subscribe octo/vault")
    repositories.repositories["octo/vault"] = NotFound(owner="Octo", name="vault")
    missing = await say("subscribe octo/vault")

    assert private == missing
    assert (private.visible, private.paragraphs[0]) == (
        Visible.PERSON,
        (
            "There is no repository `octo/vault` that you may read on GitHub Enterprise. Check its name, or ask one of "
            "its owners to let you in."
        ),
    )
    assert subscriptions.rows == {}


async def test_one_bad_repository_of_several_changes_nothing(say: Say, subscriptions: Any) -> None:
    reply = await say("subscribe octo/shop octo/vault")

    assert reply.text.startswith("There is no repository `octo/vault` that")
    assert subscriptions.rows == {}


async def test_a_public_channel_is_joined(say: Say, channels: Any, channel: Callable[..., Channel]) -> None:
    channels.known["C1"] = channel(member=False)

    reply = await say("subscribe octo/shop")

    assert reply.visible is Visible.CHANNEL
    assert channels.joined == ["C1"]


@pytest.mark.parametrize(
    ("kind", "channel_id", "says"),
    [
        (ChannelKind.PRIVATE, "C1", INVITE),
        (None, "G1", INVITE),
        (None, "D9", OTHERS),
        (ChannelKind.IM, "D9", OTHERS),
        (ChannelKind.MPIM, "G9", OTHERS),
    ],
)
async def test_a_conversation_without_the_bot_asks_for_an_invitation_where_there_can_be_one(
    say: Say, channels: Any, later: Any, channel: Callable[..., Channel], kind: Any, channel_id: str, says: str
) -> None:
    channels.known.pop(channel_id, None)
    if kind:
        channels.known[channel_id] = channel(kind, member=False)

    reply = await say("subscribe octo/shop", channel=channel_id)

    assert (reply.visible, reply.text) == (Visible.PERSON, says)
    assert len(later.kept) == (says == INVITE)


async def test_a_public_channel_that_cannot_be_joined_asks_for_an_invitation(
    say: Say, channels: Any, channel: Callable[..., Channel]
) -> None:
    channels.known["C1"] = channel(member=False)
    channels.refused = SlackRefusal("missing_scope")

    assert (await say("subscribe octo/shop")).text == INVITE


async def test_an_archived_channel_is_refused(say: Say, channels: Any, channel: Callable[..., Channel]) -> None:
    channels.known["C1"] = channel(archived=True)

    reply = await say("subscribe octo/shop")

    assert reply.text == "This channel is archived, so nothing can be posted here. Use another channel."


async def test_a_shared_channel_is_told_who_else_will_see_it(
    say: Say, channels: Any, channel: Callable[..., Channel]
) -> None:
    channels.known["C1"] = channel(shared=True)

    reply = await say("subscribe octo/shop")

    assert reply.paragraphs[-1] == (
        "This channel is shared with another organisation, whose people will see all of it too."
    )


async def test_a_slack_that_tells_nothing_is_named(say: Say, channels: Any, subscriptions: Any) -> None:
    channels.known["C1"] = SlackRefusal("unreachable")

    reply = await say("subscribe octo/shop")

    assert reply.text == (
        "Slack told me nothing about this channel (`unreachable`), so nothing was changed. Try again in a moment; if "
        "it stays like this, tell whoever runs this app."
    )
    assert subscriptions.rows == {}
