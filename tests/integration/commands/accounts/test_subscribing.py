"""A command on subscriptions by somebody new: the offer first, and once they are connected what they typed goes on."""

from typing import Any

from infra.sandbox.slack import workspace


async def _connects(mona: Any, offer: Any, login: str = "grace") -> list[Any]:
    """By the offer that a command has brought; what is said then."""
    page = await mona.signs_in(offer, login)
    said: list[Any] = await mona.enters(offer, page.code)
    return said


async def _subscribed(mona: Any) -> list[str]:
    found: list[str] = await mona.rig.subscribed()
    return found


async def test_a_subscription_waits_for_the_account_and_says_what_arrives_to_everybody(mona: Any, buttons: Any) -> None:
    offer = await mona.types("subscribe acme/docs issues")
    before = await _subscribed(mona)

    success, done = await _connects(mona, offer)

    assert offer.ephemeral_for == mona.slack_id
    assert set(buttons(offer)) == {"Connect GitHub account", "Enter code"}
    assert before == []
    assert success.text.startswith(f"Success! <@{mona.slack_id}> is now connected to")
    assert done.ephemeral_for is None
    assert done.text.startswith(f"<@{mona.slack_id}> subscribed this channel to")
    assert "What will arrive:\n• *issues*" in done.text
    assert await _subscribed(mona) == ["acme/docs `issues`"]


async def test_what_is_private_goes_on_too_and_whoever_asked_sponsors_it(mona: Any) -> None:
    offer = await mona.types("subscribe acme/api")

    [_, done] = await _connects(mona, offer)

    assert "is private, and" in done.text
    assert f"<@{mona.slack_id}> is its sponsor here" in done.text


async def test_what_they_may_not_read_is_told_to_them_alone(mona: Any) -> None:
    offer = await mona.types("subscribe acme/api")

    [_, refused] = await _connects(mona, offer, "outsider")

    assert refused.ephemeral_for == mona.slack_id
    assert refused.text.startswith("There is no repository `acme/api` that you may read")
    assert await _subscribed(mona) == []


async def test_the_next_missing_step_is_offered_then(mona: Any, buttons: Any) -> None:
    offer = await mona.types("subscribe globex/site")

    [_, step] = await _connects(mona, offer)

    assert "the GitHub App isn't installed on `globex`" in step.text
    assert set(buttons(step)) == {"Install GitHub App"}


async def test_a_private_channel_asks_for_the_invitation_then(mona: Any) -> None:
    mona.rig.type("subscribe acme/docs", "secret")
    await mona.rig.answered()
    [offer] = mona.seen("secret")

    await _connects(mona, await mona.types("signin"))
    asked = mona.seen("secret")[-1]
    workspace.invite(mona.rig.slack, "acme", "secret")
    await mona.rig.answered()

    assert "Connect GitHub account" in str(offer.blocks)
    assert asked.text.startswith("I'm not in this channel yet.")
    assert f"<@{mona.slack_id}> subscribed this channel to" in mona.seen("secret")[-1].text


async def test_after_half_an_hour_nothing_waits_any_more(mona: Any) -> None:
    await mona.types("subscribe acme/docs")
    await mona.rig.passes(1801, step_s=60)

    said = await mona.links()

    assert len(said) == 1
    assert await _subscribed(mona) == []


async def test_unsubscribing_and_undo_wait_too(mona: Any) -> None:
    await mona.rig.link("ada")
    answer = await mona.rig.said("subscribe acme/docs acme/shared issues", user="ada")
    offer = await mona.types("unsubscribe acme/docs")
    [undoing] = await mona.presses(answer, "Undo")

    said = await _connects(mona, offer)

    assert undoing.text.startswith("Your GitHub Enterprise account isn't connected with Slack yet.")
    assert f"<@{mona.slack_id}> unsubscribed this channel from" in said[1].text
    assert "The subscription was changed since, so nothing was undone" in said[2].text
    assert await _subscribed(mona) == ["acme/shared `issues`"]


async def test_the_list_and_help_need_no_account(mona: Any) -> None:
    listed, helped = await mona.types("subscribe list"), await mona.types("help")

    assert listed.text.startswith("This channel has no subscriptions.")
    assert "`/ghe subscribe owner/repo" in helped.text


async def test_where_nobody_can_sign_in_everybody_subscribes_what_all_may_read(rigs: Any) -> None:
    async with rigs() as rig:
        await rig.start(GHES_CLIENT_ID="", GHES_CLIENT_SECRET="")

        done, private = await rig.said("subscribe acme/docs issues"), await rig.said("subscribe acme/api")

        assert "subscribed this channel to" in done.text
        assert "a private one takes people who are connected, and nobody can sign in yet" in private.text
        assert await rig.subscribed() == ["acme/docs `issues`"]
