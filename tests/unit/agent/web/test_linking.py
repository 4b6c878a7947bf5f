"""The pages of `/link`, over loopback."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from structlog.testing import capture_logs

from agent.people.dead_ends import DeadEnd
from agent.people.signing_in import Invitation, Verified
from agent.store.port import StoreUnavailableError
from agent.web.link_texts import TEXTS
from agent.web.linking import COOKIE

TOKEN = "a-secret-token-of-forty-three-characters-000"
GHES = "https://ghes.test/login/oauth/authorize?state=s"
AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)

Browsers = Callable[..., Awaitable[Any]]


async def test_the_page_of_a_link_names_the_person_and_the_workspace_and_spends_nothing(browser: Any) -> None:
    pages = [await browser.get(f"/link/{TOKEN}") for _ in range(3)]

    assert [page.status for page in pages] == [200, 200, 200]
    assert all('id="person">Mona<' in page.text and 'id="workspace">Acme<' in page.text for page in pages)
    assert {asked[0] for asked in browser.linking.asked} == {"invitation"}


async def test_names_are_shown_and_do_nothing(browser: Any) -> None:
    browser.linking.invited = Invitation(workspace="<script>alert(1)</script>", person='"><img src=x onerror=alert(1)>')

    page = await browser.get(f"/link/{TOKEN}")

    assert "<script>" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


async def test_nothing_keeps_or_frames_a_page_or_tells_its_address_and_it_loads_only_our_files(
    browser: Any,
) -> None:
    page = await browser.get(f"/link/{TOKEN}")

    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self' https://ghes.test https:; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert not re.search(r"<style|<script>| style=| on\w+=", page.text)


async def test_continuing_takes_the_browser_to_ghes(browser: Any) -> None:
    answer = await browser.goes_on()

    assert (answer.status, answer.headers["Location"]) == (303, GHES)
    assert browser.linking.asked[-1][:2] == ("continued", TOKEN)


async def test_the_browser_that_continued_is_the_one_that_comes_back(browser: Any) -> None:
    browser.linking.verified = DeadEnd.USED
    await browser.goes_on()

    await browser.get("/link/callback?state=s&code=c")

    [_, (_, _, left), (_, state, back, code, error)] = browser.linking.asked
    assert (state, left, code, error) == ("s", back, "c", "")
    assert len(left) == 43


async def test_a_second_link_in_the_same_browser_leaves_the_first_one_good(browser: Any, proof: Any) -> None:
    first = await browser.get(f"/link/{TOKEN}")
    await browser.get("/link/another-secret-token")

    answer = await browser.post(f"/link/{TOKEN}", {"proof": proof(first)})

    assert answer.status == 303


@pytest.mark.parametrize("form", [None, {}, {"proof": ""}, {"proof": "0" * 64}, {"proof": "é"}])
async def test_what_another_site_posts_spends_nothing(browser: Any, form: dict[str, str] | None) -> None:
    await browser.get(f"/link/{TOKEN}")

    answer = await browser.post(f"/link/{TOKEN}", form)

    assert answer.status == 403
    assert "continued" not in {asked[0] for asked in browser.linking.asked}


@pytest.mark.parametrize("says_its_length", [True, False])
async def test_a_form_that_is_larger_than_ours_is_not_read(browser: Any, proof: Any, *, says_its_length: bool) -> None:
    page = await browser.get(f"/link/{TOKEN}")
    large = f"proof={proof(page)}&more={'x' * 5000}".encode()

    async def in_parts() -> AsyncIterator[bytes]:
        yield large

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await browser.post(f"/link/{TOKEN}", large if says_its_length else in_parts(), headers=form)

    assert (answer.status, answer.text) == (413, '{"error": "That is more than this address takes."}')
    assert "continued" not in {asked[0] for asked in browser.linking.asked}


async def test_a_browser_without_the_cookie_or_with_a_made_up_one_spends_nothing(
    browser: Any, browsers: Browsers, proof: Any
) -> None:
    page = await browser.get(f"/link/{TOKEN}")
    bare = await browsers(at=browser.url)
    made_up = await browsers(at=browser.url)
    made_up.session.cookie_jar.update_cookies({COOKIE: "short"})

    answers = [await each.post(f"/link/{TOKEN}", {"proof": proof(page)}) for each in (bare, made_up)]

    assert [answer.status for answer in answers] == [403, 403]
    assert "continued" not in {asked[0] for asked in browser.linking.asked}


async def test_a_proof_is_good_for_its_own_link_only(browser: Any, proof: Any) -> None:
    other = await browser.get("/link/another-secret-token")

    answer = await browser.post(f"/link/{TOKEN}", {"proof": proof(other)})

    assert answer.status == 403


@pytest.mark.parametrize(
    ("agent_url", "more"),
    [
        ("http://agent.test", {"Path=/link"}),
        ("https://agent.test", {"Path=/link", "Secure"}),
        ("https://agent.test/ghe-slack", {"Path=/ghe-slack/link", "Secure"}),
    ],
)
async def test_the_cookie_is_for_our_pages_alone_and_for_no_script(
    browsers: Browsers, agent_url: str, more: set[str]
) -> None:
    browser = await browsers(agent_url=agent_url)

    page = await browser.get(f"/link/{TOKEN}")

    _, *attributes = page.headers["Set-Cookie"].split("; ")
    assert set(attributes) == {"HttpOnly", "SameSite=Lax", *more}


async def test_the_last_page_shows_the_code_and_whom_it_links(browser: Any) -> None:
    browser.linking.verified = Verified(
        invitation=Invitation(workspace="Acme", person="<Mona>"), login="mona", code="CDFH-2345", ends_at=AT
    )

    page = await browser.get("/link/callback?state=s&code=c")

    assert page.status == 200
    assert re.search(r'id="verification-code">CDFH-2345<', page.text)
    assert re.search(r"<button[^>]*>Copy</button>", page.text)
    assert all(name in page.text for name in ("mona", "Acme", "&lt;Mona&gt;", "10\nminutes"))
    assert page.headers["Cache-Control"] == "no-store"


async def test_a_page_can_be_drawn_without_the_persons_name(browser: Any) -> None:
    browser.linking.verified = Verified(
        invitation=Invitation(workspace="Acme", person=""), login="mona", code="CDFH-2345", ends_at=AT
    )

    page = await browser.get("/link/callback?state=s&code=c")

    assert page.status == 200


@pytest.mark.parametrize("why", list(DeadEnd))
async def test_every_dead_end_is_a_page_that_says_what_to_do(browser: Any, why: DeadEnd) -> None:
    browser.linking.invited = browser.linking.verified = why

    pages = [await browser.get(f"/link/{TOKEN}"), await browser.get("/link/callback?state=s&error=access_denied")]

    assert {page.status for page in pages} == {TEXTS[why].status}
    assert all(f'data-why="{why.value}"' in page.text and TEXTS[why].title in unescape(page.text) for page in pages)
    assert all("{command}" not in page.text for page in pages)
    assert all("form-action 'none'" in page.headers["Content-Security-Policy"] for page in pages)


async def test_a_dead_end_names_the_command_as_it_is_called_here(browser: Any) -> None:
    browser.linking.invited = DeadEnd.TOO_OLD

    assert "/octo signin" in (await browser.get(f"/link/{TOKEN}")).text


async def test_a_link_that_somebody_else_continued_at_the_same_moment_is_a_page(browser: Any) -> None:
    browser.linking.continues = DeadEnd.USED

    answer = await browser.goes_on()

    assert (answer.status, 'data-why="used"' in answer.text) == (410, True)


async def test_without_oauth_the_page_says_so(browsers: Browsers) -> None:
    browser = await browsers(oauth=False)

    pages = [
        await browser.get(f"/link/{TOKEN}"),
        await browser.post(f"/link/{TOKEN}"),
        await browser.get("/link/callback"),
    ]

    assert {page.status for page in pages} == {503}
    assert all('data-why="not_set_up"' in page.text for page in pages)


async def test_a_store_that_is_away_is_a_page_too(browser: Any) -> None:
    browser.linking.failure = StoreUnavailableError("the disk is full")

    page = await browser.get(f"/link/{TOKEN}")

    assert (page.status, 'data-why="store_away"' in page.text) == (503, True)


async def test_what_breaks_is_logged_without_the_links_secret(browser: Any) -> None:
    browser.linking.failure = RuntimeError("broken")

    with capture_logs() as logs:
        answer = await browser.get(f"/link/{TOKEN}")

    assert answer.status == 500
    assert [entry["path"] for entry in logs] == ["/link/{token}"]
    assert TOKEN not in str(logs)


@pytest.mark.parametrize(("name", "kind"), [("link.css", "text/css"), ("copy.js", "text/javascript")])
async def test_the_pages_files_are_served_by_us(browser: Any, name: str, kind: str) -> None:
    answer = await browser.get(f"/link/static/{name}")

    assert (answer.status, answer.headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["other.css", "..%2Ftemplates%2Flink.html", "%2e%2e"])
async def test_no_other_file_is(browser: Any, name: str) -> None:
    assert (await browser.get(f"/link/static/{name}")).status == 404
