"""Every page of the console and around it can be used by everybody: what axe finds, and the keyboard alone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from infra.sandbox.page.parts import Parts
from infra.sandbox.slack import people
from infra.sandbox.start import PASSWORD

pytestmark = pytest.mark.browser
PAGES = ["settings", "workspaces", "subscriptions", "outbox", "events", "people", "audit", "status", "network"]


@pytest.fixture
async def tab(browser: Browser) -> AsyncIterator[Page]:
    page = await browser.new_page()
    page.set_default_timeout(20_000)
    yield page
    await page.close()


@pytest.fixture
async def console(sandbox: Parts, tab: Page) -> Page:
    """A channel is subscribed, and an administrator signed in."""
    people.slash(sandbox.slack, "acme", "general", "mona", "subscribe acme/rocket")
    await tab.goto(f"{sandbox.agent_url}/setup/sign-in")
    await tab.get_by_label("password", exact=False).fill(PASSWORD)
    await tab.get_by_role("button", name="Sign in", exact=True).click()
    await expect(tab.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    return tab


async def test_all_pages_of_the_console(sandbox: Parts, console: Page, faults: Any) -> None:
    found = []
    for path in PAGES:
        await console.goto(f"{sandbox.agent_url}/setup/{path}")
        found += await faults(console)

    assert found == []


async def test_questions_before_something_is_taken_away(sandbox: Parts, console: Page, faults: Any) -> None:
    await console.goto(f"{sandbox.agent_url}/setup/workspaces")
    await console.get_by_role("button", name="Remove").first.click()
    await expect(console.get_by_role("heading", name="Remove the app from")).to_be_visible()
    found = await faults(console)

    await console.goto(f"{sandbox.agent_url}/setup/subscriptions")
    await console.get_by_role("button", name="Remove").first.click()
    await expect(console.get_by_role("heading", name="Remove this subscription?")).to_be_visible()

    assert found + await faults(console) == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "setup/sign-in",
        "setup/app-created?code=none&state=none",
        "setup/installed",
        "_slack/",
        "_slack/oauth/callback?code=none&state=none",
        "link/gone",
        "link/callback?code=none&state=none",
    ],
)
async def test_pages_for_who_is_not_signed_in_and_dead_ends(sandbox: Parts, tab: Page, faults: Any, path: str) -> None:
    await tab.goto(f"{sandbox.agent_url}/{path}")

    assert await faults(tab) == []


async def test_a_form_that_is_refused(sandbox: Parts, tab: Page, faults: Any) -> None:
    await tab.goto(f"{sandbox.agent_url}/setup/sign-in")
    await tab.get_by_label("password", exact=False).fill("guessed")
    await tab.get_by_role("button", name="Sign in", exact=True).click()
    await expect(tab.get_by_role("alert")).to_be_visible()

    assert await faults(tab) == []


async def test_the_keyboard_alone_gets_in_past_the_menu_and_out_again(sandbox: Parts, tab: Page) -> None:
    await tab.goto(f"{sandbox.agent_url}/setup/sign-in")
    await tab.get_by_label("password", exact=False).focus()
    await tab.keyboard.type(PASSWORD)
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("heading", name="Settings", level=1)).to_be_visible()

    await tab.keyboard.press("Tab")
    await expect(tab.get_by_role("link", name="Skip to the page")).to_be_focused()
    await tab.keyboard.press("Enter")
    await expect(tab.locator("#main")).to_be_focused()

    await tab.get_by_role("button", name="Sign out").focus()
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_label("password", exact=False)).to_be_visible()
