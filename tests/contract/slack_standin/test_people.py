"""What people do reaches the app in Slack's shape. Source: slack.md §2, §12, §16."""

from typing import Any

import pytest

from infra.sandbox.slack.people import click, message_shortcut, open_home, say, shortcut, slash
from infra.sandbox.slack.world import ephemerals

CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "octo/repo"}},
    {
        "type": "input",
        "label": {"type": "plain_text", "text": "Comment"},
        "dispatch_action": True,
        "element": {"type": "plain_text_input", "action_id": "body"},
    },
    {
        "type": "actions",
        "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Close"}, "action_id": "close", "value": "42"},
            {
                "type": "static_select",
                "action_id": "more",
                "placeholder": {"type": "plain_text", "text": "More"},
                "options": [{"text": {"type": "plain_text", "text": "Lock it"}, "value": "lock"}],
            },
        ],
    },
]


def test_a_command_is_a_flat_payload_of_strings(slack: Any) -> None:
    """slack.md §2: slash payload values are strings, booleans too."""
    payload = slash(slack.world, "acme", "general", "mona", "subscribe octo/repo").payload

    assert {type(value) for value in payload.values()} == {str}
    assert (payload["command"], payload["text"]) == ("/ghe", "subscribe octo/repo")
    assert (payload["team_domain"], payload["channel_name"]) == ("acme", "general")
    assert payload["is_enterprise_install"] == "false"
    assert payload["response_url"].startswith(slack.urls.base_url + "/commands/")
    assert payload["trigger_id"] in slack.world.triggers


@pytest.mark.parametrize(("channel", "name"), [("team", "privategroup"), ("dm-mona", "directmessage"), ("dev", "dev")])
def test_what_a_channel_is_called_in_a_command(slack: Any, channel: str, name: str) -> None:
    assert slash(slack.world, "acme", channel, "mona", "help").payload["channel_name"] == name


def test_people_channels_and_links_in_a_command_are_escaped(slack: Any) -> None:
    """slack.md §17: `should_escape: true`; §15: escape exactly & < >."""
    ada, dev = slack.world.user("acme", "ada"), slack.world.channel("acme", "dev")

    payload = slash(
        slack.world, "acme", "general", "mona", "close https://ghes.localhost/a/b/1 @ada #dev a&b <c>"
    ).payload

    people = f"<@{ada.user_id}|ada> <#{dev.channel_id}|dev>"
    assert payload["text"] == f"close <https://ghes.localhost/a/b/1> {people} a&amp;b &lt;c&gt;"


async def test_a_button_is_found_by_what_it_says(slack: Any, connect: Any) -> None:
    peer = await connect(slack)
    ts = await slack.post(blocks=CARD, metadata={"event_type": "t", "event_payload": {"id": "1"}})

    click(slack.world, "acme", "general", ts, "mona", "Close", values={"Comment": "thanks"})
    frame = await peer.frame()

    payload = frame["payload"]
    assert (frame["type"], frame["accepts_response_payload"], payload["type"]) == (
        "interactive",
        False,
        "block_actions",
    )
    (action,) = payload["actions"]
    assert (action["action_id"], action["value"], action["type"]) == ("close", "42", "button")
    assert payload["message"]["blocks"][2]["block_id"] == action["block_id"]
    assert payload["message"]["metadata"]["event_payload"] == {"id": "1"}
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": slack.id("general"),
        "is_ephemeral": False,
    }
    comment = payload["state"]["values"][payload["message"]["blocks"][1]["block_id"]]["body"]
    assert comment == {"type": "plain_text_input", "value": "thanks"}
    assert payload["user"]["id"] == slack.world.user("acme", "mona").user_id
    assert payload["team"] == {"id": slack.world.team("acme").team_id, "domain": "acme"}


async def test_an_option_is_picked_by_label_or_value_and_text_is_entered(slack: Any) -> None:
    ts = await slack.post(blocks=CARD)

    for value in ("Lock it", "lock"):
        (action,) = click(slack.world, "acme", "general", ts, "mona", "More", value=value).payload["actions"]
        assert action["selected_option"]["value"] == "lock"
    (typed,) = click(slack.world, "acme", "general", ts, "mona", "Comment", value="thanks").payload["actions"]

    assert typed["value"] == "thanks"


async def test_an_ephemeral_message_can_be_clicked_but_is_not_sent_along(slack: Any) -> None:
    mona = slack.world.user("acme", "mona").user_id
    await slack.call("chat.postEphemeral", channel=slack.id("general"), user=mona, blocks=CARD)
    (asked,) = ephemerals(slack.world, "acme", "general", "mona")

    payload = click(slack.world, "acme", "general", asked.ts, "mona", "Close").payload

    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload


async def test_what_is_not_there_is_an_error_that_lists_what_is(slack: Any) -> None:
    ts = await slack.post(blocks=CARD)

    with pytest.raises(LookupError, match=r"'Reopen' here, only: Close, Comment, More"):
        click(slack.world, "acme", "general", ts, "mona", "Reopen")


async def test_shortcuts(slack: Any) -> None:
    """slack.md §12: a global shortcut has no response_url, a message's payload has no permalink."""
    ts = say(slack.world, "acme", "random", "ada", "it is broken").ts

    everywhere = shortcut(slack.world, "acme", "mona", "ghe_create_issue").payload
    on_message = message_shortcut(slack.world, "acme", "random", ts, "mona", "ghe_issue_from_message").payload

    assert (everywhere["type"], everywhere["callback_id"]) == ("shortcut", "ghe_create_issue")
    assert "response_url" not in everywhere
    assert (on_message["type"], on_message["message"]["text"]) == ("message_action", "it is broken")
    assert "permalink" not in on_message["message"]


async def test_opening_the_messages_is_the_same_event_without_a_view(slack: Any) -> None:
    await slack.call(
        "views.publish", user_id=slack.world.user("acme", "mona").user_id, view={"type": "home", "blocks": []}
    )

    home, messages = (open_home(slack.world, "acme", "mona", tab=tab) for tab in ("home", "messages"))

    assert home is not None
    assert messages is not None
    assert (home.payload["event"]["tab"], "view" in home.payload["event"]) == ("home", True)
    assert (messages.payload["event"]["tab"], "view" in messages.payload["event"]) == ("messages", False)


async def test_opening_home_is_an_event_with_one_authorization(slack: Any) -> None:
    """slack.md §16: `authorizations` has one entry, the rest by apps.event.authorizations.list."""
    delivery = open_home(slack.world, "acme", "mona")

    assert delivery is not None
    (entry,) = delivery.payload["authorizations"]
    body = await slack.call(
        "apps.event.authorizations.list",
        token=slack.world.app.token,
        event_context=delivery.payload["event_context"],
    )
    assert body["authorizations"] == [entry]
    assert delivery.payload["event"]["tab"] == "home"


def test_messages_of_people_are_events_only_when_the_app_subscribes(slack: Any) -> None:
    bot = slack.world.team("acme").bot_user_id
    say(slack.world, "acme", "general", "mona", f"hi <@{bot}>")
    silent = len(slack.world.line.deliveries)
    slack.world.app.events |= {"app_mention", "message.channels"}
    say(slack.world, "acme", "general", "mona", f"hi <@{bot}>")

    assert silent == 0
    assert [d.payload["event"]["type"] for d in slack.world.line.deliveries] == ["message", "app_mention"]
