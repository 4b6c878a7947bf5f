"""What people do with the app's previews of links, and with selects of messages. Source: slack.md §12, §14."""

from typing import Any

import pytest

from infra.sandbox.slack.people import click, message_shortcut, suggest_in_message
from infra.sandbox.slack.world import messages

URL = "https://ghe.example.com/octo/repo/issues/1"
BLOCKS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "It is broken"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Close"}, "action_id": "close", "value": "1"},
            {"type": "external_select", "action_id": "label", "min_query_length": 1},
        ],
    },
]


@pytest.fixture
async def ts(linked: Any, heard: Any) -> str:
    """The ts of a message with a preview."""
    event = await heard(URL)
    where = {"channel": event["channel"], "ts": event["message_ts"]}
    assert await linked.call("chat.unfurl", **where, unfurls={URL: {"blocks": BLOCKS}}) == {"ok": True}
    return str(event["message_ts"])


async def test_a_preview_is_an_attachment_of_the_persons_message(linked: Any, ts: str) -> None:
    history = await linked.call("conversations.history", channel=linked.id("general"))

    (attachment,) = history["messages"][0]["attachments"]
    assert (attachment["from_url"], attachment["is_app_unfurl"], attachment["id"]) == (URL, True, 1)
    assert attachment["blocks"][0]["text"]["text"] == "It is broken"
    assert history["messages"][0]["ts"] == ts


async def test_a_second_preview_of_a_link_replaces_the_first(linked: Any, ts: str) -> None:
    await linked.call("chat.unfurl", channel=linked.id("general"), ts=ts, unfurls={URL: {"text": "Closed"}})

    (message,) = messages(linked.world, "acme", "general")
    assert message.unfurls == {URL: {"text": "Closed"}}


async def test_a_click_in_a_preview_has_the_preview_instead_of_the_message(linked: Any, ts: str) -> None:
    """slack.md §14: `app_unfurl` instead of `message`, `container.is_app_unfurl`."""

    payload = click(linked.world, "acme", "general", ts, "ada", "Close").payload

    assert payload["container"] == {
        "type": "message_attachment",
        "message_ts": ts,
        "channel_id": linked.id("general"),
        "is_ephemeral": False,
        "attachment_id": 1,
        "is_app_unfurl": True,
        "app_unfurl_url": URL,
    }
    assert payload["app_unfurl"]["blocks"][0]["text"]["text"] == "It is broken"
    assert "message" not in payload
    assert payload["actions"][0]["value"] == "1"


async def test_the_response_url_of_a_preview_changes_the_preview_alone(linked: Any, ts: str) -> None:
    url = click(linked.world, "acme", "general", ts, "ada", "Close").payload["response_url"]

    await linked.session.post(url, json={"replace_original": True, "text": "Closed"})
    (replaced,) = messages(linked.world, "acme", "general")
    await linked.session.post(url, json={"delete_original": True})

    (message,) = messages(linked.world, "acme", "general")
    assert (replaced.text, replaced.unfurls) == (f"<{URL}>", {URL: {"text": "Closed"}})
    assert (message.text, message.unfurls) == (f"<{URL}>", {})


async def test_a_select_in_a_message_asks_for_its_options(linked: Any, connect: Any) -> None:
    ts = await linked.post(blocks=BLOCKS)
    peer = await connect(linked)

    delivery = suggest_in_message(linked.world, "acme", "general", ts, "mona", "label", "b")
    frame = await peer.frame()
    await peer.acknowledge(frame, {"options": [{"text": {"type": "plain_text", "text": "bug"}, "value": "1"}]})
    await delivery.finished()

    payload = frame["payload"]
    assert (payload["type"], payload["action_id"], payload["value"]) == ("block_suggestion", "label", "b")
    assert (payload["container"]["message_ts"], payload["message"]["ts"]) == (ts, ts)
    assert delivery.answer is not None
    assert linked.world.complaints == []


async def test_a_message_with_a_preview_is_shown_to_its_shortcuts(linked: Any, ts: str) -> None:
    payload = message_shortcut(linked.world, "acme", "general", ts, "ada", "ghe_issue_from_message").payload

    assert payload["message"]["text"] == f"<{URL}>"
    assert payload["message"]["attachments"][0]["from_url"] == URL
