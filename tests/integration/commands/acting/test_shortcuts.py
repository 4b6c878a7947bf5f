from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.slack import people


@pytest.fixture
async def door(desk: Any) -> Any:
    """acme/api#1, opened by ada."""
    ghes = desk.rig.ghes
    return happen.open_issue(ghes, ghes.repository("acme/api"), by=ghes.account("ada"), title="The door squeaks")


def _say(rig: Any, text: str, channel: str = "general") -> Any:
    return people.say(rig.slack, "acme", channel, "defunkt", text)


async def test_create_issue_on_a_message_quotes_it_with_its_address(rig: Any, desk: Any) -> None:
    message = _say(rig, "It squeaks & drips")
    people.message_shortcut(rig.slack, "acme", "general", message.ts, "mona", "ghe_issue_from_message")
    view = await desk.shown()
    [api] = await desk.options(view, "Repository", "api")

    await desk.submitted(view, Repository=api, Title="One")

    [issue] = desk.issues()
    place = rig.slack.channel("acme", "general").channel_id
    assert issue.body.startswith("> It squeaks & drips\n\n[Message by defunkt in Slack](https://acme.slack.com/")
    assert issue.body.endswith(f"/archives/{place}/p{message.ts.replace('.', '')})")


async def test_the_address_of_a_message_is_made_up_where_the_bot_is_not(rig: Any, desk: Any) -> None:
    message = _say(rig, "It squeaks", "secret")
    people.message_shortcut(rig.slack, "acme", "secret", message.ts, "mona", "ghe_issue_from_message")
    view = await desk.shown()
    [api] = await desk.options(view, "Repository", "api")

    answer = await desk.submitted(view, "secret", Repository=api, Title="One")

    place = rig.slack.channel("acme", "secret").channel_id
    assert f"https://acme.slack.com/archives/{place}/p{message.ts.replace('.', '')}" in desk.issues()[0].body
    assert "Its card isn't posted here" in answer.text


async def test_create_issue_from_anywhere_answers_in_the_direct_message(rig: Any, desk: Any) -> None:
    people.shortcut(rig.slack, "acme", "mona", "ghe_create_issue")
    view = await desk.shown()
    [api] = await desk.options(view, "Repository", "api")

    answer = await desk.submitted(view, "dm-mona", Repository=api, Title="One")

    assert len(desk.issues()) == 1
    assert answer.text.startswith("Opened <")


@pytest.mark.parametrize("typed", ["acme/api#1", "{url}/acme/api/issues/1"])
async def test_a_message_becomes_a_comment(rig: Any, desk: Any, door: Any, typed: str) -> None:
    message = _say(rig, "Oil it")
    people.message_shortcut(rig.slack, "acme", "general", message.ts, "mona", "ghe_comment_from_message")
    view = await desk.shown()

    answer = await desk.submitted(view, Issue_or_pull_request=typed.format(url=rig.world.ghes_server.url))

    [comment] = door.comments
    assert comment.user.login == "ada"
    assert comment.body.startswith("> Oil it\n\n[Message by defunkt in Slack](")
    assert answer.text.startswith("You <")


async def test_a_recent_issue_can_be_chosen(rig: Any, desk: Any, door: Any) -> None:
    message = _say(rig, "Oil it")
    people.message_shortcut(rig.slack, "acme", "general", message.ts, "mona", "ghe_comment_from_message")
    view = await desk.shown()
    [found] = await desk.options(view, "Recent ones of yours", "squeaks")

    await desk.submitted(view, Recent_ones_of_yours=found)

    assert len(door.comments) == 1


@pytest.mark.parametrize("typed", ["", "the door", "https://github.com/acme/api/issues/1"])
async def test_a_comment_needs_a_place(rig: Any, desk: Any, typed: str) -> None:
    message = _say(rig, "Oil it")
    people.message_shortcut(rig.slack, "acme", "general", message.ts, "mona", "ghe_comment_from_message")
    view = await desk.shown()

    sent = desk.submit(view, Issue_or_pull_request=typed)
    await rig.answered()

    assert set(sent.answer["errors"]) == {"comment_place"}
