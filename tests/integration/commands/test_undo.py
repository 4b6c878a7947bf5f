"""*Undo*, as people press it: twice, at the same moment, somebody else, in a channel that has moved."""

from typing import Any

from infra.sandbox.slack import workspace
from infra.sandbox.slack.line import Delivery


async def test_somebody_else_may_undo_and_everybody_sees_who_it_was(rig: Any) -> None:
    await rig.link("ada")
    answer = await rig.said("subscribe acme/docs")

    undone = await rig.clicked(answer, user="ada")

    ada = rig.slack.user("acme", "ada").user_id
    assert undone.ephemeral_for is None
    assert undone.text.startswith(f"<@{ada}> undid it: this channel is no longer subscribed to")
    assert await rig.subscribed() == []


async def test_a_second_click_changes_nothing_and_is_told_to_who_clicked(rig: Any) -> None:
    await rig.link("defunkt")
    answer = await rig.said("subscribe acme/docs issues")
    await rig.clicked(answer)
    await rig.said("subscribe acme/docs issues")

    again = await rig.clicked(answer, user="defunkt")

    assert (again.text, again.ephemeral_for) == (
        "It was undone already.",
        rig.slack.user("acme", "defunkt").user_id,
    )
    assert await rig.subscribed() == ["acme/docs `issues`"]


async def test_of_clicks_at_the_same_moment_one_counts(rig: Any) -> None:
    await rig.link("ada")
    await rig.link("defunkt")
    answer = await rig.said("subscribe acme/docs")

    clicks = [rig.click(answer, user=user) for user in ("mona", "defunkt", "ada", "mona")]
    await rig.answered()

    assert all(click.acknowledged for click in clicks)
    everywhere = rig.slack.channel("acme", "general").messages.values()
    assert sum("undid it" in each.text for each in everywhere) == 1
    assert sum(each.text == "It was undone already." for each in everywhere) == 3


async def test_a_click_that_slack_brings_twice_is_one(rig: Any) -> None:
    answer = await rig.said("subscribe acme/docs")
    click = rig.click(answer)
    await rig.answered()

    rig.slack.line.start(Delivery(kind="interactive", payload=click.payload))
    await rig.answered()

    assert len(rig.seen()) == 2
    assert not rig.slack.complaints


async def test_undoing_an_unsubscribe_lets_the_cards_come_again(rig: Any) -> None:
    await rig.said("subscribe acme/docs issues")
    answer = await rig.said("unsubscribe acme/docs")
    await rig.issue("unheard")

    await rig.clicked(answer)
    await rig.issue("heard")

    assert [text.split()[-1] for text in rig.cards()] == ["heard"]


async def test_undo_works_in_a_channel_whose_id_and_name_have_changed(rig: Any) -> None:
    answer = await rig.said("subscribe acme/docs")
    workspace.rename(rig.slack, "acme", "general", "everything")
    workspace.change_id(rig.slack, "acme", "everything")
    await rig.answered()
    moved = rig.slack.channel("acme", "everything").messages[answer.ts]

    undone = await rig.clicked(moved, "everything")

    assert "undid it" in undone.text
    assert await rig.subscribed("everything") == []


async def test_the_button_of_an_installation_opens_a_page_and_says_nothing(rig: Any) -> None:
    answer = await rig.said("subscribe globex/site")

    rig.click(answer, "Install GitHub App")
    await rig.answered()

    assert rig.seen() == [answer]
