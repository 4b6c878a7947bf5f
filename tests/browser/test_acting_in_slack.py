"""What people who are connected do from Slack: buttons and their forms, shortcuts, previews, Home."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from infra.sandbox.ghes import happen
from infra.sandbox.page.parts import Parts

pytestmark = pytest.mark.browser
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
async def ada(visitor: Any) -> Any:
    """She is connected from the start; the channel sees issues, comments and deployments."""
    await visitor.speaks_as("ada")
    await visitor.types("/ghe subscribe acme/rocket issues comments deployments")
    await visitor.is_told("subscribed this channel to acme/rocket")
    return visitor


@pytest.fixture
async def card(ada: Any) -> Locator:
    """Of an issue that grace has opened."""
    await ada.happens("issue-open", by="grace")
    found: Locator = await ada.is_told("Issue opened by grace")
    return found


async def test_a_comment_from_a_card_is_on_ghes_as_that_person_and_follows_in_the_thread(
    ada: Any, card: Locator, sandbox: Parts
) -> None:
    await ada.presses(card, "Comment")
    await ada.form.get_by_label("Comment").fill("Since *Monday*, I think.")
    await ada.sends("Comment")

    await card.get_by_role("button", name="1 reply").click()
    await expect(ada.page.locator("#replies")).to_contain_text("Since Monday, I think.")
    (comment,) = sandbox.ghes.repository("acme/rocket").issues[1].comments
    assert (comment.user and comment.user.login, comment.body) == ("ada", "Since *Monday*, I think.")


async def test_an_issue_is_edited_closed_and_reopened_from_its_card(ada: Any, card: Locator, sandbox: Parts) -> None:
    issue = sandbox.ghes.repository("acme/rocket").issues[1]

    await ada.presses(card, "Edit")
    await ada.form.get_by_label("Title").fill("The pump leaks <b>a lot</b>")
    await ada.sends("Save")
    await expect(card).to_contain_text("#1 The pump leaks <b>a lot</b>")
    await ada.presses(card, "Close")
    await ada.form.get_by_label("Reason").select_option("Not planned")
    await ada.form.get_by_label("Comment").fill("Pumps leak.")
    await ada.sends("Close")
    await expect(card.get_by_role("button", name="Reopen")).to_be_visible()
    closed = (issue.state, issue.state_reason, issue.closed_by and issue.closed_by.login, issue.comments[0].body)
    await ada.presses(card, "Reopen")

    await expect(card.get_by_role("button", name="Close", exact=True)).to_be_visible()
    assert closed == ("closed", "not_planned", "ada", "Pumps leak.")
    assert issue.state == "open"


async def test_a_deployment_is_approved_from_its_card(ada: Any, sandbox: Parts) -> None:
    await ada.happens("deploy-ask", by="grace")
    request = await ada.is_told("Approval of the deployment to production requested by grace")

    await ada.presses(request, "Approve")
    await ada.form.get_by_label("Comment").fill("Off it goes.")
    await ada.sends("Approve")

    await ada.is_told("You approved the deployment of")
    await expect(request.get_by_role("button", name="Approve")).to_have_count(0)
    assert [it.waits_for for it in sandbox.ghes.repository("acme/rocket").runs.values()] == [[]]


async def test_a_message_becomes_an_issue_in_the_repository_that_is_chosen(ada: Any, sandbox: Parts) -> None:
    await ada.types("The pump leaks & drips")
    message = await ada.is_told("The pump leaks & drips")

    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await ada.page.get_by_role("menuitem", name="Create issue").click()
    await expect(ada.form.locator(".chip")).to_contain_text("acme/rocket")
    await ada.form.get_by_label("Title").fill("It leaks")
    await ada.form.get_by_label("Repository").fill("doc")
    await ada.form.get_by_role("option", name="acme/docs").click()
    await expect(ada.form.locator(".chip")).to_contain_text("acme/docs")
    await ada.sends("Open issue")

    await expect(await ada.is_told("Issue opened by ada")).to_contain_text("#1 It leaks")
    assert "The pump leaks & drips" in str(sandbox.ghes.repository("acme/docs").issues[1].body)


async def test_a_link_gets_a_preview_whose_buttons_act(ada: Any, sandbox: Parts) -> None:
    ghes = sandbox.ghes
    repository = ghes.repository("acme/docs")
    issue = happen.open_issue(ghes, repository, by=ghes.account("grace"), title="Words are missing")

    await ada.types(f"See {ghes.web_url}/acme/docs/issues/1")
    preview = (await ada.is_told("See http")).locator(".attachment")
    await expect(preview).to_contain_text("#1 Words are missing")
    await ada.presses(preview, "Comment")
    await ada.form.get_by_label("Comment").fill("Which ones?")
    await ada.sends("Comment")

    await ada.is_told("You commented on")
    assert [it.body for it in issue.comments] == ["Which ones?"]


async def test_home_shows_what_waits_and_opens_the_form(ada: Any, sandbox: Parts) -> None:
    ghes = sandbox.ghes
    pull = happen.open_pull(ghes, ghes.repository("acme/rocket"), by=ghes.account("grace"), head="mend-1")
    happen.request_review(ghes, ghes.repository("acme/rocket"), pull, ghes.account("ada"), by=ghes.account("grace"))

    await ada.page.get_by_label("Direct messages").get_by_role("button", name="GHE").click()
    await ada.page.get_by_role("tab", name="Home").click()

    home = ada.page.locator("#home")
    await expect(home).to_contain_text("You're connected as ada.")
    await expect(home.get_by_role("link", name="Mend the leak")).to_be_visible()
    await home.get_by_role("button", name="Open a new issue").click()
    await expect(ada.form.get_by_label("Title")).to_be_visible()


async def test_home_of_somebody_new_offers_to_connect(visitor: Any) -> None:
    await visitor.speaks_as("defunkt")
    await visitor.page.get_by_label("Direct messages").get_by_role("button", name="GHE").click()

    await visitor.page.get_by_role("tab", name="Home").click()

    await expect(visitor.page.locator("#home").get_by_role("button", name="Connect GitHub account")).to_be_visible()


async def test_the_picture_of_connecting(visitor: Any, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    await visitor.page.set_viewport_size({"width": 1280, "height": 750})
    await visitor.speaks_as("defunkt")
    await visitor.types("/ghe open acme/rocket")
    offer = await visitor.is_told("isn't connected with Slack yet")
    tab = await visitor.authorizes(offer, "grace")
    code = await tab.locator("#verification-code").inner_text()
    await visitor.comes_back(tab)
    await visitor.enters(offer, code)
    await visitor.is_told("the form is ready")
    await visitor.animations_end()

    folder = DOCS if request.config.getoption("--screenshots") else tmp_path
    picture = await visitor.page.locator("#conversation").screenshot(path=folder / "connect.png")

    assert picture.startswith(b"\x89PNG")


async def test_the_picture_of_acting(visitor: Any, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    await visitor.page.set_viewport_size({"width": 1280, "height": 810})
    await visitor.speaks_as("ada")
    await visitor.types("/ghe subscribe acme/rocket issues pulls deployments")
    await visitor.is_told("subscribed this channel to acme/rocket")
    await visitor.happens("issue-open", by="grace")
    card = await visitor.is_told("Issue opened by grace")
    await visitor.happens("pull-open")
    await visitor.is_told("Pull request opened by ada")
    await visitor.happens("deploy-ask", by="grace")
    await visitor.is_told("Approval of the deployment to production")
    await visitor.presses(card, "Comment")
    await visitor.form.get_by_label("Comment").fill("I mended it in #2: would you have a look?")
    await card.evaluate("(one) => one.scrollIntoView()")
    await visitor.animations_end()

    folder = DOCS if request.config.getoption("--screenshots") else tmp_path
    picture = await visitor.page.screenshot(path=folder / "acting.png")

    assert picture.startswith(b"\x89PNG")
