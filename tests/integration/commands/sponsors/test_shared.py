"""Channels that are shared with another organisation: guests, strangers, and an administrator's yes."""

from typing import Any

import pytest

from infra.sandbox.slack import workspace
from infra.sandbox.slack.population import share_channel


@pytest.mark.parametrize("user", ["gus", "stella"])
async def test_guests_and_strangers_neither_subscribe_nor_unsubscribe(house: Any, rig: Any, user: str) -> None:
    await rig.said("subscribe acme/docs issues", "partners")

    added = await rig.said("subscribe acme/shared", "partners", user)
    ended = await rig.said("unsubscribe acme/docs", "partners", user)

    assert ["nothing was changed" in each.text for each in (added, ended)] == [True, True]
    assert await rig.subscribed("partners") == ["acme/docs `issues`"]
    assert await house.arrives("heard", "partners", "acme/docs")


async def test_without_an_administrator_nothing_private_comes_into_a_shared_channel(house: Any, rig: Any) -> None:
    answer = await rig.said("subscribe acme/api issues", "partners")

    assert "none of them is connected in this workspace" in answer.text
    assert not await house.arrives("hidden", "partners")


async def test_an_administrators_yes_has_the_subscription_go_on_by_itself(governed: Any) -> None:
    rig = governed.rig
    waiting = await rig.said("subscribe acme/api issues", "partners")
    [question] = rig.seen("dm-defunkt", "defunkt")
    early = await governed.arrives("early", "partners")

    await governed.press(question, "Allow", "dm-defunkt", "defunkt")

    assert "I've asked the administrators" in waiting.text
    assert "wants to subscribe" in question.text
    assert rig.seen("dm-defunkt", "defunkt")[-1].text.startswith("You allowed")
    assert "subscribed this channel" in rig.seen("partners")[-1].text
    assert (early, await governed.arrives("heard", "partners")) == (False, True)
    assert {"ask to allow", "allow", "sponsor", "subscribe"} <= set(await governed.actions())


async def test_once_unsubscribed_a_yes_counts_no_more_and_they_are_asked_again(governed: Any) -> None:
    rig = governed.rig
    await rig.said("subscribe acme/api issues", "partners")
    [question] = rig.seen("dm-defunkt", "defunkt")
    await governed.press(question, "Allow", "dm-defunkt", "defunkt")
    await rig.said("unsubscribe acme/api", "partners")

    waiting = await rig.said("subscribe acme/api issues", "partners")

    assert "I've asked the administrators" in waiting.text
    assert "wants to subscribe" in rig.seen("dm-defunkt", "defunkt")[-1].text
    assert not await governed.arrives("hidden", "partners")
    assert "take back" in await governed.actions()


async def test_an_administrators_no_is_told_to_whoever_asked(governed: Any) -> None:
    rig = governed.rig
    await rig.said("subscribe acme/api issues", "partners")
    [question] = rig.seen("dm-defunkt", "defunkt")

    await governed.press(question, "Refuse", "dm-defunkt", "defunkt")
    told = rig.seen("partners")[-1]
    again = await rig.said("subscribe acme/api issues", "partners")

    assert "An administrator has refused" in told.text
    assert told.ephemeral_for == rig.slack.user("acme", "mona").user_id
    assert "has just refused" in again.text
    assert not await governed.arrives("hidden", "partners")
    assert "refuse" in await governed.actions()


async def test_a_channel_that_is_shared_later_pauses_when_the_first_of_the_others_joins(governed: Any) -> None:
    rig = governed.rig
    await rig.said("subscribe acme/api issues")
    share_channel(rig.slack, "acme", "general", "elsewhere")

    workspace.invite(rig.slack, "acme", "general", "stella")
    await rig.passes(90)
    await rig.answered()

    assert len(governed.told_of_pause()) == 1
    assert not await governed.arrives("unheard")


async def test_a_channel_that_is_shared_later_pauses_and_asks(governed: Any) -> None:
    rig = governed.rig
    await rig.said("subscribe acme/api issues")
    share_channel(rig.slack, "acme", "general", "elsewhere")
    await governed.a_day_passes()
    [question] = rig.seen("dm-defunkt", "defunkt")
    unheard = await governed.arrives("unheard")

    await governed.press(question, "Allow", "dm-defunkt", "defunkt")

    assert len(governed.told_of_pause()) == 1
    assert "paused until you answer" in question.text
    assert (unheard, await governed.arrives("heard")) == (False, True)


async def test_a_yes_that_is_taken_back_silences_the_repository_and_names_nothing_new(governed: Any) -> None:
    rig = governed.rig
    await rig.said("subscribe acme/api issues", "partners")
    [question] = rig.seen("dm-defunkt", "defunkt")
    await governed.press(question, "Allow", "dm-defunkt", "defunkt")
    heard = await governed.arrives("heard", "partners")

    allowed = next(each for each in rig.seen("dm-defunkt", "defunkt") if each.text.startswith("You allowed"))
    await governed.press(allowed, "Take back", "dm-defunkt", "defunkt")

    told = rig.seen("partners")[-1]
    assert (heard, await governed.arrives("hidden", "partners")) == (True, False)
    assert "is paused: it's private, and this channel is shared" in told.text
    assert any(each.text.startswith("You took back") for each in rig.seen("dm-defunkt", "defunkt"))
    assert {"take back", "pause"} <= set(await governed.actions())
