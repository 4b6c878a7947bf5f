"""What the sharer alone is asked, and what comes of it."""

from typing import Any

from agent.previews.prompts import SHOW
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.population import add_repository

PATH = "acme/api/issues/1"


async def test_a_private_repository_is_shown_once_its_sharer_says_so(sharing: Any) -> None:
    sharing.opened()
    said = await sharing.say(sharing.url(PATH))
    [prompt] = sharing.prompts()

    answer = await sharing.press(prompt, "Show preview")

    assert dict(said.unfurls) == {}
    assert "acme/api" in prompt.text
    assert answer == "The preview is there."
    assert len(sharing.again(said).unfurls) == 1
    assert sharing.prompts(user="defunkt") == []


async def test_a_dismissed_prompt_shows_nothing(sharing: Any) -> None:
    sharing.opened()
    said = await sharing.say(sharing.url(PATH))

    answer = await sharing.press(sharing.prompts()[0], "Not this time")

    assert answer == "Then I show no preview this time."
    assert dict(sharing.again(said).unfurls) == {}


async def test_always_here_holds_in_this_channel_alone(sharing: Any) -> None:
    sharing.opened()
    sharing.opened()
    said = await sharing.say(sharing.url(PATH))
    await sharing.press(sharing.prompts()[0], "Always here")

    here = await sharing.shows("acme/api/issues/2")
    there = await sharing.shows("acme/api/issues/2", channel="dev")

    assert len(sharing.again(said).unfurls) == 1
    assert [len(here), len(there)] == [1, 0]
    assert len(sharing.prompts("dev")) == 1


async def test_always_everywhere_holds_in_other_channels_for_this_person_and_repository(sharing: Any) -> None:
    sharing.opened()
    await sharing.link("defunkt", "grace")
    await sharing.say(sharing.url(PATH))
    await sharing.press(sharing.prompts()[0], "Always everywhere")

    mine = await sharing.shows(PATH, channel="dev")
    theirs = await sharing.shows(PATH, channel="team", user="defunkt")

    assert [len(mine), len(theirs)] == [1, 0]
    assert len(sharing.prompts("team", "defunkt")) == 1


async def test_what_was_chosen_can_be_taken_back(sharing: Any) -> None:
    sharing.opened()
    sharing.opened()
    await sharing.say(sharing.url(PATH))
    [prompt] = sharing.prompts()
    await sharing.press(prompt, "Always here")

    await sharing.press(sharing.again(prompt), "Ask me again")
    shown = await sharing.shows("acme/api/issues/2")

    assert shown == []
    assert len(sharing.prompts()) == 2


async def test_muted_prompts_come_back_after_a_day(sharing: Any) -> None:
    for _ in range(3):
        sharing.opened()
    await sharing.say(sharing.url(PATH))
    await sharing.press(sharing.prompts()[0], "Don't ask for a day")

    await sharing.shows("acme/api/issues/2")
    muted = len(sharing.prompts())
    await sharing.rig.passes(86401, step_s=3600)
    await sharing.shows("acme/api/issues/3")

    assert (muted, len(sharing.prompts())) == (1, 2)


async def test_prompts_that_are_muted_for_good_stay_away(sharing: Any) -> None:
    sharing.opened()
    sharing.opened()
    await sharing.say(sharing.url(PATH))
    await sharing.press(sharing.prompts()[0], "Never ask")

    await sharing.rig.passes(2 * 86400, step_s=3600)
    await sharing.shows("acme/api/issues/2")

    assert len(sharing.prompts()) == 1


async def test_a_prompt_is_no_good_to_anybody_else(sharing: Any) -> None:
    sharing.opened()
    said = await sharing.say(sharing.url(PATH))
    sharing.rig.click(sharing.prompts()[0], "Not this time")
    await sharing.rig.answered()

    await sharing.again_as("defunkt", action_id=SHOW)

    assert dict(sharing.again(said).unfurls) == {}


async def test_who_may_not_read_it_any_more_shows_nothing(sharing: Any) -> None:
    sharing.opened()
    said = await sharing.say(sharing.url(PATH))
    [prompt] = sharing.prompts()
    api = sharing.rig.ghes.repository("acme/api")
    api.levels[sharing.rig.ghes.account("ada").id] = "none"

    answer = await sharing.press(prompt, "Show preview")

    assert "nothing that I could show" in answer
    assert dict(sharing.again(said).unfurls) == {}


async def test_two_links_to_one_private_repository_are_one_question(sharing: Any) -> None:
    sharing.opened()
    sharing.opened()
    said = await sharing.say(f"{sharing.url(PATH)} {sharing.url('acme/api/issues/2')}")

    [prompt] = sharing.prompts()
    await sharing.press(prompt, "Show preview")

    assert "2 links" in prompt.text
    assert len(sharing.again(said).unfurls) == 2


async def test_the_question_is_asked_where_the_bot_is_not(sharing: Any) -> None:
    sharing.opened()

    await sharing.shows(PATH, channel="secret")

    assert ["acme/api" in each.text for each in sharing.prompts("secret")] == [True]


