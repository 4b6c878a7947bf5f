"""Links, and what the app shows below them. Source: slack.md §10, §14."""

from typing import Any

import pytest

from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.links import register_domain
from infra.sandbox.slack.people import click, compose, say
from infra.sandbox.slack.world import ephemerals, messages

URL = "https://ghe.example.com/octo/repo/issues/1"
OTHER = "https://ghe.example.com:8443/octo/repo?a=1&b=2"
CLOSE = {"type": "button", "text": {"type": "plain_text", "text": "Close"}, "action_id": "close", "value": "1"}
ASK = [{"type": "actions", "elements": [CLOSE]}]
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "It is broken"}}]


def test_a_link_of_a_registered_domain_is_an_event(linked: Any) -> None:
    message = say(linked.world, "acme", "general", "mona", f"Look: {URL}, {OTHER} and {URL}", thread_ts="1.2")

    (delivery,) = linked.world.line.deliveries
    event = delivery.payload["event"]
    assert (event["type"], event["channel"], event["message_ts"]) == ("link_shared", message.channel_id, message.ts)
    assert event["user"] == linked.world.user("acme", "mona").user_id
    assert event["links"] == [
        {"domain": "ghe.example.com", "url": f"{URL}"},
        {"domain": "ghe.example.com", "url": OTHER},
    ]
    assert (event["source"], event["is_bot_user_member"], event["thread_ts"]) == ("conversations_history", True, "1.2")
    assert event["unfurl_id"] in linked.world.links
    assert message.text == f"Look: <{URL}>, <{OTHER}> and <{URL}>"


@pytest.mark.parametrize("text", ["https://www.ghe.example.com/a", "https://example.com/", "ghe.example.com/octo"])
def test_other_links_are_none(linked: Any, text: str) -> None:
    say(linked.world, "acme", "general", "mona", text)

    assert linked.world.line.deliveries == []


async def test_a_message_of_an_app_is_no_event(linked: Any) -> None:
    ts = await linked.post(text=f"<{URL}>")

    body = await linked.call("chat.unfurl", channel=linked.id("general"), ts=ts, unfurls={URL: {"blocks": BLOCKS}})

    assert linked.world.line.deliveries == []
    assert body["error"] == "cannot_unfurl_message"


def test_links_are_read_with_a_scope(linked: Any) -> None:
    linked.world.team("acme").scopes -= {"links:read"}

    say(linked.world, "acme", "general", "mona", URL)

    assert linked.world.line.deliveries == []


def test_a_new_domain_waits_for_the_installation(slack: Any) -> None:
    register_domain(slack.world, "ghe.example.com", reinstall=False)

    say(slack.world, "acme", "general", "mona", URL)

    assert slack.world.line.deliveries == []


@pytest.mark.parametrize("domain", ["127.0.0.1", "ghe", "ghes.localhost", "-ghe.example.com"])
def test_what_is_no_domain_for_slack(slack: Any, domain: str) -> None:
    with pytest.raises(ValueError, match="no top-level domain"):
        register_domain(slack.world, domain)


def test_a_sixth_domain_is_one_too_many(slack: Any) -> None:
    for number in range(5):
        register_domain(slack.world, f"ghe{number}.example.com")

    with pytest.raises(ValueError, match="5 domains"):
        register_domain(slack.world, "ghe.example.com")


async def test_nothing_is_shown_before_the_event_is_acknowledged(linked: Any, connect: Any) -> None:
    peer = await connect(linked)
    message = say(linked.world, "acme", "general", "mona", URL)
    frame = await peer.frame()
    args = {"channel": message.channel_id, "ts": message.ts, "unfurls": {URL: {"blocks": BLOCKS}}}

    early = await linked.call("chat.unfurl", **args)
    await peer.acknowledge(frame)
    await linked.world.line.deliveries[-1].finished()
    late = await linked.call("chat.unfurl", **args)

    assert (early["error"], late) == ("cannot_unfurl_url", {"ok": True})


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"channel": None}, "missing_channel"),
        ({"ts": None}, "missing_ts"),
        ({"channel": "C404"}, "cannot_find_channel"),
        ({"ts": "1.2"}, "cannot_find_message"),
        ({"unfurls": None}, "missing_unfurls"),
        ({"unfurls": [URL]}, "invalid_unfurls_format"),
        ({"unfurls": "{"}, "invalid_unfurls_format"),
        ({"unfurls": {f"{URL}#x": {"blocks": BLOCKS}}}, "cannot_unfurl_url"),
        ({"unfurls": {URL: {}}}, "cannot_parse_attachment"),
        ({"unfurls": {URL: {"blocks": [{"type": "rich_text", "elements": []}]}}}, "cannot_parse_attachment"),
        ({"unfurls": {URL: {"blocks": [{"type": "header"}]}}}, "cannot_parse_attachment"),
        ({"unfurl_id": "x"}, "missing_source"),
        ({"source": "composer"}, "missing_unfurl_id"),
        ({"unfurl_id": "x", "source": "y"}, "invalid_source"),
        ({"unfurl_id": "x", "source": "composer"}, "invalid_unfurl_id"),
    ],
)
async def test_what_a_preview_is_refused_for(linked: Any, heard: Any, changed: dict[str, Any], error: str) -> None:
    event = await heard(URL)
    args = {"channel": event["channel"], "ts": event["message_ts"], "unfurls": {URL: {"blocks": BLOCKS}}} | changed

    body = await linked.call("chat.unfurl", **{name: value for name, value in args.items() if value is not None})

    assert body["error"] == error


