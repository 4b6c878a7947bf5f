"""The 32 steps of the seed, in order, from nothing: what the first hour is like, for two workspaces."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, expect

from infra.sandbox.start import PASSWORD

pytestmark = pytest.mark.browser


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A workspace, a repository that it wants to hear of, and the login of who owns that on GHES."""

    name: str
    repository: str
    owner: str
    suffix: str = ""

    @property
    def organization(self) -> str:
        return self.repository.partition("/")[0]


ACME = Workspace(name="Acme", repository="acme/rocket", owner="ada")
GLOBEX = Workspace(name="Globex", repository="globex/site", owner="outsider", suffix="-globex")


async def test_the_first_hour_from_nothing_to_two_workspaces(walk: Any) -> None:
    console = await _signs_in(walk)
    await _makes_the_github_app(walk, console)
    apps = await _makes_the_slack_app(walk, console)
    await _gives_the_app_level_token(walk, console, apps)
    slack = await walk.opens(walk.sandbox)
    for workspace in (ACME, GLOBEX):
        await _adds_it_to_slack(walk, console, workspace)
        await slack.bring_to_front()
        await slack.get_by_role("button", name=workspace.name, exact=True).click()
        await _connects(walk, slack, workspace)
        await _subscribes(walk, slack, workspace)
        if workspace is ACME:
            await _shares_it_with_other_workspaces(walk, apps)
    await _looks_at_every_page_of_the_console(walk, console)

    assert "\n".join(walk.wrong) == ""


async def _signs_in(walk: Any) -> Page:
    """Step 1."""
    console: Page = await walk.opens(walk.console)
    await walk.looks(console, "00-sign-in")
    await console.get_by_label("Password").fill(PASSWORD)
    await console.get_by_role("button", name="Sign in").last.click()
    await expect(console.get_by_role("heading", name="Set-up")).to_be_visible()
    await walk.looks(console, "01-console")
    return console


async def _makes_the_github_app(walk: Any, console: Page) -> None:
    """The seed's server has its own App; ours is made first."""
    await console.get_by_role("button", name="Create GitHub App").click()
    await console.get_by_role("button", name="Go to GitHub Enterprise").click()
    await console.get_by_label("ada (").check()
    await walk.looks(console, "01a-github-app-on-ghes")
    await console.get_by_role("button", name="Create GitHub App").click()
    await expect(console.get_by_text("GitHub App created").first).to_be_visible()
    await walk.looks(console, "01b-github-app-created", around="GitHub App")


async def _makes_the_slack_app(walk: Any, console: Page) -> Page:
    """Steps 2 to 9."""
    await console.get_by_label("Enable GitHub Chat integration").check()
    await walk.looks(console, "02-enable-chat-integration", around="Chat integration")
    async with walk.context.expect_page() as opened:
        await console.get_by_role("link", name="Slack app pages").click()
    apps: Page = await opened.value
    await apps.get_by_label("mona").check()
    await apps.get_by_role("button", name="Sign in").click()
    await walk.looks(apps, "03-slack-app-pages")
    await apps.get_by_role("link", name="Generate Token").click()
    await walk.looks(apps, "04-generate-token")
    await apps.get_by_label("Workspace").select_option("Acme")
    await walk.looks(apps, "05-workspace-of-the-app")
    await apps.get_by_role("button", name="Generate").click()
    await walk.looks(apps, "06-copy-the-access-token")
    token = await apps.get_by_label("Access Token").input_value()
    await console.bring_to_front()
    await console.get_by_label("Slack app configuration token").fill(token)
    await expect(console.get_by_label("Configure to use socket mode")).to_be_checked()
    await walk.looks(console, "07-generate-app", around="Chat integration")
    await console.get_by_role("button", name="Generate app").click()
    await expect(console.get_by_text("Slack app generated successfully").first).to_be_visible()
    await walk.looks(console, "08-generated")
    await walk.looks(console, "09-slack-app-id", around="Chat integration")
    async with walk.context.expect_page() as shown:
        await console.get_by_role("link", name=re.compile("^A0")).click()
    await apps.close()
    page: Page = await shown.value
    return page


