"""What one person asks for in one channel is done in the order of asking; people don't wait for each other."""

from typing import Any

from agent.slack.turns import WAIT_S
from infra.sandbox.ghes.faults import Slow
from infra.sandbox.slack import workspace
from infra.sandbox.slack.faults import Limited

LOOKED_UP = "/repos/acme/docs/installation"


async def test_what_was_typed_last_holds_however_quickly_one_types(rig: Any) -> None:
    for _ in range(5):
        rig.type("subscribe acme/docs issues")
        rig.type("subscribe acme/docs pulls")
        await rig.answered()

        assert await rig.subscribed() == ["acme/docs `pulls`"]


async def test_a_command_waits_for_the_one_before_that_ghes_holds_up(rig: Any) -> None:
    rig.ghes.faults.append(Slow(path=LOOKED_UP, seconds=6))
    rig.type("subscribe acme/docs")
    await rig.passes(1)
    rig.type("unsubscribe acme/docs")

    assert 4 < await rig.answered() < 7

    assert ["unsubscribed" in each.text for each in rig.seen()] == [False, True]
    assert await rig.subscribed() == []


async def test_nobody_else_and_no_other_channel_waits(rig: Any) -> None:
    rig.ghes.faults.append(Slow(path=LOOKED_UP, seconds=15))
    rig.type("subscribe acme/docs")
    await rig.passes(1)

    rig.type("help", user="ada")
    rig.type("help", "dev")
    await rig.passes(1)

    assert (len(rig.seen(user="ada")), len(rig.seen("dev")), len(rig.seen())) == (1, 1, 0)


async def test_a_click_waits_for_its_turn_too(rig: Any) -> None:
    answer = await rig.said("subscribe acme/docs issues")
    rig.ghes.faults.append(Slow(path=LOOKED_UP, seconds=6))
    rig.type("subscribe acme/docs pulls")
    await rig.passes(1)
    rig.click(answer)
    await rig.answered()

    assert rig.seen()[-1].text.startswith("The subscription was changed since, so nothing was undone.")
    assert await rig.subscribed() == ["acme/docs `pulls`"]


async def test_whoever_types_very_much_holds_himself_up_and_then_comes_out_of_turn(rig: Any) -> None:
    rig.ghes.faults.append(Slow(path=LOOKED_UP, seconds=60, times=4))
    for _ in range(4):
        rig.type("subscribe acme/docs")
    rig.type("help")

    await rig.passes(WAIT_S + 1)

    assert "What I can do:" in [each.text.partition("\n")[0] for each in rig.seen()]


async def test_a_reply_that_slack_holds_up_holds_up_no_other(rig: Any) -> None:
    rig.slack.faults.add(Limited(retry_after_s=300), method="chat.postEphemeral")
    rig.type("help")
    for hook in rig.slack.hooks.values():
        hook.uses = 5
    await rig.passes(1)
    assert rig.seen() == []

    rig.type("subscribe list")
    await rig.passes(1)

    [answer] = rig.seen()
    assert answer.text.startswith("This channel has no subscriptions.")


async def test_kept_calls_go_on_in_the_order_in_which_they_were_typed(rig: Any) -> None:
    await rig.said("subscribe acme/docs issues", "secret")
    await rig.said("subscribe acme/docs pulls", "secret")
    rig.ghes.faults.append(Slow(path=LOOKED_UP, seconds=6))

    workspace.invite(rig.slack, "acme", "secret")
    await rig.answered()

    assert await rig.subscribed("secret") == ["acme/docs `pulls`"]