async def test_a_preview_needs_its_scope(linked: Any) -> None:
    linked.world.team("acme").scopes -= {"links:write"}

    body = await linked.call("chat.unfurl", channel=linked.id("general"), ts="1.2", unfurls={})

    assert (body["error"], body["needed"]) == ("missing_scope", "links:write")


async def test_where_the_bot_is_not_the_event_names_the_way(linked: Any, heard: Any) -> None:
    """A private channel is unknown by its id, so the preview goes by `unfurl_id` and `source`."""
    event = await heard(URL, channel="secret")
    unfurls = {URL: {"blocks": BLOCKS}}

    by_channel = await linked.call("chat.unfurl", channel=event["channel"], ts=event["message_ts"], unfurls=unfurls)
    by_id = await linked.call(
        "chat.unfurl", unfurl_id=event["unfurl_id"], source="conversations_history", unfurls=unfurls
    )

    assert not event["is_bot_user_member"]
    assert (by_channel["error"], by_id) == ("cannot_find_channel", {"ok": True})
    assert messages(linked.world, "acme", "secret")[0].unfurls


async def test_a_draft_has_no_channel(linked: Any, connect: Any) -> None:
    peer = await connect(linked)
    draft = compose(linked.world, "acme", "general", "mona", f"Look {URL}")
    assert isinstance(draft, Delivery)
    await peer.acknowledge(await peer.frame())
    await draft.finished()
    event = draft.payload["event"]

    body = await linked.call(
        "chat.unfurl", unfurl_id=event["unfurl_id"], source="composer", unfurls={URL: {"blocks": BLOCKS}}
    )

    assert (event["channel"], event["source"], event["message_ts"]) == ("COMPOSER", "composer", event["unfurl_id"])
    assert body == {"ok": True}
    assert linked.world.links[event["unfurl_id"]].previews == {URL: {"blocks": BLOCKS}}
    assert messages(linked.world, "acme", "general") == []


async def test_only_who_shared_the_link_is_asked_to_sign_in(linked: Any, heard: Any) -> None:
    event = await heard(URL)
    where = {"channel": event["channel"], "ts": event["message_ts"]}

    worded = await linked.call(
        "chat.unfurl", **where, user_auth_message="Link your account.", user_auth_url="https://agent.example.com/link"
    )
    blocks = await linked.call("chat.unfurl", **where, user_auth_required=True, user_auth_blocks=ASK)

    assert worded["ok"]
    assert blocks["ok"]
    asked, prompted = ephemerals(linked.world, "acme", "general", "mona")
    assert asked.text == "Link your account. <https://agent.example.com/link|Connect>"
    assert prompted.blocks == tuple(ASK)
    assert ephemerals(linked.world, "acme", "general", "ada") == []
    assert "message" not in click(linked.world, "acme", "general", prompted.ts, "mona", "Close").payload
    with pytest.raises(LookupError, match="ada sees no message"):
        click(linked.world, "acme", "general", prompted.ts, "ada", "Close")


async def test_a_draft_cannot_be_answered_with_a_question(linked: Any, connect: Any) -> None:
    peer = await connect(linked)
    draft = compose(linked.world, "acme", "general", "mona", URL)
    assert isinstance(draft, Delivery)
    await peer.acknowledge(await peer.frame())
    await draft.finished()

    unfurl_id = draft.payload["event"]["unfurl_id"]
    body = await linked.call("chat.unfurl", unfurl_id=unfurl_id, source="composer", user_auth_required=True)

    assert body["error"] == "cannot_prompt"