async def _gives_the_app_level_token(walk: Any, console: Page, apps: Page) -> None:
    """Steps 10 to 17."""
    await walk.looks(apps, "10-app-level-tokens", around="App-Level Tokens")
    await apps.get_by_role("link", name="Generate Token and Scopes").click()
    await apps.get_by_label("Token Name").fill("ghe-slack")
    for scope in ("connections:write", "authorizations:read"):
        await apps.get_by_label(scope).check()
    await walk.looks(apps, "11-scopes-of-the-token")
    await apps.get_by_role("button", name="Generate").click()
    await walk.looks(apps, "12-copy-the-token")
    token = await apps.get_by_label("Token", exact=True).input_value()
    await console.bring_to_front()
    await console.get_by_label("Slack app level token").fill(token)
    await walk.looks(console, "13-app-level-token", around="Chat integration")
    await console.get_by_role("button", name="Save settings").click()
    await expect(console.get_by_text("Slack app settings have been saved").first).to_be_visible()
    await walk.looks(console, "14-saved")
    await walk.parts.slack.feed.until(lambda: len(walk.parts.slack.line.open_sockets()) > 1)
    await walk.looks(console, "15-no-restart", around="Set-up")
    await console.goto(walk.console)
    await expect(
        console.get_by_text("Chat integration is now available to be installed in the workspace")
    ).to_be_visible()
    await walk.looks(console, "17-available", around="Chat integration")


async def _adds_it_to_slack(walk: Any, console: Page, workspace: Workspace) -> None:
    """Steps 17 to 20."""
    await console.goto(walk.console)
    await console.get_by_role("link", name="/_slack/").click()
    await walk.looks(console, f"18-add-to-slack{workspace.suffix}")
    await console.get_by_role("button", name="Add to Slack").click()
    await console.get_by_label("Install to").select_option(workspace.name)
    await walk.looks(console, f"19-allow{workspace.suffix}")
    await console.get_by_role("button", name="Allow").click()
    await expect(console.locator("#place")).to_have_text(workspace.name)
    await walk.looks(console, f"20-installed{workspace.suffix}")
    await console.get_by_role("link", name="Open Slack").click()
    await expect(console.get_by_role("heading", name=f"in {workspace.name}")).to_be_visible()


async def _connects(walk: Any, slack: Page, workspace: Workspace) -> None:
    """Steps 21 to 25."""
    await slack.locator("#sidebar").get_by_text("GHE", exact=True).click()
    greeting = _message(slack, "I bring what happens on GitHub Enterprise")
    await expect(greeting).to_be_visible()
    await walk.looks(slack, f"21-the-bot{workspace.suffix}")
    await greeting.get_by_role("button", name="Connect GitHub account").click()
    offer = _message(slack, "The link is for you alone")
    async with walk.context.expect_page() as opened:
        await offer.get_by_role("button", name="Connect GitHub account").click()
    tab: Page = await opened.value
    await walk.looks(tab, f"22-who-will-be-connected{workspace.suffix}")
    await tab.get_by_role("button", name="Continue").click()
    await tab.get_by_label(f"{workspace.owner} (").check()
    await walk.looks(tab, f"22a-authorize-on-ghes{workspace.suffix}")
    await tab.get_by_role("button", name="Authorize").click()
    code = await tab.locator("#verification-code").inner_text()
    await walk.looks(tab, f"23-verification-code{workspace.suffix}")
    await tab.close()
    await slack.bring_to_front()
    await offer.get_by_role("button", name="Enter code").click()
    form = slack.get_by_role("dialog")
    await form.get_by_label("Verification code").fill(code)
    await walk.looks(slack, f"24-enter-code{workspace.suffix}")
    await form.get_by_role("button", name="Connect", exact=True).click()
    await expect(_message(slack, "Success!")).to_be_visible()
    await walk.looks(slack, f"25-success{workspace.suffix}")


