import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from infra.sandbox.ghes import happen
from infra.sandbox.page.parts import Parts
from shared.blockkit import palette

pytestmark = pytest.mark.browser
DOCS = Path(__file__).parents[2] / "docs"


async def type_in(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.get_by_label("Message", exact=True).press("Enter")


async def happens(page: Page, action: str) -> None:
    await page.locator(f"[data-action={action}]").click()


async def open_channel(page: Page, name: str) -> None:
    await page.get_by_label("Channels", exact=True).get_by_role("button", name=name).first.click()


async def subscribe(page: Page, more: str = "") -> None:
    await type_in(page, f"/ghe subscribe acme/rocket{more}")
    await expect(said(page, "subscribed this channel to acme/rocket")).to_be_visible()


def said(page: Page, text: str) -> Locator:
    return page.locator("#messages article").filter(has_text=text)


async def test_a_pull_request_arrives_and_its_card_changes_colour_when_it_is_merged(page: Page) -> None:
    await subscribe(page)

    await happens(page, "pull-open")
    card = said(page, "Pull request opened by ada")
    await expect(card.locator(".attachment")).to_have_attribute("data-color", palette.OPEN)
    await happens(page, "pull-merge")

    await expect(card.locator(".attachment")).to_have_attribute("data-color", palette.MERGED)
    await expect(card).to_contain_text("(edited)")
    await expect(said(page, "replied to a thread: #1 Mend the leak")).to_contain_text("Pull request merged")
    await card.get_by_role("button", name="1 reply").click()
    await expect(page.locator("#replies")).to_contain_text("Also sent to the channel")


async def test_undo_takes_a_subscription_back(page: Page) -> None:
    await subscribe(page)

    await page.get_by_role("button", name="Undo").click()

    await expect(said(page, "undid it: this channel is no longer subscribed to acme/rocket")).to_be_visible()
    await happens(page, "issue-open")
    await expect(page.get_by_label("Webhooks sent")).to_contain_text("issues.opened")
    await expect(said(page, "Issue opened")).to_have_count(0)


async def test_a_private_channel_asks_for_an_invitation_and_goes_on_by_itself(page: Page) -> None:
    await open_channel(page, "secret")
    await type_in(page, "/ghe subscribe acme/rocket")
    question = said(page, "I'm not in this channel yet")
    await expect(question).to_contain_text("Only visible to you")

    await type_in(page, "/invite @ghe")

    await expect(said(page, "subscribed this channel to acme/rocket")).to_be_visible()
    await expect(page.locator("#channel-header")).to_contain_text("GHE is in this channel")
    await happens(page, "issue-open")
    await expect(said(page, "#1 Something leaks")).to_be_visible()


async def test_what_others_are_told_alone_is_not_shown(page: Page) -> None:
    await type_in(page, "/ghe help")
    await expect(said(page, "Only visible to you")).to_have_count(1)

    await page.get_by_label("Speak as").select_option("ada")

    await expect(said(page, "Only visible to you")).to_have_count(0)
    await expect(page.get_by_role("button", name="secret")).to_have_count(0)


async def test_another_workspace_has_its_own_subscriptions(page: Page) -> None:
    await page.get_by_label("Workspaces").get_by_role("button", name="Globex").click()
    await subscribe(page)
    await page.get_by_label("Workspaces").get_by_role("button", name="Acme").click()

    await happens(page, "issue-open")

    globex = page.get_by_label("Workspaces").get_by_role("button", name="Globex, 1 new")
    await expect(globex).to_be_visible()
    await expect(said(page, "Issue opened")).to_have_count(0)
    await globex.click()
    await expect(said(page, "#1 Something leaks")).to_be_visible()


async def test_hostile_text_stays_text(page: Page, sandbox: Parts) -> None:
    await subscribe(page)
    ghes = sandbox.ghes
    repository, ada = ghes.repository("acme/rocket"), ghes.account("ada")
    title = '<img src=x onerror="document.title=1"> <script>alert(1)</script>'

    happen.open_issue(ghes, repository, by=ada, title=title, body="<b>&lt;i&gt;</b>")

    card = said(page, "Issue opened by ada")
    await expect(card).to_contain_text(title)
    await expect(card.locator("img:not(.avatar), script, b b")).to_have_count(0)


async def test_trouble_can_be_started_and_is_survived(page: Page) -> None:
    await subscribe(page)
    await page.get_by_label("Break something").select_option(label="All sockets break")

    await happens(page, "issue-open")

    await expect(said(page, "#1 Something leaks")).to_be_visible()
    await type_in(page, "/ghe subscribe list")
    await expect(said(page, "This channel's subscriptions:")).to_be_visible()


async def test_the_page_can_be_used_by_keyboard_alone(page: Page) -> None:
    await expect(page.get_by_label("Message", exact=True)).to_be_visible()
    await page.keyboard.type("/ghe sub")
    await expect(page.get_by_role("listbox")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(said(page, "subscribed this channel to acme/rocket")).to_be_visible()
    await page.get_by_role("button", name="Open a pull request").focus()
    await page.keyboard.press("Enter")
    await expect(said(page, "Pull request opened")).to_be_visible()
    await page.get_by_role("button", name="Merge it").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name=re.compile("1 reply")).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#thread")).to_be_visible()

    await page.keyboard.press("Escape")

    await expect(page.locator("#thread")).to_be_hidden()


async def test_the_line_to_type_in_keeps_its_shape_beside_a_thread(page: Page) -> None:
    await subscribe(page)
    await happens(page, "pull-open")
    await happens(page, "pull-merge")

    await said(page, "Pull request opened").get_by_role("button", name="1 reply").click()

    await expect(page.locator("#thread")).to_be_visible()
    box, send = await page.locator("#composer .box").bounding_box(), await page.get_by_label("Send").bounding_box()
    assert box
    assert send
    assert send["width"] >= send["height"]
    assert send["x"] + send["width"] <= box["x"] + box["width"]


async def test_the_page_finds_a_message_that_came_before_it(page: Page, browser: Browser, address: str) -> None:
    await subscribe(page)
    second = await browser.new_page()

    await second.goto(address)

    await expect(said(second, "subscribed this channel to acme/rocket")).to_be_visible()
    await second.close()


async def test_the_picture_for_the_readme(page: Page, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    await subscribe(page, " issues pulls commits reviews comments")
    for action, then in (
        ("issue-open", "Issue opened by ada"),
        ("issue-label", "bug"),
        ("push", "1 new commit pushed"),
        ("pull-open", "Pull request opened by ada"),
        ("pull-request", "Reviewers"),
        ("pull-approve", "1 reply"),
        ("pull-comment", "2 replies"),
        ("pull-merge", "Pull request merged"),
    ):
        await happens(page, action)
        await expect(said(page, then).first).to_be_visible()
    bar = said(page, "Pull request opened").locator(".attachment")
    await expect(bar).to_have_attribute("data-color", palette.MERGED)
    await page.get_by_role("button", name=re.compile("3 replies")).click()
    await expect(page.locator("#replies")).to_contain_text("Pull request merged")
    await page.mouse.move(700, 20)
    await page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")

    folder = DOCS if request.config.getoption("--screenshots") else tmp_path
    picture = await page.screenshot(path=folder / "sandbox.png")

    assert picture.startswith(b"\x89PNG")
