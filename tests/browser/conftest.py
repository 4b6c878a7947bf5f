"""The sandbox in this process, and Chromium in front of its page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

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