async def _subscribes(walk: Any, slack: Page, workspace: Workspace) -> None:
    """Steps 26 to 32."""
    await slack.locator("#sidebar").get_by_text("general", exact=True).click()
    await _types(slack, f"/ghe subscribe {workspace.repository}")
    question = _message(slack, f"the GitHub App isn't installed on {workspace.organization}")
    await expect(question).to_be_visible()
    await walk.looks(slack, f"26-subscribe{workspace.suffix}")
    async with walk.context.expect_page() as opened:
        await question.get_by_role("button", name="Install GitHub App").click()
    tab: Page = await opened.value
    await tab.get_by_label(f"{workspace.owner} (").check()
    await tab.get_by_label(f"{workspace.organization} (").check()
    await walk.looks(tab, f"27-choose-the-organization{workspace.suffix}")
    await tab.get_by_label("All repositories").check()
    await walk.looks(tab, f"28-all-or-selected{workspace.suffix}")
    await tab.get_by_role("button", name="Install").click()
    await expect(tab.get_by_role("heading", name="The GitHub App is installed")).to_be_visible()
    await walk.looks(tab, f"29-installed{workspace.suffix}")
    await tab.close()
    await slack.bring_to_front()
    await expect(_message(slack, f"subscribed this channel to {workspace.repository}")).to_be_visible()
    await _happens(slack, "issue-open", workspace)
    await expect(_message(slack, "Issue opened by")).to_be_visible()
    await walk.looks(slack, f"30-subscribed{workspace.suffix}")
    await _types(slack, f"/ghe subscribe {workspace.repository} releases")
    await expect(_message(slack, "releases published")).to_be_visible()
    await walk.looks(slack, f"31-only-one-feature{workspace.suffix}")
    await slack.locator("#sidebar").get_by_text("GHE", exact=True).click()
    await _types(slack, f"/ghe subscribe {workspace.repository}")
    await expect(_message(slack, workspace.repository).last).to_be_visible()
    await _types(slack, f"/ghe close {workspace.repository}#1")
    await expect(_message(slack, "closed").last).to_be_visible()
    await walk.looks(slack, f"32-direct-messages{workspace.suffix}")


async def _shares_it_with_other_workspaces(walk: Any, apps: Page) -> None:
    """A second workspace needs public distribution, which is switched on at Slack."""
    await apps.get_by_role("link", name="Done").click()
    await apps.get_by_role("link", name="Manage Distribution").click()
    await apps.get_by_label("I've reviewed the app").check()
    await walk.looks(apps, "33-public-distribution")
    await apps.get_by_role("button", name="Activate Public Distribution").click()
    await expect(apps.get_by_role("heading", name="Public distribution is active")).to_be_visible()


async def _looks_at_every_page_of_the_console(walk: Any, console: Page) -> None:
    await console.goto(walk.console)
    links = console.get_by_role("navigation").get_by_role("link")
    addresses = [str(await link.evaluate("one => one.href")) for link in await links.all()]
    assert len(addresses) > 7
    for address in addresses:
        await console.goto(address)
        await walk.looks(console, f"console-{address.rsplit('/', 1)[-1]}")


def _message(slack: Page, text: str) -> Any:
    return slack.locator("#messages article").filter(has_text=text).last


async def _types(slack: Page, text: str) -> None:
    line = slack.get_by_label("Message", exact=True)
    await line.fill(text)
    await line.press("Enter")


async def _happens(slack: Page, action: str, workspace: Workspace) -> None:
    await slack.get_by_label("Repository", exact=True).select_option(workspace.repository)
    await slack.get_by_label("Who does it").select_option(workspace.owner)
    await slack.locator(f"[data-action={action}]").click()
