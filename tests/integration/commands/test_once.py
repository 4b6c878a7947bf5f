"""Each command is answered, and once: repeated by Slack, cut off by a restart, while the set-up isn't finished."""

from typing import Any

import pytest

from agent.slack import answering
from infra.sandbox.slack import breakage
from infra.sandbox.slack.faults import Down, Limited
from infra.sandbox.slack.hooks import USES
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.switches import Switches


async def test_a_command_that_slack_brings_in_several_envelopes_is_answered_once(rig: Any) -> None:
    command = rig.type("subscribe acme/docs")
    again = [rig.slack.line.start(_copy(command)) for _ in range(3)]
    await rig.answered()
    again.append(rig.slack.line.start(_copy(command)))
    await rig.passes(3600, step_s=120)
    again.append(rig.slack.line.start(_copy(command)))
    await rig.answered()

    assert all(each.acknowledged and len(each.attempts) == 1 for each in again)
    assert len({attempt.envelope_id for each in again for attempt in each.attempts}) == 5
    assert len(rig.seen()) == 1


async def test_a_command_whose_acknowledgement_was_lost_is_answered_once(rigs: Any) -> None:
    async with rigs(Switches(commands_are_redelivered=True, acks_on_any_socket=False)) as rig:
        await rig.start()
        await rig.link()
        before = rig.store.life.begun
        command = rig.type("subscribe acme/docs")
        while rig.store.life.begun == before:
            await rig.clock.sleep(0)
        breakage.reset(rig.slack)  # it is being stored
        await rig.answered()

        assert [attempt.socket is None for attempt in command.attempts] == [False, False]
        assert command.acknowledged
        assert len(rig.seen()) == 1
        assert len(await rig.subscribed()) == 1


async def test_the_same_words_typed_twice_are_two_commands(rig: Any) -> None:
    rig.type("subscribe acme/docs issues")
    rig.type("subscribe acme/docs issues")
    await rig.answered()

    public, private = sorted(rig.seen(), key=lambda each: bool(each.ephemeral_for))
    assert "subscribed this channel to" in public.text
    assert private.text.endswith("Nothing was changed.")


async def test_an_acknowledged_command_is_answered_after_a_restart_also_when_its_response_url_has_expired(
    rig: Any,
) -> None:
    for number, text in enumerate(("help", "subscribe acme/docs"), start=1):
        life = rig.store.life
        life.last = life.begun + 1  # the envelope is stored, and nothing after it
        command = rig.type(text)
        await rig.within(5, life.dead.is_set)
        assert command.acknowledged
        await rig.kill()
        await rig.passes(1900, step_s=100)

        await rig.start()
        await rig.answered()

        assert len(rig.seen()) == number
    assert [each.ephemeral_for is None for each in rig.seen()] == [False, True]
    assert [hook.uses for hook in rig.slack.hooks.values()] == [0, 0]


async def test_killed_between_the_change_and_its_answer_nothing_is_done_twice_and_what_holds_is_told(rig: Any) -> None:
    rig.slack.faults.add(Limited(retry_after_s=30), method="chat.postMessage")
    rig.type("subscribe acme/docs issues")
    _use_up(rig)
    await rig.within(5, lambda: "chat.postMessage" in rig.called())
    await rig.kill()

    await rig.start()
    await rig.answered()

    [answer] = rig.seen()
    assert answer.text.startswith("This channel is subscribed to")
    assert await rig.subscribed() == ["acme/docs `issues`"]


async def test_a_click_that_was_acknowledged_before_a_restart_counts_after_it(rig: Any) -> None:
    answer = await rig.said("subscribe acme/docs")
    life = rig.store.life
    life.last = life.begun + 1
    rig.click(answer)
    await rig.within(5, life.dead.is_set)
    await rig.kill()

    await rig.start()
    await rig.answered()

    assert "undid it" in rig.seen()[-1].text
    assert len(rig.seen()) == 2
    assert await rig.subscribed() == []


@pytest.mark.parametrize("text", ["subscribe acme/docs", "subscribe acme", "subscribe http://{}/acme/docs reviews"])
async def test_without_a_github_app_it_says_what_is_missing(rigs: Any, text: str) -> None:
    async with rigs() as rig:
        await rig.start(GHES_APP_ID="", GHES_PRIVATE_KEY="")

        answer = await rig.said(text.format(rig.ghes.web_url.partition("://")[2]))

        assert answer.text == (
            "I'm not connected to GitHub Enterprise yet: the GitHub App isn't set up, so nothing was changed. Ask "
            "whoever runs this app to finish its set-up."
        )
        assert answer.ephemeral_for
        assert (await rig.said("subscribe list")).text.startswith("This channel has no subscriptions.")
        assert (await rig.said("subscribe acme/docs isues")).text.startswith("There is no feature `isues`.")
        assert (await rig.said("help")).text.startswith("What I can do:")


async def test_a_command_of_a_workspace_that_is_not_connected_is_answered_all_the_same(rig: Any) -> None:
    command = rig.type("help")
    elsewhere = {**command.payload, "team_id": "T99999999", "trigger_id": "1.2"}

    rig.slack.line.start(Delivery(kind="slash_commands", payload=elsewhere, accepts_payload=True))
    await rig.answered()

    assert [each.text.partition(":")[0] for each in rig.seen()] == ["What I can do"] * 2


async def test_a_command_that_can_not_be_answered_for_half_an_hour_is_given_up(rig: Any) -> None:
    rig.slack.faults.add(Down(), times=None)
    command = rig.type("help")
    _use_up(rig)

    took_s = await rig.answered(3600, step_s=30)

    assert command.acknowledged
    assert answering.GIVE_UP_S - 60 < took_s <= answering.GIVE_UP_S
    rig.slack.faults.clear()
    await rig.passes(60, step_s=5)
    assert rig.seen() == []


def _use_up(rig: Any) -> None:
    """No response_url takes anything any more."""
    for hook in rig.slack.hooks.values():
        hook.uses = USES


def _copy(command: Delivery) -> Delivery:
    """The same command in another envelope."""
    return Delivery(kind="slash_commands", payload=command.payload, accepts_payload=True)