async def test_who_is_not_signed_in_is_told_the_same_of_what_is_private_and_what_is_missing(sharing: Any) -> None:
    sharing.opened()

    await sharing.shows(PATH, user="ada")
    await sharing.shows("acme/nowhere/issues/1", channel="dev", user="ada")
    await sharing.shows("globex/secret", channel="random", user="ada")
    await sharing.shows("acme/api/issues/99", channel="team", user="ada")

    said = [sharing.prompts(channel, "ada") for channel in ("general", "dev", "random", "team")]
    assert len({each[0].text for each in said}) == 1
    assert "Connect your account" in said[0][0].text


async def test_who_is_not_signed_in_shows_what_everybody_may_read(sharing: Any) -> None:
    sharing.opened("acme/docs")
    sharing.opened("acme/shared")

    shown = [await sharing.shows(f"acme/{name}/issues/1", user="ada") for name in ("docs", "shared")]

    assert [len(each) for each in shown] == [1, 1]
    assert sharing.prompts(user="ada") == []


async def test_signing_in_from_a_preview_goes_on_with_what_was_shared(sharing: Any) -> None:
    sharing.opened("acme/api")
    said = await sharing.say(sharing.url(PATH), user="ada")
    [invitation] = sharing.prompts(user="ada")
    sharing.rig.click(invitation, "Connect GitHub account", "ada")
    await sharing.rig.answered()
    offered = sharing.prompts(user="ada")[1:]

    await sharing.link("ada", "grace")
    await sharing.resume("ada")

    assert ["Connect GitHub account" in str(each.blocks) for each in offered] == [True]
    assert dict(sharing.again(said).unfurls) == {}
    assert "acme/api" in sharing.prompts(user="ada")[-1].text


async def test_a_subscription_of_the_repository_says_yes_for_its_channel(sharing: Any) -> None:
    sharing.opened()
    await sharing.subscribe("acme/api")

    here, there = await sharing.shows(PATH), await sharing.shows(PATH, channel="dev")

    assert [len(here), len(there)] == [1, 0]


async def test_always_everywhere_still_asks_where_another_organisation_reads_along(sharing: Any) -> None:
    sharing.opened()
    await sharing.say(sharing.url(PATH))
    await sharing.press(sharing.prompts()[0], "Always everywhere")

    shown = await sharing.shows(PATH, channel="partners")

    assert shown == []
    assert ["shared with another organisation" in each.text for each in sharing.prompts("partners")] == [True]


async def test_who_is_not_signed_in_does_not_see_what_has_moved_out_of_everybodys_sight(sharing: Any) -> None:
    ghes = sharing.rig.ghes
    docs, api = ghes.repository("acme/docs"), ghes.repository("acme/api")
    happen.transfer_issue(ghes, docs, sharing.opened("acme/docs"), api, by=ghes.account("ada"))

    shown = await sharing.shows("acme/docs/issues/1", user="ada")

    assert shown == []
    assert ["Connect your account" in each.text for each in sharing.prompts(user="ada")] == [True]


async def test_a_yes_is_for_the_repository_that_was_asked_about(sharing: Any) -> None:
    ghes = sharing.rig.ghes
    vault = add_repository(ghes, ghes.account("acme"), "vault")
    issue = sharing.opened()
    said = await sharing.say(sharing.url(PATH))
    happen.transfer_issue(ghes, ghes.repository("acme/api"), issue, vault, by=ghes.account("ada"))

    answer = await sharing.press(sharing.prompts()[0], "Show preview")

    assert "nothing that I could show" in answer
    assert dict(sharing.again(said).unfurls) == {}


async def test_nobody_is_asked_about_the_same_twice_in_half_an_hour(sharing: Any) -> None:
    sharing.opened()

    for _ in range(2):
        await sharing.shows(PATH)
    soon = len(sharing.prompts())
    await sharing.rig.passes(1801, step_s=300)
    await sharing.shows(PATH)

    assert (soon, len(sharing.prompts())) == (1, 2)


async def test_a_link_that_somebody_else_has_shown_meanwhile_is_not_shown_twice(sharing: Any) -> None:
    sharing.opened()
    await sharing.link("defunkt", "grace")
    mine = await sharing.say(sharing.url(PATH))
    theirs = await sharing.say(sharing.url(PATH), user="defunkt")

    await sharing.press(sharing.prompts(user="defunkt")[0], "Show preview", "defunkt")
    answer = await sharing.press(sharing.prompts()[0], "Show preview")

    assert "less than half an hour ago" in answer
    assert [len(sharing.again(each).unfurls) for each in (mine, theirs)] == [0, 1]


async def test_who_never_wants_to_be_asked_is_not_invited_to_sign_in_either(sharing: Any) -> None:
    await sharing.shows(PATH, user="ada")
    await sharing.press(sharing.prompts(user="ada")[0], "Never ask", "ada")

    await sharing.shows("acme/api/issues/2", user="ada")

    assert len(sharing.prompts(user="ada")) == 1


async def test_a_channel_that_has_turned_previews_off_meanwhile_gets_none(sharing: Any) -> None:
    sharing.opened()
    said = await sharing.say(sharing.url(PATH))
    [prompt] = sharing.prompts()
    sharing.rig.click(await sharing.rig.said("settings"), "Turn rich previews off")
    await sharing.rig.answered()

    answer = await sharing.press(prompt, "Show preview")

    assert "turned off" in answer
    assert dict(sharing.again(said).unfurls) == {}
