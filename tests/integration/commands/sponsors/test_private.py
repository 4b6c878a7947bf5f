"""Private repositories in channels: who brings them in, who keeps them, and how they pause and go on."""

from dataclasses import replace
from typing import Any

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import ServerError
from infra.sandbox.slack import workspace
from infra.sandbox.slack.faults import Limited


async def test_a_private_repository_arrives_where_somebody_who_may_read_it_has_subscribed(house: Any, rig: Any) -> None:
    answer = await rig.said("subscribe acme/api issues")

    assert answer.ephemeral_for is None
    assert "is its sponsor here" in answer.text
    assert await house.sponsors() == ["mona"]
    assert await house.arrives("hidden")
    assert await rig.subscribed() == ["acme/api `issues`"]


async def test_the_subscription_of_somebody_who_may_not_read_it_changes_nothing(house: Any, rig: Any) -> None:
    await house.link("ada", "outsider")

    answer = await rig.said("subscribe acme/api issues", user="ada")

    assert "There is no repository `acme/api` that you may read" in answer.text
    assert not await house.arrives("hidden")


async def test_with_nobody_left_it_pauses_with_one_message_and_somebody_else_takes_over(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")

    await house.signs_out()
    [told] = house.told_of_pause()
    unheard = await house.arrives("unheard")
    [taken] = await house.press(told, "Take over", user="defunkt")
    heard = await house.arrives("heard")

    assert (unheard, heard) == (False, True)
    assert "took over" in taken.text
    assert taken.ephemeral_for is None
    assert await house.sponsors() == ["defunkt"]
    assert len(house.told_of_pause()) == 1
    assert {"sponsor", "subscribe", "unlink", "pause", "take over"} <= set(await house.actions())


async def test_a_second_sponsor_keeps_it_going_when_the_first_leaves(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")
    await rig.said("subscribe acme/api", user="defunkt")

    workspace.kick(rig.slack, "acme", "general", "mona")
    await house.happened()

    assert await house.sponsors() == ["defunkt"]
    assert house.told_of_pause() == []
    assert await house.arrives("heard")


async def test_whoever_leaves_the_channel_sponsors_nothing_there_any_more(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")
    await rig.said("subscribe acme/api issues", "dev")

    workspace.kick(rig.slack, "acme", "general", "mona")
    await house.happened()

    assert len(house.told_of_pause()) == 1
    assert house.told_of_pause("dev") == []
    assert (await house.arrives("in dev", "dev"), await house.arrives("in general")) == (True, False)


async def test_losing_access_is_noticed_when_ghes_tells_of_it(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")

    await house.shut_out("grace")

    assert len(house.told_of_pause()) == 1
    assert not await house.arrives("unheard")


async def test_losing_access_is_noticed_within_a_day_when_ghes_tells_nothing(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")
    await house.shut_out("grace", tell=False)
    before = house.told_of_pause()

    await house.a_day_passes()

    assert (before, len(house.told_of_pause())) == ([], 1)
    assert await house.sponsors() == []


async def test_ghes_that_is_away_changes_nothing(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")
    rig.ghes.faults.append(ServerError(path="/repositories/", times=1000))

    await house.shut_out("grace")

    assert house.told_of_pause() == []
    assert await house.sponsors() == ["mona"]
    rig.ghes.faults.clear()
    await rig.passes(180, step_s=5)
    await house.happened()
    assert len(house.told_of_pause()) == 1


async def test_a_paused_one_is_marked_in_the_list_and_typed_again_it_goes_on(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")
    await house.signs_out()

    listed = await rig.said("subscribe list")
    again = await rig.said("subscribe acme/api", user="defunkt")

    assert "paused: nobody here may read it" in listed.text
    assert "took over" in again.text
    assert await house.arrives("heard")


async def test_a_repository_that_becomes_private_finds_its_sponsors_by_itself(house: Any, rig: Any) -> None:
    await house.link("ada", "outsider")
    await rig.said("subscribe acme/docs issues", user="ada")
    ghes = rig.ghes

    happen.privatize(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"))
    await house.happened()

    assert await house.sponsors() == ["defunkt", "mona"]
    assert house.told_of_pause() == []
    assert await house.arrives("heard", repository="acme/docs")


async def test_a_repository_that_becomes_private_where_nobody_may_read_it_pauses_until_it_is_open(rig: Any) -> None:
    await rig.said("subscribe acme/docs issues")
    ghes, docs = rig.ghes, rig.ghes.repository("acme/docs")

    happen.privatize(ghes, docs, by=ghes.account("ada"))
    await ghes.delivered()
    await rig.passes(3)
    await rig.answered()
    paused = [each for each in rig.seen() if "is paused" in each.text]
    await rig.issue("unheard")
    happen.publicize(ghes, docs, by=ghes.account("ada"))
    await ghes.delivered()
    await rig.issue("heard")

    assert len(paused) == 1
    texts = " ".join(rig.cards())
    assert ("unheard" in texts, "heard" in texts.replace("unheard", "")) == (False, True)
    assert "paused" not in (await rig.said("subscribe list")).text


async def test_undoing_the_end_of_a_private_subscription_brings_it_back(house: Any, rig: Any) -> None:
    await house.link("ada", "outsider")
    await rig.said("subscribe acme/api issues")
    answer = await rig.said("unsubscribe acme/api")

    await rig.clicked(answer, user="ada")

    assert await house.arrives("heard")


async def test_an_owner_brings_the_private_repositories_that_its_sponsor_may_read(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme issues")
    ghes = rig.ghes

    first = await house.arrives("of api")
    made = happen.create_repository(ghes, ghes.account("acme"), "fresh", by=ghes.account("ada"))
    await house.happened()
    second = await house.arrives("of fresh", repository="acme/fresh")
    made.levels[ghes.account("grace").id] = "none"
    await house.shut_out("grace")

    assert (first, second) == (True, True)
    assert not await house.arrives("hidden now")
    assert await house.arrives("of docs", repository="acme/docs")


async def test_what_waited_when_the_last_sponsor_left_is_not_posted_any_more(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")
    ghes, api = rig.ghes, rig.ghes.repository("acme/api")
    rig.slack.faults.add(Limited(retry_after_s=8), method="chat.postMessage")
    happen.open_issue(ghes, api, by=ghes.account("ada"), title="hidden")
    await ghes.delivered()
    await rig.passes(1)

    workspace.kick(rig.slack, "acme", "general", "mona")
    await house.happened()
    await rig.passes(10)

    assert not any("hidden" in text for text in rig.cards())


async def test_a_card_stays_as_it_was_where_nobody_may_read_it_any_more(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")
    await rig.said("subscribe acme/api issues", "dev", "defunkt")
    await rig.issue("before", "acme/api")
    ghes, api = rig.ghes, rig.ghes.repository("acme/api")
    await house.signs_out()

    happen.edit(ghes, api, api.issues[max(api.issues)], by=ghes.account("ada"), title="came later")
    await ghes.delivered()
    await rig.passes(30)

    assert ["came later" in " ".join(rig.cards(channel)) for channel in ("general", "dev")] == [False, True]


async def test_without_the_app_nobody_is_to_blame_and_nothing_pauses(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")
    ghes, installation = rig.ghes, next(iter(rig.ghes.installations.values()))
    happen.uninstall_app(ghes, installation, by=ghes.account("ada"))
    await ghes.delivered()

    await house.a_day_passes()

    assert house.told_of_pause() == []
    assert await house.sponsors() == ["mona"]


async def test_a_guest_who_was_a_full_member_sponsors_nothing_any_more(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")
    team = rig.slack.team("acme")
    mona = rig.slack.user("acme", "mona")
    team.users[mona.user_id] = replace(mona, is_restricted=True)

    await house.a_day_passes()

    assert await house.sponsors() == []
    assert len(house.told_of_pause()) == 1


async def test_connecting_another_account_ends_what_the_first_one_vouched_for(house: Any, rig: Any) -> None:
    await rig.said("subscribe acme/api issues")

    await house.link("mona", "grace")
    same = await house.sponsors()
    await house.link("mona", "outsider")
    await house.happened()

    assert (same, await house.sponsors()) == (["mona"], [])
    assert len(house.told_of_pause()) == 1
