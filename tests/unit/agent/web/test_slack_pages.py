"""The pages of `/_slack/`, over loopback; what stands behind them says what a test tells it to."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar, web

from agent.ghes.hosts import Hosts
from agent.manifests import slack_manifest
from agent.metrics import Metrics
from agent.setup.installing import Installed, Stopped
from agent.store.intake import Intake
from agent.store.port import StoreUnavailableError
from agent.web.app import Parts, application
from agent.web.slack_pages import COOKIE
from agent.web.slack_texts import TEXTS

AUTHORIZE = "https://slack.test/oauth/v2/authorize"
DONE = Installed(
    place="Acme",
    workspaces=["Acme"],
    next_url="https://slack.test/app_redirect?app=A1&team=T1",
    lacks=["im:write", "channels:history"],
)


@dataclass(kw_only=True)
class Scripted:
    """Stands for `agent.setup.installing.Installing`."""

    stopped: Stopped | None = None
    comes_to: Installed | Stopped = DONE
    known: int = 2
    restricted: bool = False
    failure: Exception | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)
    authorize_url: str = AUTHORIZE

    async def begin(self, browser: str) -> str:
        self._ask("begin", browser)
        return f"{AUTHORIZE}?state=s"

    async def returned(self, state: str, browser: str, code: str, error: str) -> Installed | Stopped:
        self._ask("returned", state, browser, code, error)
        return self.comes_to

    def _ask(self, *asked: str) -> None:
        self.asked.append(asked)
        if self.failure:
            raise self.failure


@dataclass(kw_only=True)
class Page:
    status: int
    text: str
    answer: ClientResponse


@dataclass(kw_only=True)
class Browser:
    url: str
    session: ClientSession
    installing: Scripted
    parts: Parts

    async def get(self, path: str) -> Page:
        return await self._ask("GET", path)

    async def post(self, path: str) -> Page:
        return await self._ask("POST", path)

    async def _ask(self, method: str, path: str) -> Page:
        async with self.session.request(method, self.url + path, allow_redirects=False) as answer:
            return Page(status=answer.status, text=await answer.text(), answer=answer)


@pytest.fixture
def agent_url() -> str:
    return "http://agent.test"


@pytest.fixture
async def browser(agent_url: str) -> AsyncIterator[Browser]:
    nothing: Any = None
    installing: Any = Scripted()
    parts = Parts(
        store=nothing,
        clock=nothing,
        intake=Intake({}),
        webhook_secrets=(),
        ghes_hosts=Hosts.of("https://ghes.test"),
        metrics=Metrics(),
        status={},
        installing=installing,
        agent_url=agent_url,
        command="/octo",
    )
    runner = web.AppRunner(application(parts))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield Browser(url=url, session=session, installing=installing, parts=parts)
    await runner.cleanup()


async def test_the_page_says_which_server_it_is_and_what_each_optional_permission_buys(browser: Browser) -> None:
    page = await browser.get("/_slack/")

    optional = slack_manifest("https://a.test", "https://b.test")["oauth_config"]["scopes"]["bot_optional"]
    assert page.status == 200
    assert 'id="ghes">https://ghes.test<' in page.text
    assert page.text.count("Add to Slack") == 1
    assert set(re.findall(r'<th scope="row"><code>([\w:.]+)</code></th><td>\S', page.text)) == set(optional)
    assert 'id="known">2<' in page.text
    assert browser.installing.asked == []


async def test_it_loads_only_our_files_runs_nothing_and_lets_the_form_lead_to_slack(browser: Browser) -> None:
    page = await browser.get("/_slack/")

    assert page.answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; form-action 'self' https://slack.test https:; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert page.answer.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<style|<script| style=| on\w+=", page.text)
    for href in re.findall(r'rel="stylesheet" href="\.\./([^"]+)"', page.text):
        assert (await browser.get(f"/{href}")).status == 200


async def test_the_button_sets_a_cookie_and_leads_to_slack(browser: Browser) -> None:
    answer = (await browser.post("/_slack/install")).answer

    [(_, secret)] = browser.installing.asked
    cookie = answer.cookies[COOKIE]
    assert (answer.status, answer.headers["Location"]) == (303, f"{AUTHORIZE}?state=s")
    assert cookie.value == secret
    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == ("/_slack", "Lax", "600")
    assert cookie["httponly"]
    assert not cookie["secure"]


@pytest.mark.parametrize("agent_url", ["https://agent.test/ghe"])
async def test_over_https_the_cookie_is_secure_and_below_the_agents_path(browser: Browser) -> None:
    cookie = (await browser.post("/_slack/install")).answer.cookies[COOKIE]

    assert cookie["secure"]
    assert cookie["path"] == "/ghe/_slack"


async def test_a_browser_keeps_its_secret_from_one_try_to_the_next(browser: Browser) -> None:
    await browser.post("/_slack/install")
    await browser.post("/_slack/install")

    first, second = browser.installing.asked
    assert first == second


async def test_a_cookie_that_is_none_of_ours_counts_as_none(browser: Browser) -> None:
    browser.session.cookie_jar.update_cookies({COOKIE: "short"})

    await browser.get("/_slack/oauth/callback?state=s&code=c")

    assert browser.installing.asked == [("returned", "s", "", "c", "")]


async def test_coming_back_says_what_is_next_and_what_was_left_out(browser: Browser) -> None:
    await browser.post("/_slack/install")
    page = await browser.get("/_slack/oauth/callback?state=s&code=c")

    secret = browser.installing.asked[0][1]
    assert browser.installing.asked[1] == ("returned", "s", secret, "c", "")
    assert page.status == 200
    assert 'id="place">Acme<' in page.text
    assert 'id="to-slack" href="https://slack.test/app_redirect?app=A1&amp;team=T1"' in page.text
    assert "Connect GitHub account" in page.text
    assert "/octo subscribe owner/repo" in page.text
    assert re.search(r"<code>im:write</code>: [^<]+\(it is needed: install the app again\)\.", page.text)
    assert re.search(r"<code>channels:history</code>: [^<(]+\.", page.text)


async def test_an_organisation_without_workspaces_is_sent_to_choose_some(browser: Browser) -> None:
    browser.installing.comes_to = Installed(place="Org", workspaces=[], next_url="https://app.slack.test/x", lacks=[])

    page = await browser.get("/_slack/oauth/callback?state=s&code=c")

    assert re.search(r'href="https://app.slack.test/x">Choose workspaces<', page.text)


@pytest.mark.parametrize("why", list(Stopped))
async def test_every_end_without_an_installation_is_a_sentence(browser: Browser, why: Stopped) -> None:
    browser.installing.comes_to = why

    page = await browser.get("/_slack/oauth/callback?state=s&code=c")

    found = re.search(rf'data-why="{why.value}">([^<]+)<', page.text)
    assert page.status == TEXTS[why].status
    assert found
    assert "{" not in found[1]


async def test_names_are_shown_and_do_nothing(browser: Browser) -> None:
    browser.installing.comes_to = Installed(
        place="<script>alert(1)</script>", workspaces=['"><img src=x>'], next_url="https://slack.test/", lacks=[]
    )

    page = await browser.get("/_slack/oauth/callback?state=s&code=c")

    assert "<script>" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize("why", [Stopped.NOT_SET_UP, Stopped.SWITCHED_OFF])
async def test_before_anything_can_be_installed_every_page_says_what_an_administrator_does(
    browser: Browser, why: Stopped
) -> None:
    browser.installing.stopped = why

    pages = [
        await browser.get("/_slack/"),
        await browser.post("/_slack/install"),
        await browser.get("/_slack/oauth/callback"),
    ]

    assert [page.status for page in pages] == [503] * 3
    assert all(re.search(r'href="(\.\./)+setup/settings"', page.text) for page in pages)
    assert browser.installing.asked == []


async def test_a_store_that_is_away_is_a_sentence(browser: Browser) -> None:
    browser.installing.failure = StoreUnavailableError("disk is full")

    pages = [await browser.post("/_slack/install"), await browser.get("/_slack/oauth/callback?state=s&code=c")]

    assert [page.status for page in pages] == [503, 503]
    assert all('data-why="store_away"' in page.text for page in pages)


async def test_the_address_without_its_slash_leads_there_too(browser: Browser) -> None:
    answer = (await browser.get("/_slack")).answer

    assert answer.headers["Location"] == "_slack/"
