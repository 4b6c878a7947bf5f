"""The page where a relay posts to some of the workspaces; that it does so is proved in `tests/cloud`."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from infra.sandbox.addresses import listener
from infra.sandbox.page.parts import Parts, Relay
from infra.sandbox.page.server import serving
from shared.card import DataClass

pytestmark = pytest.mark.browser


async def nothing() -> None:
    """What kills no relay."""


@pytest.fixture
def relayed(sandbox: Parts) -> Parts:
    """The second workspace, said to be posted to by a relay."""
    _, team_id = sandbox.slack.teams
    relay = Relay(
        url="",
        stack="",
        aws={},
        logs=Path(),
        ways={team_id: DataClass.TITLE},
        away=nullcontext,
        kill=nothing,
    )
    return replace(sandbox, relay=relay)


async def test_each_workspace_says_at_its_head_how_it_is_posted_to(
    relayed: Parts, browser: Browser, faults: Any
) -> None:
    socket = listener(0)
    async with serving(relayed, socket):
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{socket.getsockname()[1]}")
        head = page.locator("#sidebar header")
        await expect(head).to_have_text("Acmedirectly, in full")

        await page.get_by_role("button", name="Globex").click()

        await expect(head).to_have_text("Globexby relay, title only")
        await expect(page.get_by_label("Break something").locator("option", has_text="The relay can't")).to_have_count(
            1
        )
        found = await faults(page)
        await page.close()
    assert found == []
