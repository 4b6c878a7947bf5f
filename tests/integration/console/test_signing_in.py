"""Who gets into the console, how long, and who doesn't."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar
from yarl import URL

from agent import app, audit_export
from agent.admin_password import path_of
from infra.sandbox.addresses import free_port
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import oauth
from infra.sandbox.system import standins


async def back_from_ghes(rig: Any, browser: Any, login: str) -> Any:
    """The person at the browser says yes on GHES; the page that it comes back to."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(browser.page.url).query).items()}
    ghes = rig.world.ghes
    code = oauth.authorize(
        ghes, ghes.app, ghes.account(login), redirect_uri=asked["redirect_uri"], state=asked["state"]
    )
    return await browser.opens(f"../link/callback?code={code}&state={asked['state']}")


async def test_the_password_opens_the_console(browser: Any) -> None:
    page = await browser.signs_in()

    assert urlsplit(page.url).path == "/setup/settings"
    assert "Signed in by password" in page.says


async def test_a_wrong_password_is_said_and_opens_nothing(browser: Any) -> None:
    page = await browser.signs_in("guessed")
    after = await browser.opens("settings")

    assert (page.status, "That isn't the password." in page.says) == (401, True)
    assert urlsplit(after.url).path == "/setup/sign-in"


async def test_after_five_wrong_passwords_the_right_one_has_to_wait_too(rig: Any, browser: Any) -> None:
    for _ in range(5):
        await browser.signs_in("guessed")
    locked = await browser.signs_in()
    await rig.leap(15 * 60 + 1)
    later = await browser.signs_in()

    assert (locked.status, "Too many wrong passwords: wait 15 minutes" in locked.says) == (429, True)
    assert later.status == 200


async def test_a_right_password_forgives_the_wrong_ones_before_it(browser: Any) -> None:
    for _ in range(3):
        for _ in range(4):
            await browser.signs_in("guessed")
        page = await browser.signs_in()

        assert page.status == 200


async def test_who_is_not_signed_in_is_led_to_the_page_that_was_wanted(browser: Any) -> None:
    asked = await browser.opens("settings")

    page = await browser.signs_in()

    assert urlsplit(asked.url).path == "/setup/sign-in"
    assert urlsplit(page.url).path == "/setup/settings"


async def test_nobody_is_led_to_another_site_after_signing_in(browser: Any) -> None:
    await browser.opens("sign-in?to=//evil.example.com")

    page = await browser.presses("Sign in", password="correct horse battery staple")

    assert urlsplit(page.url).path == "/setup/settings"


async def test_signing_out_ends_it(browser: Any) -> None:
    await browser.signs_in()

    await browser.presses("Sign out")
    page = await browser.opens("settings")

    assert urlsplit(page.url).path == "/setup/sign-in"


async def test_signing_out_ends_copies_of_the_cookie_too_and_nobody_elses_session(rig: Any, browser: Any) -> None:
    await browser.signs_in()
    copy, other = rig.browser(), rig.browser()
    copy.session.cookie_jar.update_cookies({each.key: each.value for each in browser.session.cookie_jar}, URL(rig.url))
    await other.signs_in()
    copied = await copy.opens("settings")

    await browser.presses("Sign out")
    page, others = await copy.opens("settings"), await other.opens("settings")
    again = await browser.signs_in()

    assert urlsplit(copied.url).path == "/setup/settings"
    assert urlsplit(page.url).path == "/setup/sign-in"
    assert [urlsplit(each.url).path for each in (others, again)] == ["/setup/settings"] * 2


async def test_a_session_ends_after_eight_hours(rig: Any, browser: Any) -> None:
    await browser.signs_in()

    await rig.leap(8 * 3600 - 60)
    before = await browser.opens("settings")
    await rig.leap(120)
    after = await browser.opens("settings")

    assert urlsplit(before.url).path == "/setup/settings"
    assert urlsplit(after.url).path == "/setup/sign-in"


