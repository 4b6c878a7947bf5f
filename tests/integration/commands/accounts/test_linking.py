"""Linking over the wire: Slack, the agent, its pages, GHES's pages, and the person between them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from agent.store.people_tables import people as linked_people
from infra.sandbox.ghes.faults import ServerError
from infra.sandbox.slack import people
from infra.sandbox.slack.population import add_guest, add_stranger


async def test_the_code_of_the_last_page_links_the_accounts_and_the_offer_is_gone(
    mona: Any, noted: Any, buttons: Any
) -> None:
    offer = await mona.types("signin")
    page = await mona.signs_in(offer, "ada")

    [answer] = await mona.enters(offer, page.code)

    ghes = mona.rig.world.ghes_server.url
    success = f"Success! <@{mona.slack_id}> is now connected to <{ghes}/ada|ada> on GitHub Enterprise."
    assert answer.text.splitlines()[:2] == [success, "What you can do now:"]
    assert answer.ephemeral_for == mona.slack_id
    assert mona.shown() is None
    assert [each.text for each in mona.seen() if "Connect GitHub account" in buttons(each)] == []
    assert await noted(mona) == [(mona.slack_id, "ada", "link", "done")]


async def test_the_offer_is_for_the_person_alone_and_has_both_buttons(mona: Any, buttons: Any) -> None:
    offer = await mona.types("signin")

    connect, enter = buttons(offer)["Connect GitHub account"], buttons(offer)["Enter code"]
    assert offer.ephemeral_for == mona.slack_id
    assert connect["style"] == "primary"
    assert "url" not in enter


async def test_the_first_page_says_who_will_be_linked_and_scanners_spend_nothing(mona: Any, browsers: Any) -> None:
    offer = await mona.types("signin")
    for _ in range(3):
        await browsers().open((await mona.browser.open(_link(offer))).url)

    page = await mona.browser.open(_link(offer))

    team, person = mona.rig.slack.team("acme"), mona.rig.slack.user("acme", "mona")
    assert f'id="workspace">{team.name}<' in page.text
    assert f'id="person">{person.name}<' in page.text or f'id="person">{person.real_name}<' in page.text
    assert (await mona.signs_in(offer)).code


async def test_the_tokens_work_and_are_kept_sealed(mona: Any) -> None:
    await mona.links("ada")

    row = await mona.rig.store.read(lambda connection: connection.execute(select(linked_people)).one())
    [token] = mona.rig.ghes.user_tokens.values()
    assert (token.user.login, row.ghes_id) == ("ada", token.user.id)
    assert token.token.encode() not in row.access
    assert token.refresh_token.encode() not in row.refresh


async def test_a_link_is_single_use(mona: Any, browsers: Any) -> None:
    offer = await mona.types("signin")
    await mona.goes_to_ghes(offer)

    again = [await each.open(_link(offer)) for each in (mona.browser, browsers())]

    assert [(page.status, page.why) for page in again] == [(410, "used")] * 2


async def test_a_link_is_too_old_after_fifteen_minutes_and_the_next_one_is_fresh(mona: Any) -> None:
    offer = await mona.types("signin")
    await mona.rig.passes(901, step_s=60)

    page = await mona.browser.open(_link(offer))
    fresh = await mona.types("signin")

    assert (page.status, page.why) == (410, "too_old")
    assert (await mona.signs_in(fresh)).code


async def test_who_says_no_on_ghes_ends_on_a_page_that_says_so(mona: Any) -> None:
    page = await mona.signs_in(await mona.types("signin"), decision="cancel")

    assert (page.status, page.why) == (200, "declined")


async def test_the_way_back_from_ghes_works_only_in_the_browser_that_went_there(mona: Any, browsers: Any) -> None:
    asked = await mona.goes_to_ghes(await mona.types("signin"))
    victim = browsers()

    page = await victim.submit(await victim.open(asked.url), person="grace", decision="authorize")

    assert (page.status, page.why) == (403, "other_browser")
    assert "verification-code" not in page.text
    assert mona.rig.ghes.user_tokens == {}


async def test_a_ghes_that_does_not_answer_ends_on_a_page_that_says_so_and_links_nobody(mona: Any) -> None:
    offer = await mona.types("signin")
    mona.rig.ghes.faults.append(ServerError(method="POST", path="/login/oauth/access_token"))

    page = await mona.signs_in(offer)
    [answer] = await mona.enters(offer, "CDFH-2345")

    assert (page.status, page.why) == (502, "unreachable")
    assert "There is no code to enter" in answer.text


async def test_a_wrong_code_says_how_many_tries_are_left_and_the_right_one_still_links(mona: Any, buttons: Any) -> None:
    offer = await mona.types("signin")
    code = (await mona.signs_in(offer)).code

    [wrong] = await mona.enters(offer, "CDFH-2345")
    [right] = await mona.enters(wrong, code.lower().replace("-", " "))

    assert "4 tries left" in wrong.text
    assert set(buttons(wrong)) == {"Connect GitHub account", "Enter code"}
    assert right.text.startswith("Success!")


async def test_the_fifth_wrong_code_ends_it(mona: Any) -> None:
    offer = await mona.types("signin")
    code = (await mona.signs_in(offer)).code
    wrong = [(await mona.enters(offer, "CDFH-2345"))[0].text for _ in range(5)]

    [late] = await mona.enters(offer, code)

    assert "1 try left" in wrong[3]
    assert "it was the last try" in wrong[4]
    assert "There is no code to enter" in late.text


async def test_a_code_is_worth_nothing_after_ten_minutes(mona: Any) -> None:
    offer = await mona.types("signin")
    code = (await mona.signs_in(offer)).code
    await mona.rig.passes(601, step_s=60)

    [late] = await mona.enters(offer, code)

    assert "its 10 minutes are over" in late.text


async def test_a_code_is_worth_nothing_to_somebody_else(mona: Any) -> None:
    code = (await mona.signs_in(await mona.types("signin"))).code
    mona.name = "defunkt"
    offer = await mona.types("signin")

    [answer] = await mona.enters(offer, code)

    assert "There is no code to enter" in answer.text


@pytest.mark.parametrize("entered", ["1234", "not a code"])
async def test_what_cannot_be_a_code_is_refused_at_its_field_and_the_form_stays(mona: Any, entered: str) -> None:
    form = await mona.form(await mona.types("signin"))

    sent = people.submit(mona.rig.slack, form.view_id, {"Verification code": entered})
    await mona.rig.answered()

    assert sent.answer
    assert sent.answer["response_action"] == "errors"
    assert list(sent.answer["errors"]) == ["code"]
    assert mona.shown() is not None


async def test_linked_as_somebody_else_the_former_account_is_let_go(mona: Any, noted: Any) -> None:
    await mona.links("ada")
    already = await mona.types("signin")

    [answer] = await mona.enters(already, (await mona.signs_in(already, "grace")).code)

    assert "You're connected as" in already.text
    assert "|grace>" in answer.text
    assert [token.user.login for token in mona.rig.ghes.user_tokens.values()] == ["grace"]
    assert [(login, action) for _, login, action, _ in await noted(mona)] == [
        ("ada", "link"),
        ("ada", "unlink"),
        ("grace", "link"),
    ]


@pytest.mark.parametrize("add", [add_guest, add_stranger])
async def test_guests_and_people_of_other_organizations_get_no_link(mona: Any, add: Callable[..., Any]) -> None:
    add(mona.rig.slack, "acme", "visitor", channels=["general"])
    mona.name = "visitor"

    answer = await mona.types("signin")

    assert "Only full members" in answer.text
    assert "Connect GitHub account" not in str(answer.blocks)


async def test_without_a_client_secret_signing_in_says_who_can_help(mona: Any) -> None:
    await mona.rig.stop()
    await mona.rig.start(GHES_CLIENT_SECRET="")

    answer = await mona.types("signin")

    assert "client id and secret aren't set up" in answer.text


async def test_a_restart_between_the_browser_and_the_code_costs_nothing(mona: Any) -> None:
    offer = await mona.types("signin")
    code = (await mona.signs_in(offer)).code
    await mona.rig.kill()
    await mona.rig.start()

    [answer] = await mona.enters(offer, code)

    assert answer.text.startswith("Success!")


async def test_what_the_person_wanted_goes_on_once_the_accounts_are_linked(mona: Any, buttons: Any) -> None:
    offer = await mona.types("open acme/docs")
    code = (await mona.signs_in(offer)).code

    said = await mona.enters(offer, code)

    assert sorted(buttons(message).keys() >= {"Open the form"} for message in said) == [False, True]
    assert any(message.text.startswith("Success!") for message in said)


def _link(offer: Any) -> str:
    elements = [element for block in offer.blocks for element in block.get("elements", ())]
    return next(str(element["url"]) for element in elements if element.get("url"))
