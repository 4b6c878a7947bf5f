"""The console's page of hosts, ports and directions."""

from html import unescape
from typing import Any

import pytest


@pytest.fixture
def variables() -> dict[str, str]:
    """Slack behind a proxy that only this page hears of: the stand-in is on loopback, so nothing goes there."""
    return {
        "HTTPS_PROXY": "http://corp:s3cret-w0rd@proxy.corp.example:3128",
        "NO_PROXY": "10.0.0.0/8",
        "AGENT_TRUSTED_PROXIES": "10.0.0.7",
    }


async def test_the_page_shows_who_speaks_to_whom(rig: Any, browser: Any) -> None:
    await browser.signs_in()

    page = await browser.opens("network")

    assert page.status == 200
    assert "Nothing comes in from the internet" in page.says
    assert "webhooks, POST /webhooks/github" in page.says
    assert "10.0.0.7" in page.says
    assert rig.settings.agent_listen in page.says


async def test_a_proxy_is_named_without_its_password(browser: Any) -> None:
    await browser.signs_in()

    page = await browser.opens("network")

    assert "proxy.corp.example:3128" in page.says
    assert "s3cret-w0rd" not in page.body
    assert "corp:" not in page.body


async def test_the_text_for_the_network_team_stands_there_to_be_copied(browser: Any) -> None:
    await browser.signs_in()

    page = await browser.opens("network")

    text = unescape(page.body.split('id="letter"')[1].partition(">")[2].partition("</pre>")[0])
    assert text.startswith("GHE-Slack connects ")
    assert "From the browsers of those who use it:" in text
    assert "- 10.0.0.7 to 127.0.0.1, port " in text or "this machine" in page.says


async def test_nobody_sees_it_without_signing_in(browser: Any) -> None:
    page = await browser.opens("network")

    assert "/setup/sign-in" in page.url
