"""Buttons, shortcuts, Home, links and channels: what people do with one app reaches its agent and GHES only."""

from typing import Any

import pytest

from infra.sandbox.slack import people, workspace
from infra.sandbox.slack.links import register_domain

SHORTCUTS = ("ghe_issue_from_message", "ghe_comment_from_message")


@pytest.fixture
async def linked(both: Any) -> Any:
    """mona is ada on both servers, and #general subscribed to acme/docs of both."""
    for side in both.sides:
        await side.link()
        await side.types("subscribe acme/docs")
    return both


def form_of(both: Any) -> Any:
    """The form that mona has open."""
    view = people.open_view(both.slack, "acme", "mona")
    assert view is not None, "no form is open"
    return view


async def test_a_button_of_a_card_acts_on_the_server_that_the_card_is_of(linked: Any) -> None:
    issues = [await it.issue("It leaks") for it in linked.sides]
    [card] = linked.theirs.cards()
    heard = await linked.ours.heard()

    await linked.theirs.does(people.click, "general", card.ts, "mona", "Close")
    people.submit(linked.slack, form_of(linked).view_id)
    await linked.answered()

    assert [each.state for each in issues] == ["open", "closed"]
    assert await linked.ours.heard() == heard


async def test_undo_takes_back_the_subscription_of_its_own_agent(linked: Any) -> None:
    undoable = linked.theirs.said()[-1]

    await linked.theirs.does(people.click, "general", undoable.ts, "mona", "Undo")

    [ours], [theirs] = await linked.ours.types("subscribe list"), await linked.theirs.types("subscribe list")
    assert ["acme/docs" in ours.text, "acme/docs" in theirs.text] == [True, False]


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("callback_id", SHORTCUTS)
async def test_a_shortcut_of_one_name_opens_the_form_of_the_app_that_was_chosen(
    linked: Any, callback_id: str, number: int
) -> None:
    side, other = linked.sides[number], linked.sides[1 - number]
    message, heard = people.say(linked.slack, "acme", "general", "ada", "It leaks"), await other.heard()

    await side.does(people.message_shortcut, "general", message.ts, "mona", callback_id, app=side.app)

    assert form_of(linked).app_id == side.app.app_id
    assert await other.heard() == heard


async def test_a_form_of_one_app_searches_and_writes_on_its_own_server(linked: Any) -> None:
    theirs = linked.theirs
    await theirs.does(people.shortcut, "mona", "ghe_create_issue", app=theirs.app)
    view = form_of(linked)
    asked = people.suggest(linked.slack, view.view_id, "Repository", "docs")
    await linked.answered()
    assert asked.answer is not None
    [docs] = asked.answer["options"]

    people.submit(linked.slack, view.view_id, {"Repository": docs, "Title": "Through the form"})
    await linked.answered()

    found = [[each.title for each in it.ghes.repository("acme/docs").issues.values()] for it in linked.sides]
    assert found == [[], ["Through the form"]]


async def test_each_app_has_a_home_of_its_own(both: Any) -> None:
    await both.ours.link()

    await both.ours.does(people.open_home, "mona", app=both.ours.app)
    await both.theirs.does(people.open_home, "mona", app=both.theirs.app)

    ours, theirs = (str(people.home_view(both.slack, "acme", "mona", app=it.app)) for it in both.sides)
    assert ["connected as" in ours, "connected as" in theirs] == [True, False]
    assert "isn't connected with Slack yet" in theirs


async def test_a_home_names_the_agents_own_command(both: Any) -> None:
    for side in both.sides:
        await side.link()
        await side.does(people.open_home, "mona", app=side.app)

    ours, theirs = (str(people.home_view(both.slack, "acme", "mona", app=it.app)) for it in both.sides)
    assert ["`/ghe subscribe owner/repo`" in ours, "`/ghe-eu subscribe owner/repo`" in theirs] == [True, True]


async def test_each_app_greets_for_itself_and_names_its_command(both: Any) -> None:
    await both.theirs.does(people.open_home, "mona", app=both.theirs.app, tab="messages")
    meanwhile = both.ours.direct()

    await both.ours.does(people.open_home, "mona", app=both.ours.app, tab="messages")

    [theirs], [ours] = both.theirs.direct(), both.ours.direct()
    assert meanwhile == []
    assert ["`/ghe-eu help`" in theirs.text, "`/ghe help`" in ours.text] == [True, True]


async def test_a_link_is_previewed_by_the_agent_beside_its_server(linked: Any) -> None:
    for side in linked.sides:
        await side.issue("It leaks")
    links = " ".join(f"{it.ghes.web_url}/acme/docs/issues/1" for it in linked.sides)

    message = people.say(linked.slack, "acme", "dev", "mona", links)
    await linked.answered()

    shown = linked.slack.channel("acme", "dev").messages[message.ts]
    by = {url.partition("/acme")[0]: app_id for url, app_id in shown.unfurled_by.items()}
    assert by == {it.ghes.web_url: it.app.app_id for it in linked.sides}


async def test_a_link_of_the_other_server_is_left_alone_even_if_slack_tells_of_it(linked: Any) -> None:
    for side in linked.sides:
        await side.issue("It leaks")
    workspace.uninstall(linked.slack, "acme", app=linked.theirs.app)
    register_domain(linked.slack, "ghes-eu.localhost", localhost=True)

    message = people.say(linked.slack, "acme", "dev", "mona", f"{linked.theirs.ghes.web_url}/acme/docs/issues/1")
    await linked.answered()

    shown = linked.slack.channel("acme", "dev").messages[message.ts]
    assert linked.slack.line.deliveries[-1].app_id == linked.ours.app.app_id
    assert dict(shown.unfurls) == {}
    assert not [each for each in linked.ours.said("dev") if each.ts > message.ts]


async def test_an_invitation_of_one_bot_lets_only_its_agents_waiting_calls_go_on(linked: Any) -> None:
    for side in linked.sides:
        await side.types("subscribe acme/docs", "secret")
    before = [len(it.said("secret")) for it in linked.sides]

    await linked.theirs.does(workspace.invite, "secret", "ghe-eu")

    subscribed = [(await it.types("subscribe list", "secret"))[-1].text for it in linked.sides]
    assert before == [1, 1]
    assert ["acme/docs" in each for each in subscribed] == [False, True]


async def test_a_bot_that_is_put_out_of_a_channel_leaves_the_other_one_posting(linked: Any) -> None:
    for side in linked.sides:
        bot = side.app.bot_name
        await side.does(workspace.invite, "secret", bot)
        await side.types("subscribe acme/docs", "secret")

    await linked.ours.does(workspace.kick, "secret", "ghe")
    for side in linked.sides:
        await side.issue("It leaks")

    assert [len(it.cards("secret")) for it in linked.sides] == [0, 1]
