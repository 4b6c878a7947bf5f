"""The bot's way into a channel, and what becomes of a subscription when its channel changes."""

from typing import Any

import pytest

from infra.sandbox.slack import events, workspace
from infra.sandbox.slack.faults import Limited, Says, Slow
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.population import add_channel

INVITE = (
    "I'm not in this channel yet. Type `/invite @ghe` here within 30 minutes: then I carry out `/ghe {}` by myself."
)


async def test_a_public_channel_is_joined_without_asking(rig: Any) -> None:
    answer = await rig.said("subscribe acme/docs", "random")
    await rig.issue("It leaks")

    assert answer.ephemeral_for is None
    assert rig.slack.team("acme").bot_user_id in rig.slack.channel("acme", "random").members
    assert rig.called().count("conversations.join") == 1
    assert len(rig.cards("random")) == 1


async def test_where_it_may_not_join_it_asks_to_be_invited(rig: Any) -> None:
    rig.slack.team("acme").scopes -= {"channels:join"}

    answer = await rig.said("subscribe acme/docs", "random")
    assert (answer.text, bool(answer.ephemeral_for)) == (INVITE.format("subscribe acme/docs"), True)

    workspace.invite(rig.slack, "acme", "random")
    await rig.answered()
    assert await rig.subscribed("random") != []


async def test_a_private_channel_asks_for_an_invitation_and_goes_on_once_it_came(rig: Any) -> None:
    answer = await rig.said("subscribe acme/docs issues", "secret")
    assert (answer.text, bool(answer.ephemeral_for)) == (INVITE.format("subscribe acme/docs issues"), True)

    await rig.passes(600, step_s=30)
    workspace.invite(rig.slack, "acme", "secret", by="defunkt")
    await rig.answered()

    mona = rig.slack.user("acme", "mona").user_id
    _, went_on = rig.seen("secret")
    assert went_on.text.startswith(f"<@{mona}> subscribed this channel to")
    assert went_on.ephemeral_for is None

    workspace.kick(rig.slack, "acme", "secret")
    workspace.invite(rig.slack, "acme", "secret")
    await rig.answered()
    assert len(rig.seen("secret")) == 2
    await rig.issue("It leaks")
    assert len(rig.cards("secret")) == 1


async def test_slacks_repetition_of_an_old_invitation_has_nothing_go_on(rig: Any) -> None:
    await rig.said("subscribe acme/docs", "secret")
    invitation = workspace.invite(rig.slack, "acme", "secret")
    await rig.answered()
    workspace.kick(rig.slack, "acme", "secret")
    await rig.said("subscribe acme/shared", "secret")
    before = rig.seen("secret")

    assert invitation
    rig.slack.line.start(Delivery(kind="events_api", payload=invitation.payload))
    await rig.answered()

    assert rig.seen("secret") == before


async def test_after_half_an_hour_a_kept_call_does_not_go_on(rig: Any) -> None:
    await rig.said("subscribe acme/docs", "secret")

    await rig.passes(1801, step_s=60)
    workspace.invite(rig.slack, "acme", "secret")
    await rig.answered()

    assert len(rig.seen("secret")) == 1
    assert await rig.subscribed("secret") == []


async def test_just_before_half_an_hour_it_goes_on_although_its_response_url_is_used_up(rig: Any) -> None:
    await rig.said("subscribe acme/docs", "secret")
    for hook in rig.slack.hooks.values():
        hook.uses = 5

    await rig.passes(1799, step_s=60)
    workspace.invite(rig.slack, "acme", "secret")
    await rig.answered()

    assert [each.ephemeral_for is None for each in rig.seen("secret")] == [False, True]
    assert len(await rig.subscribed("secret")) == 1


