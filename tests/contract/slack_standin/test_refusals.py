"""What Slack refuses, the stand-in refuses with the same code. Each row names its source in slack.md."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.sandbox.slack.app import BOT_SCOPES
from infra.sandbox.slack.people import say
from infra.sandbox.slack.workspace import archive, revoke, uninstall

BLOCK = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
METADATA = {"event_type": "t", "event_payload": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`args` may hold functions of the running stand-in; `before` prepares it."""

    code: str
    method: str
    source: str
    args: dict[str, Any] = field(default_factory=dict)
    before: Callable[[Any], Any] = lambda _slack: None


def channel(name: str) -> Callable[[Any], str]:
    return lambda slack: str(slack.id(name))


def user(name: str) -> Callable[[Any], str]:
    return lambda slack: str(slack.world.user("acme", name).user_id)


def without(*scopes: str) -> Callable[[Any], None]:
    def strip(slack: Any) -> None:
        slack.world.team("acme").scopes = BOT_SCOPES - set(scopes)

    return strip


def archived(slack: Any) -> None:
    archive(slack.world, "acme", "general")


GENERAL = {"channel": channel("general")}
TEXT = {**GENERAL, "text": "x"}
POST, UPDATE, EPHEMERAL = "chat.postMessage", "chat.update", "chat.postEphemeral"

ROWS = [
    Row(code="unknown_method", method="chat.shout", source="§10 common"),
    Row(code="channel_not_found", method=POST, source="§10", args={"channel": "C404", "text": "x"}),
    Row(code="channel_not_found", method=POST, source="§10", args={"channel": channel("secret"), "text": "x"}),
    Row(
        code="not_in_channel",
        method=POST,
        source="§8 chat:write.public, §10",
        args={"channel": channel("random"), "text": "x"},
        before=without("chat:write.public"),
    ),
    Row(code="is_archived", method=POST, source="§10", args=TEXT, before=archived),
    Row(code="no_text", method=POST, source="§10", args=GENERAL),
    Row(code="invalid_blocks", method=POST, source="§13", args={**GENERAL, "blocks": [{"type": "poem"}]}),
    Row(code="invalid_blocks", method=POST, source="§13", args={**GENERAL, "attachments": [{"blocks": [BLOCK] * 51}]}),
    Row(code="invalid_blocks_format", method=POST, source="§10", args={**GENERAL, "blocks": "[{"}),
    Row(
        code="msg_blocks_too_long",
        method=POST,
        source="§13 markdown 12,000 in sum",
        args={**GENERAL, "blocks": [{"type": "markdown", "text": "x" * 7_000}] * 2},
    ),
    Row(code="too_many_attachments", method=POST, source="§10 > 100", args={**GENERAL, "attachments": [{}] * 101}),
    Row(code="markdown_text_conflict", method=POST, source="§13", args={**TEXT, "markdown_text": "x"}),
    Row(code="invalid_metadata_format", method=POST, source="§10", args={**TEXT, "metadata": "{"}),
    Row(code="invalid_metadata_schema", method=POST, source="§10", args={**TEXT, "metadata": {"event_type": "t"}}),
    Row(code="invalid_metadata_schema", method=POST, source="§10", args={**TEXT, "metadata": {**METADATA, "x": 1}}),
    Row(
        code="metadata_too_large",
        method=POST,
        source="§10",
        args={**TEXT, "metadata": {**METADATA, "event_payload": {"x": "x" * 20_000}}},
    ),
    Row(code="message_not_found", method=POST, source="§10 the thread's ts is gone", args={**TEXT, "thread_ts": "1.2"}),
    Row(code="message_not_found", method=UPDATE, source="§10", args={**TEXT, "ts": "1.2"}),
    Row(code="msg_too_long", method=UPDATE, source="§13 ≤ 4,000", args={**GENERAL, "ts": "1.2", "text": "x" * 4_001}),
    Row(code="message_not_found", method="chat.delete", source="§10", args={**GENERAL, "ts": "1.2"}),
    Row(
        code="user_not_in_channel",
        method=EPHEMERAL,
        source="§10",
        args={"channel": channel("secret"), "user": user("ada"), "text": "x"},
        before=lambda slack: slack.world.channel("acme", "secret").members.add(slack.world.team("acme").bot_user_id),
    ),
    Row(code="channel_not_found", method="conversations.info", source="§10", args={"channel": channel("secret")}),
    Row(
        code="not_in_channel",
        method="conversations.history",
        source="§8, §11 history needs membership",
        args={"channel": channel("random")},
    ),
    Row(code="thread_not_found", method="conversations.replies", source="[REF]", args={**GENERAL, "ts": "1.2"}),
    Row(
        code="method_not_supported_for_channel_type",
        method="conversations.join",
        source="§10",
        args={"channel": channel("secret")},
    ),
    Row(code="is_archived", method="conversations.join", source="§10", args=GENERAL, before=archived),
    Row(code="user_not_found", method="conversations.open", source="§10", args={"users": "U404"}),
    Row(code="user_not_found", method="users.info", source="[REF]", args={"user": "U404"}),
    Row(
        code="channel_not_found",
        method="chat.getPermalink",
        source="§12 fails where the bot is not a member",
        args={"channel": channel("random"), "message_ts": "1.2"},
    ),
    Row(
        code="message_not_found",
        method="reactions.add",
        source="§10",
        args={**GENERAL, "timestamp": "1.2", "name": "eyes"},
    ),
    Row(code="invalid_trigger_id", method="views.open", source="§10", args={"trigger_id": "1.2.x", "view": MODAL}),
    Row(code="not_found", method="views.update", source="§10", args={"view_id": "V404", "view": {}}),
    Row(code="account_inactive", method=POST, source="§10", args=TEXT, before=lambda s: uninstall(s.world, "acme")),
    Row(code="token_revoked", method=POST, source="§10", args=TEXT, before=lambda s: revoke(s.world, "acme")),
    Row(code="not_allowed_token_type", method="apps.connections.open", source="§1 app-level token only"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method}-{row.code}")
async def test_what_slack_refuses_is_refused_with_its_code(slack: Any, row: Row) -> None:
    args = {name: value(slack) if callable(value) else value for name, value in row.args.items()}
    row.before(slack)

    response = await slack.request(row.method, **args)

    body = await response.json()
    assert response.status == 200, "slack.md §8: ok:false comes with HTTP 200"
    assert (body["ok"], body["error"]) == (False, row.code), row.source


async def test_a_refusal_of_blocks_says_what_and_where(slack: Any) -> None:
    """slack.md §18: `invalid_blocks` with `response_metadata.messages`."""
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}

    body = await slack.call(POST, channel=slack.id("general"), blocks=[BLOCK, long])

    expected = "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    assert body["response_metadata"]["messages"] == [expected]


