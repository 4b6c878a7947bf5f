"""Response URLs. Source: slack.md §12, U7."""

from typing import Any

import pytest

from infra.sandbox.slack.people import click, slash
from infra.sandbox.slack.switches import Switches
from infra.sandbox.slack.world import ephemerals, messages

CARD = [{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Close"}}]}]


def hook(slack: Any) -> str:
    return str(slash(slack.world, "acme", "general", "mona", "help").payload["response_url"])


async def test_an_answer_is_ephemeral_unless_it_asks_for_the_channel(slack: Any) -> None:
    url = hook(slack)
    quiet = await slack.session.post(url, json={"text": "psst"})
    loud = await slack.session.post(url, json={"text": "all", "response_type": "in_channel"})

    assert (quiet.status, loud.status) == (200, 200)
    assert [m.text for m in ephemerals(slack.world, "acme", "general", "mona")] == ["psst"]
    assert [m.text for m in messages(slack.world, "acme", "general")] == ["all"]


@pytest.mark.parametrize("errors", ["text", "json"])
async def test_it_can_be_used_five_times(start: Any, errors: Any) -> None:
    """U7: how the sixth is answered."""
    slack = await start(switches=Switches(hook_errors=errors))
    url = hook(slack)
    statuses = [(await slack.session.post(url, json={"text": "x"})).status for _ in range(5)]

    sixth = await slack.session.post(url, json={"text": "x"})

    assert (statuses, sixth.status) == ([200] * 5, 404)
    body = await sixth.text()
    assert body == "used_url" if errors == "text" else "used_url" in body


async def test_it_lives_thirty_minutes(slack: Any) -> None:
    url = hook(slack)
    await slack.clock.advance(30 * 60 + 1, step_s=60)

    late = await slack.session.post(url, json={"text": "x"})

    assert (late.status, await late.text()) == (404, "expired_url")


async def test_the_original_of_a_click_can_be_replaced_and_deleted(slack: Any) -> None:
    mona = slack.world.user("acme", "mona").user_id
    await slack.call("chat.postEphemeral", channel=slack.id("general"), user=mona, blocks=CARD, text="ask")
    (asked,) = ephemerals(slack.world, "acme", "general", "mona")
    url = click(slack.world, "acme", "general", asked.ts, "mona", "Close").payload["response_url"]

    await slack.session.post(url, json={"text": "done", "replace_original": True, "response_type": "in_channel"})
    (replaced,) = ephemerals(slack.world, "acme", "general", "mona")
    await slack.session.post(url, json={"delete_original": True})

    assert (replaced.ts, replaced.text) == (asked.ts, "done")
    assert ephemerals(slack.world, "acme", "general", "mona") == []
    assert messages(slack.world, "acme", "general") == []


async def test_it_posts_where_the_bot_is_not(slack: Any) -> None:
    """slack.md §12: bypasses the posting permissions of the channel."""
    url = slash(slack.world, "acme", "secret", "mona", "help").payload["response_url"]

    answer = await slack.session.post(url, json={"text": "all", "response_type": "in_channel"})

    assert answer.status == 200
    assert [m.text for m in messages(slack.world, "acme", "secret")] == ["all"]


@pytest.mark.parametrize(
    ("body", "code"), [({"blocks": [{"type": "poem"}]}, "invalid_blocks"), ({"response_type": "in_channel"}, "no_text")]
)
async def test_what_slack_would_not_show_is_refused_here_too(slack: Any, body: dict[str, Any], code: str) -> None:
    """slack.md §10, §13."""
    answer = await slack.session.post(hook(slack), json=body)

    assert (answer.status, await answer.text()) == (400, code)


async def test_an_unknown_one_is_no_service(slack: Any) -> None:
    answer = await slack.session.post(f"{slack.urls.base_url}/commands/T1/2/3", json={"text": "x"})

    assert answer.status == 404