async def test_the_same_command_typed_again_goes_on_once_and_those_of_others_do_too(rig: Any) -> None:
    await rig.link("defunkt")
    for user, text in (("mona", "acme/docs"), ("mona", "acme/docs"), ("defunkt", "acme/shared")):
        await rig.said(f"subscribe {text}", "secret", user)

    workspace.invite(rig.slack, "acme", "secret", user="ada")
    await rig.answered()
    assert [each.text.partition(".")[0] for each in rig.seen("secret")] == ["I'm not in this channel yet"] * 2
    workspace.invite(rig.slack, "acme", "secret")
    await rig.answered()

    public = [each.text.split()[0] for each in rig.seen("secret") if not each.ephemeral_for]
    assert sorted(public) == sorted(f"<@{rig.slack.user('acme', name).user_id}>" for name in ("mona", "defunkt"))
    assert [line.split()[0] for line in await rig.subscribed("secret")] == ["acme/docs", "acme/shared"]


async def test_a_call_waits_through_a_restart(rig: Any) -> None:
    await rig.said("subscribe acme/docs", "secret")
    await rig.kill()
    await rig.start()

    workspace.invite(rig.slack, "acme", "secret")
    await rig.answered()

    assert len(rig.seen("secret")) == 2


async def test_an_invitation_between_the_look_and_the_answer_is_not_missed(rig: Any) -> None:
    rig.slack.faults.add(Slow(seconds=5), method="conversations.info")
    rig.type("subscribe acme/docs", "secret")
    await rig.within(5, lambda: "conversations.info" in rig.called())

    workspace.invite(rig.slack, "acme", "secret")
    await rig.answered()

    [answer, went_on] = rig.seen("secret")
    assert answer.text == "I have just been invited to this channel: now I carry out `/ghe subscribe acme/docs`."
    assert "subscribed this channel to" in went_on.text


@pytest.mark.parametrize("channel", ["random", "secret", "general"])
async def test_an_archived_channel_is_refused(rig: Any, channel: str) -> None:
    rig.slack.channel("acme", channel).archived = True
    if channel == "secret":
        rig.slack.channel("acme", channel).members.add(rig.slack.team("acme").bot_user_id)

    answer = await rig.said("subscribe acme/docs", channel)

    assert answer.text == "This channel is archived, so nothing can be posted here. Use another channel."
    assert answer.ephemeral_for
    assert "conversations.join" not in rig.called()
    assert await rig.subscribed(channel) == []


async def test_a_conversation_between_people_can_not_be_subscribed(rig: Any) -> None:
    add_channel(rig.slack, "acme", "two-people", kind="im", members=["mona", "ada"])

    answer = await rig.said("subscribe acme/docs", "two-people")

    assert answer.text.startswith("I can't post in a conversation that I'm not part of")


async def test_a_limit_of_slack_is_waited_for_and_any_other_trouble_is_said(rig: Any) -> None:
    rig.slack.faults.add(Limited(retry_after_s=30), method="conversations.info")
    rig.type("subscribe acme/docs", "dev")
    assert 30 <= await rig.answered() <= 31
    assert len(await rig.subscribed("dev")) == 1

    rig.slack.faults.add(Says(error="service_unavailable"), method="conversations.info")
    answer = await rig.said("subscribe acme/docs")
    assert answer.text.startswith("Slack told me nothing about this channel (`service_unavailable`)")
    assert await rig.subscribed() == []


async def test_a_channel_that_becomes_private_or_is_renamed_keeps_what_it_has(rig: Any) -> None:
    await rig.said("subscribe acme/docs issues")
    rig.slack.channel("acme", "general").kind = "private"
    workspace.rename(rig.slack, "acme", "general", "hush")
    await rig.answered()

    await rig.issue("It leaks")
    answer = await rig.said("subscribe acme/docs +reviews", "hush")

    assert len(rig.cards("hush")) == 1
    assert "changed this channel's subscription" in answer.text
    assert await rig.subscribed("hush") == ["acme/docs `issues` `reviews`"]


async def test_a_call_that_waits_goes_with_its_channel_to_a_new_id(rig: Any) -> None:
    rig.slack.team("acme").scopes -= {"channels:join"}
    await rig.said("subscribe acme/docs", "random")
    old = rig.slack.channel("acme", "random").channel_id
    workspace.change_id(rig.slack, "acme", "random")
    new = rig.slack.channel("acme", "random").channel_id
    changed = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new}
    events.emit(rig.slack, rig.slack.team("acme"), changed)
    await rig.answered()

    workspace.invite(rig.slack, "acme", "random")
    await rig.answered()

    assert len(await rig.subscribed("random")) == 1
