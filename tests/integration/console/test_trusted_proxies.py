"""What a proxy in front of the agent says: who is behind it, and under which address people know us."""

from typing import Any

import pytest


@pytest.fixture
def variables() -> dict[str, str]:
    return {"AGENT_TRUSTED_PROXIES": "127.0.0.1"}


def behind(rig: Any, address: str, **more: str) -> Any:
    """A browser whose requests a proxy on loopback passes on; `Proto` and `Host`: what else it says."""
    browser = rig.browser()
    browser.session.headers["X-Forwarded-For"] = address
    browser.session.headers.update({f"X-Forwarded-{name}": word for name, word in more.items()})
    return browser


async def test_who_guesses_passwords_locks_nobody_else_out(rig: Any) -> None:
    guesser, admin = behind(rig, "192.0.2.66"), behind(rig, "192.0.2.7")

    for _ in range(5):
        await guesser.signs_in("guessed")
    locked, page = await guesser.signs_in(), await admin.signs_in()

    assert locked.status == 429
    assert "Signed in by password" in page.says


async def test_an_address_that_the_guesser_makes_up_does_not_help(rig: Any) -> None:
    for number in range(5):
        await behind(rig, f"198.51.100.{number}, 192.0.2.66").signs_in("guessed")

    locked = await behind(rig, "198.51.100.99, 192.0.2.66").signs_in()

    assert locked.status == 429


async def test_over_the_proxys_https_the_cookie_is_secure_and_without_it_it_is_not(rig: Any) -> None:
    plain, sealed = behind(rig, "192.0.2.7"), behind(rig, "192.0.2.7", Proto="https")

    pages = [await each.opens("sign-in") for each in (plain, sealed)]

    assert ["secure" in page.headers["Set-Cookie"].lower() for page in pages] == [False, True]


async def test_an_agent_url_that_people_do_not_use_is_pointed_out(rig: Any) -> None:
    browser = behind(rig, "192.0.2.7", Proto="https", Host="ghe-slack.example.com")

    page = await browser.opens("sign-in")

    assert f"You are at https://ghe-slack.example.com, but AGENT_URL is {rig.url}" in page.says


async def test_who_comes_by_the_agent_url_reads_nothing_about_it(rig: Any) -> None:
    page = await behind(rig, "192.0.2.7", Host="127.0.0.1").signs_in()

    assert page.status == 200
    assert "You are at" not in page.says


@pytest.mark.parametrize("host", ["[bad", "[:::::]", "a b", "<script>", "x" * 300])
async def test_a_host_that_is_none_is_read_past(rig: Any, host: str) -> None:
    browser = behind(rig, "192.0.2.7", Host=host)

    page = await browser.opens("sign-in")

    assert page.status == 200
    assert "You are at" not in page.says