async def test_a_missing_scope_is_named_with_those_that_are_there(slack: Any) -> None:
    """slack.md §10: `missing_scope` (+ `needed`, `provided`)."""
    slack.world.team("acme").scopes = frozenset({"commands", "team:read"})

    body = await slack.call(POST, channel=slack.id("general"), text="x")

    assert body == {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands,team:read"}


async def test_history_of_a_private_channel_needs_the_scope_of_its_kind(slack: Any) -> None:
    """slack.md §8: `*:history`."""
    slack.world.team("acme").scopes = BOT_SCOPES - {"groups:history"}

    body = await slack.call("conversations.history", channel=slack.id("team"))

    assert (body["error"], body["needed"]) == ("missing_scope", "groups:history")


async def test_without_a_token_and_with_a_wrong_one(slack: Any) -> None:
    """slack.md §10, common to all methods."""
    nothing = await (await slack.session.post(slack.urls.api_url + "auth.test")).json()
    wrong = await slack.call("auth.test", token="xoxb-wrong")

    assert nothing["error"] == "not_authed"
    assert wrong["error"] == "invalid_auth"


async def test_the_app_level_token_is_never_taken_as_a_parameter_and_posts_nothing(slack: Any) -> None:
    """slack.md §1."""
    token = slack.world.app.token
    url = slack.urls.api_url + "apps.connections.open"
    as_field = await (await slack.session.post(url, data={"token": token})).json()
    posting = await slack.call(POST, token=token, channel=slack.id("general"), text="x")

    assert as_field["error"] == "not_authed"
    assert posting["error"] == "not_allowed_token_type"


async def test_a_message_of_somebody_else_is_not_ours_to_change(slack: Any) -> None:
    """slack.md §10: `cant_update_message`."""
    theirs = say(slack.world, "acme", "general", "mona", "mine").ts

    updated = await slack.call(UPDATE, channel=slack.id("general"), ts=theirs, text="x")
    deleted = await slack.call("chat.delete", channel=slack.id("general"), ts=theirs)

    assert updated["error"] == "cant_update_message"
    assert deleted["error"] == "cant_delete_message"


async def test_an_archived_channel_freezes_its_messages(slack: Any) -> None:
    """slack.md §10: chat.update adds `is_inactive`."""
    ts = await slack.post()
    archived(slack)

    body = await slack.call(UPDATE, channel=slack.id("general"), ts=ts, text="x")

    assert body["error"] == "is_inactive"


async def test_a_reply_is_no_root(slack: Any) -> None:
    """slack.md §10: `cannot_reply_to_message`."""
    reply = await slack.post(thread_ts=await slack.post())

    body = await slack.call(POST, channel=slack.id("general"), text="x", thread_ts=reply)

    assert body["error"] == "cannot_reply_to_message"


async def test_the_same_reaction_twice(slack: Any) -> None:
    """slack.md §10: `already_reacted`."""
    again = {"channel": slack.id("general"), "timestamp": await slack.post(), "name": "eyes"}

    first = await slack.call("reactions.add", **again)
    second = await slack.call("reactions.add", **again)

    assert (first["ok"], second["error"]) == (True, "already_reacted")