async def test_a_form_of_another_site_changes_nothing(browser: Any) -> None:
    await browser.signs_in()

    page = await browser.posts("settings", act="save_slack", csrf="guessed", slack_allowed_workspaces="T0FORGED0")

    assert (page.status, "nothing was changed" in page.says) == (403, True)
    assert "T0FORGED0" not in (await browser.opens("settings")).body


async def test_a_form_of_another_browser_changes_nothing(rig: Any, browser: Any) -> None:
    other = rig.browser()
    await other.signs_in()
    _, form = other.page.form_with("Save settings")
    await browser.signs_in()

    page = await browser.posts("settings", **form)

    assert page.status == 403


async def test_an_administrator_signs_in_through_ghes_under_a_name(rig: Any, browser: Any) -> None:
    await browser.opens("sign-in")

    await browser.presses("Sign in with GitHub Enterprise")
    page = await back_from_ghes(rig, browser, "ada")

    assert "Signed in as ada" in page.says
    assert not [each for each in rig.world.ghes.user_tokens.values() if each.account.login == "ada"]


async def test_somebody_else_is_told_that_they_are_no_administrator(rig: Any, browser: Any) -> None:
    await browser.opens("sign-in")

    await browser.presses("Sign in with GitHub Enterprise")
    page = await back_from_ghes(rig, browser, "grace")

    assert (page.status, "grace is no administrator here" in page.says) == (403, True)
    assert urlsplit((await browser.opens("settings")).url).path == "/setup/sign-in"


async def test_a_sign_in_that_comes_back_twice_or_elsewhere_is_refused(rig: Any, browser: Any) -> None:
    await browser.opens("sign-in")
    await browser.presses("Sign in with GitHub Enterprise")
    sent_to = browser.page.url
    other = rig.browser()
    await other.opens("sign-in")
    other.page = browser.page
    elsewhere = await back_from_ghes(rig, other, "ada")
    first = await back_from_ghes(rig, browser, "ada")

    state = parse_qs(urlsplit(sent_to).query)["state"][0]
    again = await rig.browser().opens(f"../link/callback?code=any&state={state}")

    assert (elsewhere.status, again.status) == (403, 403)
    assert "begin it again" in elsewhere.says
    assert "Signed in as ada" in first.says


async def test_each_sign_in_is_in_the_audit_log(rig: Any, browser: Any) -> None:
    await browser.signs_in("guessed")
    await browser.signs_in()

    found = await audit_export.export(rig.settings, None)

    outcomes = [each["outcome"] for each in found if each["action"] == "console sign-in"]
    assert outcomes == ["refused: wrong password", "done"]


async def test_nothing_on_the_pages_may_run_scripts_or_be_framed(browser: Any) -> None:
    await browser.opens("sign-in")
    pages = [browser.page, await browser.signs_in()]

    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "<script" not in page.body
        assert " style=" not in page.body


@pytest.fixture
async def unset(tmp_path: Path) -> AsyncIterator[tuple[Path, str]]:
    """An agent that nobody has given a password: the file of its own, and where its console is."""
    clock = DrivenClock()
    async with standins(clock, workspaces=1) as world:
        settings = world.settings(tmp_path, AGENT_LISTEN=f"127.0.0.1:{free_port('127.0.0.1')}")
        async with app.running(settings, clock) as agent:
            yield path_of(settings), agent.url


async def test_with_sqlite_a_password_is_made_that_only_its_owner_can_read(unset: tuple[Path, str]) -> None:
    file, url = unset
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        async with session.get(f"{url}/setup/sign-in") as answer:
            csrf = (await answer.text()).partition('name="csrf" value="')[2].partition('"')[0]
        given = {"csrf": csrf, "password": file.read_text().strip()}
        async with session.post(f"{url}/setup/sign-in", data=given, allow_redirects=False) as answer:
            status = answer.status

    assert file.stat().st_mode & 0o777 == 0o600
    assert status == 303
