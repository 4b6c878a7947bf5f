"""The sandbox in this process, Chromium in front of its page, and axe, which sees whether everybody can use a page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright, expect

from infra.sandbox import start
from infra.sandbox.addresses import listener
from infra.sandbox.page.parts import Parts
from infra.sandbox.page.server import serving

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
)
SIZE = ViewportSize(width=1440, height=900)
PATIENCE_MS = 20_000
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
Faults = Callable[[Page], Awaitable[list[str]]]


@pytest.fixture(scope="session")
def faults() -> Faults:
    """What axe finds on a page, a line each."""
    axe = AXE.read_text(encoding="utf-8")

    async def look(page: Page) -> list[str]:
        await page.evaluate(axe)
        found: dict[str, Any] = await page.evaluate("rules => axe.run(document, rules)", RULES)
        return [
            f"{page.url}: {each['id']} at {node['target']}: {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    return look


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Parts]:
    async with start.system(tmp_path) as parts:
        yield parts


@pytest.fixture
async def address(sandbox: Parts) -> AsyncIterator[str]:
    socket = listener(0)
    async with serving(sandbox, socket):
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, address: str) -> AsyncIterator[Page]:
    """The page, opened; what went wrong in it fails the test."""
    wrong: list[str] = []
    page = await browser.new_page(viewport=SIZE)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    await page.goto(address)
    yield page
    await page.close()
    assert wrong == []


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody at the page: `mona` in #general of Acme, who is connected, until they choose otherwise."""

    page: Page

    @property
    def form(self) -> Locator:
        """The form in front."""
        return self.page.get_by_role("dialog")

    async def types(self, text: str) -> None:
        line = self.page.get_by_label("Message", exact=True)
        await line.fill(text)
        await line.press("Enter")

    def sees(self, text: str) -> Locator:
        """The messages with this text."""
        return self.page.locator("#messages article").filter(has_text=text)

    async def is_told(self, text: str) -> Locator:
        """The message with this text, as soon as it is there."""
        await expect(self.sees(text).last).to_be_visible()
        return self.sees(text).last

    async def happens(self, action: str, *, in_: str = "acme/rocket", by: str = "ada") -> None:
        """Something on GHES, by the menu."""
        await self.page.get_by_label("Repository", exact=True).select_option(in_)
        await self.page.get_by_label("Who does it").select_option(by)
        await self.page.locator(f"[data-action={action}]").click()

    async def speaks_as(self, name: str) -> None:
        await self.page.get_by_label("Speak as").select_option(name)

    async def presses(self, message: Locator, button: str) -> None:
        await message.get_by_role("button", name=button, exact=True).click()

    async def follows(self, message: Locator, button: str) -> Page:
        """The tab that a button opens."""
        async with self.page.context.expect_page() as opened:
            await self.presses(message, button)
        return await opened.value

    async def sends(self, button: str) -> None:
        """The form, which closes."""
        await self.presses(self.form, button)
        await expect(self.form).to_be_hidden()

    async def comes_back(self, tab: Page) -> None:
        """To Slack; a page that is behind another one draws slowly."""
        await tab.close()
        await self.page.bring_to_front()

    async def authorizes(self, offer: Locator, login: str) -> Page:
        """From the offer to the page with the verification code."""
        tab = await self.follows(offer, "Connect GitHub account")
        await tab.get_by_role("button", name="Continue").click()
        await tab.get_by_label(f"{login} (").check()
        await tab.get_by_role("button", name="Authorize").click()
        await expect(tab.locator("#verification-code")).to_be_visible()
        return tab

    async def enters(self, offer: Locator, code: str) -> None:
        await self.presses(offer, "Enter code")
        await self.form.get_by_label("Verification code").fill(code)
        await self.sends("Connect")

    async def animations_end(self) -> None:
        """For pictures."""
        await self.page.mouse.move(700, 20)
        await self.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")


@pytest.fixture
def visitor(page: Page) -> Visitor:
    return Visitor(page=page)
