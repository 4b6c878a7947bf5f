"""The first hour, from `make sandbox-fresh`: three browsers' tabs, a camera, and axe, which looks at every page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Error, Page, ViewportSize, expect

from infra.sandbox import start
from infra.sandbox.addresses import listener
from infra.sandbox.page.parts import Parts
from infra.sandbox.page.server import serving

PAGE = Path(__file__).parents[3] / "docs" / "first-hour.md"
PICTURES = Path(__file__).parents[3] / "docs" / "first-hour"
SIZE = ViewportSize(width=1100, height=760)
TRIES = 5


@dataclass(kw_only=True)
class Walk:
    """One administrator's browser. `folder`: where pictures go that are in `docs/first-hour.md`, `scratch`: others."""

    context: BrowserContext
    parts: Parts
    sandbox: str
    folder: Path
    scratch: Path
    faults: Callable[[Page], Awaitable[list[str]]]
    wrong: list[str] = field(default_factory=list)

    @property
    def console(self) -> str:
        return f"{self.parts.agent_url}/setup/settings"

    @property
    def slack(self) -> str:
        return self.parts.slack.public_url

    async def opens(self, url: str) -> Page:
        page = await self.context.new_page()
        await page.goto(url)
        return page

    async def looks(self, page: Page, picture: str, *, around: str = "") -> None:
        """Take a picture, of what is `around` a heading if it is named; and see whether everybody can use the page."""
        await page.bring_to_front()
        if around:
            await page.get_by_role("heading", name=around, exact=True).first.scroll_into_view_if_needed()
            await page.get_by_role("heading", name=around, exact=True).first.evaluate("one => one.scrollIntoView()")
        await page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
        folder = self.folder if f"{picture}.png" in PAGE.read_text(encoding="utf-8") else self.scratch
        await self._pictured(page, folder / f"{picture}.png")
        self.wrong += [f"{picture}: {each}" for each in await self.faults(page)]

    async def _pictured(self, page: Page, path: Path) -> None:
        """A tab that has just come to the front may not be drawn yet; then Chromium has no picture of it."""
        for left in reversed(range(TRIES)):
            try:
                await page.screenshot(path=path)
            except Error:
                if not left:
                    raise
            else:
                return


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[Parts]:
    async with start.system_fresh(tmp_path) as parts:
        yield parts


@pytest.fixture
async def walk(
    fresh: Parts, browser: Browser, tmp_path: Path, faults: Any, request: pytest.FixtureRequest
) -> AsyncIterator[Walk]:
    folder = PICTURES if request.config.getoption("--screenshots") else tmp_path
    folder.mkdir(exist_ok=True)
    socket = listener(0)
    async with serving(fresh, socket):
        context = await browser.new_context(viewport=SIZE)
        context.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)
        yield Walk(
            context=context,
            parts=fresh,
            sandbox=f"http://127.0.0.1:{socket.getsockname()[1]}",
            folder=folder,
            scratch=tmp_path,
            faults=faults,
        )
        await context.close()
