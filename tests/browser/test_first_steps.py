"""Steps 21 to 32 of the first hour, as somebody new goes through them: Slack in front, a browser beside it."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from infra.sandbox.page.parts import Parts

pytestmark = pytest.mark.browser


async def test_somebody_new_connects_their_account_and_what_they_typed_goes_on(visitor: Any) -> None:
    await visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await visitor.speaks_as("defunkt")
    await visitor.types("/ghe open acme/rocket")
    offer = await visitor.is_told("isn't connected with Slack yet. Once it is, what you asked for goes on by itself.")

    tab = await visitor.follows(offer, "Connect GitHub account")
    await expect(tab.locator("#person")).to_have_text("defunkt")
    await expect(tab.locator("#workspace")).to_have_text("Acme")
    await tab.get_by_role("button", name="Continue").click()
    await expect(tab.get_by_role("heading")).to_have_text("Authorize GHES Slack")
    await tab.get_by_label("grace (Grace Hopper)").check()
    await tab.get_by_role("button", name="Authorize").click()
    await tab.get_by_role("button", name="Copy").click()
    await expect(tab.get_by_role("button", name="Copied")).to_be_visible()
    await visitor.comes_back(tab)
    await visitor.presses(offer, "Enter code")
    await visitor.form.get_by_label("Verification code").press("Control+V")
    await visitor.sends("Connect")

    await expect(await visitor.is_told("Success!")).to_contain_text("@defunkt is now connected to grace")
    await visitor.presses(await visitor.is_told("the form is ready"), "Open the form")
    await expect(visitor.form).to_contain_text("Open a new issue")
    await expect(visitor.form).to_contain_text("acme/rocket")


async def test_the_first_subscription_of_somebody_new_goes_on_once_they_are_connected(visitor: Any) -> None:
    await visitor.speaks_as("defunkt")
    await visitor.types("/ghe subscribe acme/rocket")
    offer = await visitor.is_told("isn't connected with Slack yet. Once it is, what you asked for goes on by itself.")
    tab = await visitor.authorizes(offer, "linus")
    code = await tab.locator("#verification-code").inner_text()
    await visitor.comes_back(tab)

    await visitor.enters(offer, code)

    await visitor.is_told("@defunkt subscribed this channel to acme/rocket")
    await visitor.happens("issue-open")
    await visitor.is_told("Issue opened by ada")


async def test_a_wrong_code_connects_nobody_and_the_right_one_still_does(visitor: Any) -> None:
    await visitor.speaks_as("defunkt")
    await visitor.types("/ghe signin")
    tab = await visitor.authorizes(await visitor.is_told("isn't connected with Slack yet"), "grace")
    code = await tab.locator("#verification-code").inner_text()
    await visitor.comes_back(tab)

    await visitor.enters(await visitor.is_told("isn't connected with Slack yet"), "CDFH-2345")
    again = await visitor.is_told("That isn't the code that your page shows: 4 tries left.")
    await visitor.enters(again, code)

    await visitor.is_told("Success!")


@pytest.mark.parametrize("selection", ["All repositories", "Only select repositories"])
async def test_a_subscription_waits_for_the_app_and_goes_on_by_itself(visitor: Any, selection: str) -> None:
    await visitor.types("/ghe subscribe globex/site")
    question = await visitor.is_told("the GitHub App isn't installed on globex")

    tab = await visitor.follows(question, "Install GitHub App")
    await tab.get_by_label("outsider (Outsider)").check()
    await tab.get_by_label("globex (owned by outsider)").check()
    await tab.get_by_label(selection).check()
    await tab.get_by_label("globex/site").check()
    await tab.get_by_role("button", name="Install").click()
    await expect(tab.get_by_role("heading")).to_have_text("The GitHub App is installed")
    await expect(tab.locator("main")).to_have_css("border-radius", "8px")
    await visitor.comes_back(tab)

    await visitor.is_told("@mona subscribed this channel to globex/site")
    await visitor.types("/ghe subscribe globex/site")
    await visitor.is_told("This channel is subscribed to globex/site. What arrives:")
    await visitor.happens("issue-open", in_="globex/site", by="outsider")
    await expect(await visitor.is_told("Issue opened by outsider")).to_contain_text("globex/site")


async def test_who_does_not_own_the_account_is_told_to_ask(visitor: Any) -> None:
    await visitor.types("/ghe subscribe globex/site")

    tab = await visitor.follows(await visitor.is_told("the GitHub App isn't installed"), "Install GitHub App")
    await tab.get_by_label("ada (Ada Lovelace)").check()
    await tab.get_by_label("globex (owned by outsider)").check()
    await tab.get_by_role("button", name="Install").click()

    await expect(tab.get_by_text("Only an owner of the account can install an App on it")).to_be_visible()
    await expect(visitor.sees("subscribed this channel")).to_have_count(0)


async def test_naming_a_feature_means_exactly_that(visitor: Any) -> None:
    await visitor.types("/ghe subscribe acme/rocket issues")
    said = await visitor.is_told("subscribed this channel to acme/rocket")

    await visitor.happens("pull-open")
    await expect(visitor.page.get_by_label("Webhooks sent")).to_contain_text("pull_request.opened")
    await visitor.happens("issue-open")

    await visitor.is_told("Issue opened by ada")
    await expect(visitor.sees("Pull request opened")).to_have_count(0)
    await expect(said.locator("li")).to_have_text(
        [re.compile("^issues: "), "always: that the repository was made public or deleted"]
    )


async def test_all_of_it_works_in_a_direct_message_with_the_bot_too(visitor: Any, sandbox: Parts) -> None:
    await visitor.speaks_as("ada")
    await visitor.page.get_by_label("Direct messages").get_by_role("button", name="GHE").click()
    await visitor.types("/ghe subscribe acme/rocket")
    await visitor.is_told("subscribed")

    await visitor.types("/ghe open acme/rocket")
    await visitor.form.get_by_label("Title").fill("The pump leaks")
    await visitor.form.get_by_label("Description").fill("At **night**.")
    await visitor.form.get_by_label("Labels").fill("bu")
    await visitor.form.get_by_role("option", name="bug").click()
    await visitor.sends("Open issue")
    card = await visitor.is_told("Issue opened by ada")
    await expect(card).to_contain_text("The pump leaks")
    address = await card.get_by_role("link", name="#1 The pump leaks").get_attribute("href")
    await visitor.types(f"/ghe close {address}")

    await visitor.is_told("Closed acme/rocket#1")
    await expect(card.get_by_role("button", name="Reopen")).to_be_visible()
    issue = sandbox.ghes.repository("acme/rocket").issues[1]
    assert (issue.state, issue.user and issue.user.login) == ("closed", "ada")
    assert [it.name for it in issue.labels] == ["bug"]
