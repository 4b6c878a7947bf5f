"""Linking in Chromium: what the pages' policies let a browser do, from the link to the copied code."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from infra.sandbox.page.parts import Parts
from infra.sandbox.slack import people

pytestmark = pytest.mark.browser


async def _link(sandbox: Parts) -> str:
    """Where the answer to `/ghe signin` leads."""
    slack = sandbox.slack
    place = next(iter(slack.teams.values())).domain
    people.slash(slack, place, "general", "defunkt", "signin")
    found: list[str] = []

    def answered() -> bool:
        messages = slack.channel(place, "general").messages.values()
        found[:] = [
            element["url"]
            for message in messages
            for block in message.blocks
            for element in block.get("elements", ())
            if "/link/" in element.get("url", "")
        ]
        return bool(found)

    await slack.feed.until(answered)
    return found[-1]


@pytest.fixture
async def tab(browser: Browser) -> AsyncIterator[Page]:
    """A tab that may use the clipboard; what a policy forbids fails the test."""
    context = await browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    wrong: list[str] = []
    tab = await context.new_page()
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield tab
    await context.close()
    assert [each for each in wrong if "404" not in each] == []  # nobody has an icon


async def test_a_browser_gets_from_the_link_to_the_copied_code(sandbox: Parts, tab: Page) -> None:
    await tab.goto(await _link(sandbox))
    await tab.get_by_role("button", name="Continue").click()
    await tab.get_by_label("ada (Ada Lovelace)").check()
    await tab.get_by_role("button", name="Authorize").click()
    code = await tab.locator("#verification-code").inner_text()

    await tab.get_by_role("button", name="Copy").click()

    await expect(tab.get_by_role("button", name="Copied")).to_be_visible()
    assert await tab.evaluate("navigator.clipboard.readText()") == code
    assert re.fullmatch(r"\w{4}-\w{4}", code)
