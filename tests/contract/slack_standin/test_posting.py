"""What a well-formed message becomes. Sources: slack.md (the platform's facts), by paragraph."""

from typing import Any

import pytest

from infra.sandbox.slack.switches import Switches
from infra.sandbox.slack.world import ephemerals, messages, thread

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


async def test_a_posted_message_is_kept_as_it_was_sent(slack: Any) -> None:
    attachment = {"color": "#ff0000", "blocks": [SECTION]}

    body = await slack.call(
        "chat.postMessage",
        channel=slack.id("general"),
        text="fallback",
        attachments=[attachment],
        client_msg_id="6f0e0f3c-0000-4000-8000-000000000001",
    )

    (message,) = messages(slack.world, "acme", "general")
    assert body["ts"] == message.ts
    assert body["message"]["attachments"][0]["color"] == "#ff0000"
    assert (message.text, message.attachments) == ("fallback", (attachment,))
    assert message.client_msg_id == "6f0e0f3c-0000-4000-8000-000000000001"


async def test_replies_stand_in_their_thread_and_broadcasts_in_the_channel_too(slack: Any) -> None:
    root = await slack.post()

    await slack.post(thread_ts=root, text="plain")
    await slack.post(thread_ts=root, text="loud", reply_broadcast=True)

    assert [m.text for m in thread(slack.world, "acme", "general", root)] == ["plain", "loud"]
    assert [m.text for m in messages(slack.world, "acme", "general")] == ["hello", "loud"]
    body = await slack.call("conversations.replies", channel=slack.id("general"), ts=root)
    assert body["messages"][0]["reply_count"] == 2
    assert [m["text"] for m in body["messages"]] == ["hello", "plain", "loud"]


async def test_an_update_keeps_what_it_does_not_mention_and_the_earlier_version(slack: Any) -> None:
    ts = await slack.post(blocks=[SECTION], metadata={"event_type": "t", "event_payload": {"id": "1"}})

    body = await slack.call("chat.update", channel=slack.id("general"), ts=ts, text="newer")

    assert body["text"] == "newer"
    (message,) = messages(slack.world, "acme", "general")
    assert message.blocks == (SECTION,)
    assert message.metadata == {"event_type": "t", "event_payload": {"id": "1"}}
    assert [version.text for version in message.edits] == ["hello"]


async def test_a_deleted_message_is_gone(slack: Any) -> None:
    ts = await slack.post()

    await slack.call("chat.delete", channel=slack.id("general"), ts=ts)

    assert messages(slack.world, "acme", "general") == []
    assert (await slack.call("conversations.history", channel=slack.id("general")))["messages"] == []


async def test_an_ephemeral_message_is_seen_by_one_person_and_is_in_no_history(slack: Any) -> None:
    mona = slack.world.user("acme", "mona").user_id

    await slack.call("chat.postEphemeral", channel=slack.id("general"), user=mona, text="psst")

    assert [m.text for m in ephemerals(slack.world, "acme", "general", "mona")] == ["psst"]
    assert ephemerals(slack.world, "acme", "general", "ada") == []
    assert (await slack.call("conversations.history", channel=slack.id("general")))["messages"] == []


async def test_history_is_newest_first_in_pages_with_metadata_on_request(slack: Any) -> None:
    """slack.md §11: `include_all_metadata=true`."""
    for number in range(3):
        await slack.post(text=str(number), metadata={"event_type": "t", "event_payload": {"n": number}})

    first = await slack.call("conversations.history", channel=slack.id("general"), limit=2, include_all_metadata=True)
    cursor = first["response_metadata"]["next_cursor"]
    second = await slack.call("conversations.history", channel=slack.id("general"), limit=2, cursor=cursor)

    assert [m["text"] for m in first["messages"]] == ["2", "1"]
    assert first["has_more"]
    assert first["messages"][0]["metadata"]["event_payload"] == {"n": 2}
    assert "metadata" not in second["messages"][0]
    assert not second["has_more"]


async def test_history_between_two_instants(slack: Any) -> None:
    stamps = [await slack.post(text=str(number)) for number in range(3)]

    without = await slack.call("conversations.history", channel=slack.id("general"), oldest=stamps[0])
    including = await slack.call("conversations.history", channel=slack.id("general"), oldest=stamps[0], inclusive=True)

    assert [m["text"] for m in without["messages"]] == ["2", "1"]
    assert len(including["messages"]) == 3


@pytest.mark.parametrize("deduplicates", [True, False])
async def test_the_same_client_msg_id_twice(start: Any, *, deduplicates: bool) -> None:
    """slack.md §11 and U5."""
    slack = await start(switches=Switches(client_msg_id_deduplicates=deduplicates))
    again = {"channel": slack.id("general"), "text": "once", "client_msg_id": "6f0e0f3c-0000-4000-8000-000000000001"}

    first = await slack.call("chat.postMessage", **again)
    second = await slack.call("chat.postMessage", **again)

    assert second.get("is_duplicate", False) is deduplicates
    assert (second["ts"] == first["ts"]) is deduplicates
    assert len(messages(slack.world, "acme", "general")) == (1 if deduplicates else 2)


@pytest.mark.parametrize("markdown_mentions", [True, False])
async def test_whom_a_message_would_notify(start: Any, *, markdown_mentions: bool) -> None:
    """slack.md §13, §15 and U6."""
    slack = await start(switches=Switches(markdown_block_mentions=markdown_mentions))
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "<@U00000002> &lt;!here&gt;"}},
        {"type": "markdown", "text": "<!channel>"},
    ]

    await slack.post(blocks=blocks)

    (message,) = messages(slack.world, "acme", "general")
    assert message.mentions == {"U00000002"} | ({"!channel"} if markdown_mentions else set())


async def test_a_user_id_as_channel_posts_to_the_direct_message(slack: Any) -> None:
    body = await slack.call("chat.postMessage", channel=slack.world.user("acme", "ada").user_id, text="hi")

    assert body["channel"] == slack.id("dm-ada")


async def test_a_text_beyond_forty_thousand_characters_is_cut(slack: Any) -> None:
    """slack.md §13: text is cut above 40,000."""
    await slack.post(text="x" * 40_001)

    assert len(messages(slack.world, "acme", "general")[0].text) == 40_000


async def test_a_permalink_names_the_thread(slack: Any) -> None:
    root = await slack.post()
    reply = await slack.post(thread_ts=root)

    body = await slack.call("chat.getPermalink", channel=slack.id("general"), message_ts=reply)

    digits = reply.replace(".", "")
    expected = (
        f"https://acme.slack.com/archives/{slack.id('general')}/p{digits}?thread_ts={root}&cid={slack.id('general')}"
    )
    assert body["permalink"] == expected
