"""Channels change, the app comes and goes, and events say so. Source: slack.md §16, §17."""

from typing import Any

import pytest

from infra.sandbox.slack import workspace
from infra.sandbox.slack.workspace import (
    archive,
    change_id,
    delete,
    invite,
    kick,
    reinstall,
    rename,
    unarchive,
    uninstall,
)


def test_an_invited_bot_hears_of_it(slack: Any) -> None:
    delivery = invite(slack.world, "acme", "secret", by="mona")

    assert delivery is not None
    event = delivery.payload["event"]
    assert (event["type"], event["user"]) == ("member_joined_channel", slack.world.team("acme").bot_user_id)
    assert event["inviter"] == slack.world.user("acme", "mona").user_id
    assert delivery.payload["team_id"] == slack.world.team("acme").team_id
    assert delivery.payload["event_id"].startswith("Ev")
    assert invite(slack.world, "acme", "secret") is None


async def test_joining_by_the_api_is_the_same_event(slack: Any) -> None:
    body = await slack.call("conversations.join", channel=slack.id("random"))

    assert body["channel"]["is_member"]
    assert slack.world.line.deliveries[-1].payload["event"]["type"] == "member_joined_channel"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (archive, "channel_archive"),
        (unarchive, "channel_unarchive"),
        (delete, "channel_deleted"),
        (lambda world, team, channel: rename(world, team, channel, "lobby"), "channel_rename"),
        (change_id, "channel_id_changed"),
        (lambda world, team, channel: kick(world, team, channel, "ada"), "member_left_channel"),
    ],
)
def test_a_change_is_told_where_the_bot_is_and_nowhere_else(slack: Any, change: Any, kind: str) -> None:
    told = change(slack.world, "acme", "general")
    untold = change(slack.world, "acme", "random")

    assert told.payload["event"]["type"] == kind
    assert untold is None


def test_a_changed_id_names_both(slack: Any) -> None:
    old = slack.id("general")

    delivery = change_id(slack.world, "acme", "general")

    assert delivery is not None
    event = delivery.payload["event"]
    assert (event["old_channel_id"], event["new_channel_id"]) == (old, slack.id("general"))


def test_private_channels_have_their_own_events(slack: Any) -> None:
    """slack.md §17: group_archive and the like, sent only when subscribed."""
    unsubscribed = archive(slack.world, "acme", "team")
    slack.world.app.events |= {"group_unarchive"}
    subscribed = unarchive(slack.world, "acme", "team")

    assert unsubscribed is None
    assert subscribed is not None
    assert subscribed.payload["event"]["type"] == "group_unarchive"


async def test_an_uninstall_sends_two_events_and_kills_the_token(slack: Any) -> None:
    """slack.md §16: app_uninstalled and tokens_revoked with user ids, in no sure order."""
    deliveries = uninstall(slack.world, "acme")
    dead = await slack.call("auth.test")
    other = await slack.call("auth.test", token=slack.world.team("globex").bot_token)
    again = await slack.call("auth.test", token=reinstall(slack.world, "acme"))

    assert {d.payload["event"]["type"] for d in deliveries} == {"app_uninstalled", "tokens_revoked"}
    (revoked,) = [d.payload["event"] for d in deliveries if d.payload["event"]["type"] == "tokens_revoked"]
    assert revoked["tokens"] == {"oauth": [], "bot": [slack.world.team("acme").bot_user_id]}
    assert (dead["error"], other["ok"], again["ok"]) == ("account_inactive", True, True)


async def test_revoked_tokens_are_one_event(slack: Any) -> None:
    delivery = workspace.revoke(slack.world, "acme")

    assert delivery is not None
    assert (await slack.call("auth.test"))["error"] == "token_revoked"


async def test_who_and_what_is_there(slack: Any) -> None:
    everywhere = "public_channel,private_channel,im"
    listed = await slack.call("conversations.list", types=everywhere, limit=3)
    rest = await slack.call("conversations.list", types=everywhere, cursor=listed["response_metadata"]["next_cursor"])
    members = await slack.call("conversations.members", channel=slack.id("team"))
    people = await slack.call("users.list")
    team = await slack.call("team.info")
    teams = await slack.call("auth.teams.list")

    names = [channel.get("name", "a direct message") for channel in listed["channels"] + rest["channels"]]
    assert names == ["general", "dev", "random", "team", *["a direct message"] * 3, "partners", "a direct message"]
    assert len(members["members"]) == 4
    assert [person["name"] for person in people["members"]] == ["ghe", "mona", "defunkt", "ada", "gus", "stella"]
    assert team["team"]["domain"] == "acme"
    assert teams["teams"] == [{"id": slack.world.team("acme").team_id, "name": "Acme"}]


async def test_direct_messages_are_opened_once(slack: Any) -> None:
    ids = [slack.world.user("acme", name).user_id for name in ("mona", "ada")]

    one = await slack.call("conversations.open", users=ids[0])
    same = await slack.call("conversations.open", users=ids[0], return_im=True)
    scopes = slack.world.team("acme").scopes
    refused = await slack.call("conversations.open", users=",".join(ids))
    slack.world.team("acme").scopes = scopes | {"mpim:write"}
    group = await slack.call("conversations.open", users=",".join(ids))
    same_group = await slack.call("conversations.open", users=",".join(ids))

    assert one["channel"]["id"] == slack.id("dm-mona") == same["channel"]["id"]
    assert same["channel"]["is_im"]
    assert refused["needed"] == "mpim:write"
    assert group["channel"]["id"] == same_group["channel"]["id"]
