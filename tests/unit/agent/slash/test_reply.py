from collections.abc import Callable
from typing import Any

import pytest

from agent.slash.reply import Button, Reply, Visible, bullets, to_channel, to_person

Refusals = Callable[[dict[str, Any]], list[str]]


def test_a_reply_becomes_what_response_url_takes() -> None:
    reply = to_channel("One.", "Two.", buttons=(Button(text="Undo", action_id="undo", value="7"),))

    assert reply.body == {
        "response_type": "in_channel",
        "replace_original": False,
        "text": "One.\nTwo.",
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": "One."}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "Two."}},
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "text": {"type": "plain_text", "text": "Undo"},
                        "action_id": "undo",
                        "value": "7",
                    }
                ],
            },
        ],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_a_button_with_an_address_opens_it() -> None:
    reply = to_person("Go.", buttons=(Button(text="Open", action_id="open_url", url="https://ghe.example.com"),))

    assert reply.blocks[-1]["elements"][0]["url"] == "https://ghe.example.com"
    assert "value" not in reply.blocks[-1]["elements"][0]
    assert reply.body["response_type"] == "ephemeral"


@pytest.mark.parametrize(
    "reply",
    [
        to_person(bullets("Many:", [f"line {number} {'x' * 200}" for number in range(900)])),
        to_person("x" * 9000, buttons=(Button(text="y" * 200, action_id="undo"),)),
        to_person(*["p"] * 200, buttons=(Button(text="Undo", action_id="undo", value="1"),)),
        to_person(""),
        Reply(visible=Visible.PERSON, paragraphs=("",), buttons=()),
    ],
)
def test_however_long_a_reply_is_slack_takes_it(reply: Reply, slack_refusals: Refusals) -> None:
    sections = [block for block in reply.blocks if block["type"] == "section"]
    buttons = [element for block in reply.blocks for element in block.get("elements", [])]

    assert slack_refusals({"text": reply.text or "–", "blocks": sections, "attachments": []}) == []
    assert len(reply.blocks) <= 50
    assert all(len(button["text"]["text"]) <= 75 for button in buttons)


def test_a_long_list_is_divided_between_its_lines() -> None:
    lines = [f"line {number} {'x' * 100}" for number in range(100)]

    blocks = to_person(bullets("Many:", lines)).blocks

    texts = [block["text"]["text"] for block in blocks]
    assert "\n".join(texts) == bullets("Many:", lines)


def test_what_does_not_fit_into_one_message_is_said_to_be_missing() -> None:
    blocks = to_person(*["p"] * 200).blocks

    assert len(blocks) == 50
    assert blocks[-1]["text"]["text"] == "… and more, which doesn't fit into one message."
