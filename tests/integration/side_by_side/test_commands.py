"""`/ghe` and `/ghe-eu` in one workspace: each reaches its own agent, which knows its own GHES only."""

from typing import Any

from infra.sandbox.slack import people


async def test_each_command_reaches_its_own_agent_only(both: Any) -> None:
    before = [await it.heard() for it in both.sides]

    said = await both.theirs.types("help")

    assert [await it.heard() for it in both.sides] == [before[0], before[1] + 1]
    assert [len(said), both.ours.said()] == [1, []]


async def test_help_names_the_agents_own_command(both: Any) -> None:
    [theirs], [ours] = await both.theirs.types("help"), await both.ours.types("help")

    assert "`/ghe-eu subscribe" in theirs.text
    assert "/ghe " not in theirs.text
    assert "`/ghe subscribe" in ours.text
    assert "/ghe-eu" not in ours.text


async def test_a_subscription_brings_the_events_of_its_own_ghes_only(both: Any) -> None:
    await both.theirs.link()
    await both.theirs.types("subscribe acme/docs")

    await both.ours.issue("Ours leaks")
    await both.theirs.issue("Theirs leaks")

    [card] = both.theirs.cards()
    assert "Theirs leaks" in card.text
    assert both.ours.cards() == []


async def test_the_same_repository_on_both_servers_does_not_mix(both: Any) -> None:
    for side in both.sides:
        await side.link()
        await side.types("subscribe acme/docs")

    issues = [await both.ours.issue("Ours leaks"), await both.theirs.issue("Theirs leaks")]

    [ours], [theirs] = both.ours.cards(), both.theirs.cards()
    assert issues[0].number == issues[1].number
    assert ["Ours leaks" in ours.text, "Theirs leaks" in theirs.text] == [True, True]
    assert f"{both.theirs.ghes.web_url}/acme/docs/issues/1" in str(theirs)
    assert both.ours.ghes.web_url not in str(theirs)


async def test_an_issue_of_the_same_name_is_closed_on_its_own_server(both: Any) -> None:
    await both.theirs.link()
    issues = [await both.ours.issue("Ours leaks"), await both.theirs.issue("Theirs leaks")]

    await both.theirs.types("close acme/docs#1")

    assert [each.state for each in issues] == ["open", "closed"]


async def test_the_list_of_subscriptions_is_the_agents_own(both: Any) -> None:
    await both.ours.link()
    await both.ours.types("subscribe acme/docs")

    [ours], [theirs] = await both.ours.types("subscribe list"), await both.theirs.types("subscribe list")

    assert "acme/docs" in ours.text
    assert "acme/docs" not in theirs.text
    assert "/ghe-eu subscribe owner/repo" in theirs.text


async def test_an_account_that_is_linked_with_one_ghes_is_not_linked_with_the_other(both: Any) -> None:
    await both.ours.link()

    [asked] = await both.theirs.types("subscribe acme/api")

    assert "Connect" in asked.text


async def test_a_link_of_the_other_ghes_is_refused_by_name(both: Any) -> None:
    await both.theirs.link()
    issues = [await it.issue("It leaks") for it in both.sides]

    [answer] = await both.theirs.types(f"close {both.ours.ghes.web_url}/acme/docs/issues/{issues[0].number}")

    assert [each.state for each in issues] == ["open", "open"]
    assert answer.text.startswith("I'm connected to `ghes-eu.localhost:")


async def test_what_people_write_reaches_neither(both: Any) -> None:
    before = [await it.heard() for it in both.sides]

    people.say(both.slack, "acme", "general", "mona", "/ghe-eu isn't a command in the middle of words")
    await both.answered()

    assert [await it.heard() for it in both.sides] == before
