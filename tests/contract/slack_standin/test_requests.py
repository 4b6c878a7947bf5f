"""How requests and answers of the Web API look on the wire. Source: slack.md §8, §9."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientConnectionError

from infra.sandbox.slack.faults import AnswerLost, Down, Limited, RequestLost, Says, Slow
from infra.sandbox.slack.world import messages


async def test_query_form_and_json_are_merged(slack: Any) -> None:
    url = f"{slack.urls.api_url}chat.postMessage?channel={slack.id('general')}"
    headers = {"Authorization": f"Bearer {slack.world.team('acme').bot_token}"}

    as_json = await slack.session.post(url, json={"text": "json"}, headers=headers)
    as_form = await slack.session.post(url, data={"text": "form", "blocks": json.dumps([])}, headers=headers)

    assert (await as_json.json())["ok"]
    assert (await as_form.json())["ok"]
    assert [m.text for m in messages(slack.world, "acme", "general")] == ["json", "form"]


async def test_the_token_may_be_a_field_and_reading_may_be_a_get(slack: Any) -> None:
    token = slack.world.team("acme").bot_token

    by_field = await slack.session.post(f"{slack.urls.api_url}auth.test", data={"token": token})
    by_get = await slack.session.get(
        f"{slack.urls.api_url}conversations.list",
        params={"limit": "2", "exclude_archived": "1", "types": "public_channel,private_channel"},
        headers={"Authorization": f"Bearer {token}"},
    )

    assert (await by_field.json())["team_id"] == slack.world.team("acme").team_id
    assert [channel["name"] for channel in (await by_get.json())["channels"]] == ["general", "dev"]


async def test_every_answer_names_the_scopes(slack: Any) -> None:
    """slack.md §8: `x-oauth-scopes`."""
    good = await slack.request("auth.test")
    bad = await slack.request("chat.postMessage")

    assert "chat:write" in good.headers["x-oauth-scopes"].split(",")
    assert "chat:write" in bad.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"Content-Type": "application/json"}, b"{", "invalid_json"),
        ({"Content-Type": "application/json"}, b"[]", "json_not_object"),
        ({"Content-Type": "text/plain"}, b"x", "invalid_post_type"),
    ],
)
async def test_a_body_that_is_none(slack: Any, headers: dict[str, str], body: bytes, code: str) -> None:
    """slack.md §10: invalid_post_type and its kin."""
    answer = await slack.session.post(f"{slack.urls.api_url}api.test", data=body, headers=headers)

    assert (answer.status, (await answer.json())["error"]) == (200, code)


async def test_a_method_has_its_minute_in_each_workspace(slack: Any) -> None:
    """slack.md §9: per method and workspace, window one minute, HTTP 429 with Retry-After."""
    for _ in range(20):
        await slack.request("users.list")
    await slack.clock.advance(13)

    over = await slack.request("users.list")
    elsewhere = await slack.request("users.list", token=slack.world.team("globex").bot_token)
    other_method = await slack.request("users.info", user=slack.world.user("acme", "ada").user_id)

    assert (over.status, over.headers["Retry-After"]) == (429, "47")
    assert (await over.json()) == {"ok": False, "error": "ratelimited"}
    assert (elsewhere.status, other_method.status) == (200, 200)
    await slack.clock.advance(47)
    assert (await slack.request("users.list")).status == 200


async def test_a_channel_takes_one_post_a_second_after_a_short_burst(slack: Any) -> None:
    """slack.md §9: 1 message/s/channel, short bursts allowed."""
    statuses = [(await slack.request("chat.postMessage", channel=slack.id("dev"), text="x")).status for _ in range(5)]
    other = await slack.request("chat.postMessage", channel=slack.id("general"), text="x")
    await slack.clock.advance(1)
    later = await slack.request("chat.postMessage", channel=slack.id("dev"), text="x")

    assert statuses == [200, 200, 200, 200, 429]
    assert (other.status, later.status) == (200, 200)


async def test_limits_can_be_switched_off(start: Any) -> None:
    slack = await start(limits=False)

    statuses = {(await slack.request("chat.postMessage", channel=slack.id("dev"), text="x")).status for _ in range(10)}

    assert statuses == {200}


async def test_a_429_on_demand_for_one_method_of_one_workspace(slack: Any) -> None:
    team_id = slack.world.team("acme").team_id
    slack.world.faults.add(Limited(retry_after_s=30), method="chat.update", team_id=team_id)

    other = await slack.request("auth.test")
    limited = await slack.request("chat.update")
    again = await slack.request("chat.update")

    assert (other.status, limited.status, limited.headers["Retry-After"], again.status) == (200, 429, "30", 200)


async def test_slack_is_down_until_it_is_up(slack: Any) -> None:
    slack.world.faults.add(Down(status=502), times=None)

    down = [(await slack.request("auth.test")).status for _ in range(2)]
    slack.world.faults.clear()

    assert down == [502, 502]
    assert (await slack.request("auth.test")).status == 200


async def test_a_message_that_is_stored_although_the_answer_is_lost(slack: Any) -> None:
    """slack.md §11: message stored, response lost."""
    slack.world.faults.add(AnswerLost(), method="chat.postMessage")

    with pytest.raises(ClientConnectionError):
        await slack.call("chat.postMessage", channel=slack.id("general"), text="stored")

    assert [m.text for m in messages(slack.world, "acme", "general")] == ["stored"]


async def test_a_request_that_never_arrives(slack: Any) -> None:
    slack.world.faults.add(RequestLost(), method="chat.postMessage")

    with pytest.raises(ClientConnectionError):
        await slack.call("chat.postMessage", channel=slack.id("general"), text="lost")

    assert messages(slack.world, "acme", "general") == []


@pytest.mark.parametrize("after_the_deed", [True, False])
async def test_an_error_with_or_without_the_deed(slack: Any, *, after_the_deed: bool) -> None:
    """slack.md §10: with fatal_error and internal_error parts of the operation may have succeeded."""
    slack.world.faults.add(Says(error="fatal_error", after_the_deed=after_the_deed), method="chat.postMessage")

    body = await slack.call("chat.postMessage", channel=slack.id("general"), text="x")

    assert body["error"] == "fatal_error"
    assert len(messages(slack.world, "acme", "general")) == after_the_deed


async def test_an_answer_that_takes_its_time(slack: Any) -> None:
    slack.world.faults.add(Slow(seconds=5), method="api.test")
    before = slack.clock.now()

    async def meanwhile() -> None:
        await slack.world.feed.until(lambda: slack.world.calls)
        await slack.clock.advance(5)

    body, _ = await asyncio.gather(slack.call("api.test", a="1"), meanwhile())

    assert body == {"ok": True, "args": {"a": "1"}}
    assert (slack.clock.now() - before).total_seconds() == 5
