"""Modals, Home, shortcuts and previews of links in the page, made by a tiny app on the stand-in's own API."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from agent.clock import SystemClock
from infra.sandbox.concessions import SANDBOX
from infra.sandbox.page.parts import Parts
from infra.sandbox.slack import breakage
from infra.sandbox.system import standins

pytestmark = pytest.mark.browser
GHES = "ghes.localhost"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(name: str) -> dict[str, Any]:
    return {"text": plain(name), "value": name}


def field(block_id: str, label: str, kind: str, *, optional: bool = False, **fields: Any) -> dict[str, Any]:
    element = {"type": kind, "action_id": f"{block_id}_in", **fields}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, "optional": optional}


LOADING = {"type": "modal", "title": plain("Create issue"), "blocks": [{"type": "section", "text": plain("Loading…")}]}
FORM = {
    "type": "modal",
    "callback_id": "issue",
    "title": plain("Create issue"),
    "submit": plain("Create"),
    "blocks": [
        field("repo", "Repository", "external_select", min_query_length=0, placeholder=plain("owner/name")),
        field("title", "Title", "plain_text_input", max_length=60),
        field("body", "Description", "plain_text_input", optional=True, multiline=True),
        field("labels", "Labels", "multi_external_select", optional=True, min_query_length=1),
        field(
            "kind", "Kind", "static_select", options=[option("Bug"), option("Feature")], initial_option=option("Bug")
        ),
        field("how", "Close as", "radio_buttons", options=[option("Completed"), option("Not planned")], optional=True),
        field("more", "Options", "checkboxes", options=[option("Subscribe me")], optional=True),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "Created as *mona*."}]},
        {
            "type": "actions",
            "block_id": "act",
            "elements": [{"type": "button", "action_id": "more", "text": plain("More")}],
        },
    ],
}
DEEPER = {"type": "modal", "title": plain("Deeper"), "blocks": [{"type": "section", "text": plain("One level down")}]}
HOME = {"type": "home", "blocks": [{"type": "header", "text": plain("Your pull requests")}]}


@dataclass(slots=True, kw_only=True)
class TinyApp:
    """Answers everything that the page brings, and remembers it."""

    api_url: str
    token: str
    session: aiohttp.ClientSession
    heard: list[dict[str, Any]]

    async def call(self, method: str, **args: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.post(self.api_url + method, json=args, headers=headers) as response:
            body: dict[str, Any] = await response.json()
            assert body["ok"], (method, body)
            return body

    async def answer(self, payload: dict[str, Any]) -> Any:
        """The acknowledgement's payload."""
        self.heard.append(payload)
        match payload["type"]:
            case "shortcut" | "message_action":
                opened = await self.call("views.open", trigger_id=payload["trigger_id"], view=LOADING)
                view = opened["view"]
                await self.call("views.update", view_id=view["id"], hash=view["hash"], view=FORM)
            case "block_actions":
                await self.call("views.push", trigger_id=payload["trigger_id"], view=DEEPER)
            case "block_suggestion":
                names = ["acme/rocket", "acme/docs"] if payload["action_id"] == "repo_in" else ["bug", "big"]
                return {"options": [option(name) for name in names if payload["value"] in name]}
            case "view_submission" if len(payload["view"]["state"]["values"]["title"]["title_in"]["value"]) < 5:
                return {"response_action": "errors", "errors": {"title": "Give the issue a longer title."}}
        return None

    async def hear(self, event: dict[str, Any]) -> None:
        if event["type"] == "app_home_opened":
            await self.call("views.publish", user_id=event["user"], view=HOME)
            return
        url = event["links"][0]["url"]
        preview = {"color": "#36a64f", "blocks": [{"type": "section", "text": plain("It leaks, says ada")}]}
        unfurls = {url: preview}
        await self.call("chat.unfurl", unfurl_id=event["unfurl_id"], source=event["source"], unfurls=unfurls)
        where = {"unfurl_id": event["unfurl_id"], "source": event["source"]}
        await self.call("chat.unfurl", **where, user_auth_required=True, user_auth_message="Connect first?")


@pytest.fixture
async def app(sandbox: Parts) -> AsyncIterator[TinyApp]:
    """Connected, and answering."""
    async with aiohttp.ClientSession() as session:
        team = sandbox.slack.team("acme")
        app = TinyApp(api_url=f"{sandbox.slack.public_url}/api/", token=team.bot_token, session=session, heard=[])
        headers = {"Authorization": f"Bearer {sandbox.slack.app.token}"}
        async with session.post(f"{app.api_url}apps.connections.open", headers=headers) as response:
            url = (await response.json())["url"]
        async with session.ws_connect(url) as socket:
            await socket.receive()

            async def listen() -> None:
                async for frame in socket:
                    envelope = json.loads(frame.data)
                    payload, is_event = envelope["payload"], envelope["type"] == "events_api"
                    answer = None if is_event else await app.answer(payload)
                    said = {"envelope_id": envelope["envelope_id"]} | ({"payload": answer} if answer else {})
                    await socket.send_str(json.dumps(said))
                    if is_event:
                        await app.hear(payload["event"])

            listening = asyncio.create_task(listen())
            yield app
            listening.cancel()


@pytest.fixture
async def sandbox() -> AsyncIterator[Parts]:
    """Both stand-ins, and no agent."""
    clock = SystemClock()
    async with standins(clock, concessions=SANDBOX, ghes_name=GHES) as world:
        yield Parts(slack=world.slack, ghes=world.ghes, agent_url="http://127.0.0.1:9", clock=clock)


def form(page: Page) -> Locator:
    return page.get_by_role("dialog")


def suggestions(shown: Locator) -> Locator:
    return shown.get_by_role("listbox", name="Suggestions").get_by_role("option")


async def open_form(page: Page) -> Locator:
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Create issue").click()
    await expect(form(page).get_by_label("Title")).to_be_visible()
    return form(page)


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.get_by_label("Message", exact=True).press("Enter")


async def test_a_form_is_filled_in_and_sent(page: Page, app: TinyApp) -> None:
    shown = await open_form(page)
    await shown.get_by_label("Repository").fill("rock")
    await suggestions(shown).filter(has_text="acme/rocket").click()
    await shown.get_by_label("Title").fill("The pump leaks")
    await shown.get_by_label("Labels").fill("b")
    await expect(suggestions(shown)).to_have_text(["bug", "big"])
    await shown.get_by_label("Labels").press("Enter")
    await shown.get_by_label("Kind").select_option("Feature")
    await shown.get_by_label("Not planned").check()
    await shown.get_by_label("Subscribe me").check()

    await shown.get_by_role("button", name="Create").click()

    await expect(shown).to_be_hidden()
    (submitted,) = [it for it in app.heard if it["type"] == "view_submission"]
    values = {name: next(iter(held.values())) for name, held in submitted["view"]["state"]["values"].items()}
    assert values["title"]["value"] == "The pump leaks"
    assert values["body"]["value"] is None
    assert values["repo"]["selected_option"]["value"] == "acme/rocket"
    assert [it["value"] for it in values["labels"]["selected_options"]] == ["bug"]
    assert values["kind"]["selected_option"]["value"] == "Feature"
    assert values["how"]["selected_option"]["value"] == "Not planned"
    assert [it["value"] for it in values["more"]["selected_options"]] == ["Subscribe me"]


async def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(page: Page, app: TinyApp) -> None:
    shown = await open_form(page)
    await shown.get_by_label("Title").fill("Leak")

    await shown.get_by_role("button", name="Create").click()
    await expect(shown.get_by_role("alert")).to_have_text("Please complete this required field.")
    await expect(shown.get_by_label("Repository")).to_be_focused()
    await shown.get_by_label("Repository").fill("docs")
    await suggestions(shown).filter(has_text="acme/docs").click()
    await shown.get_by_role("button", name="Create").click()

    await expect(shown.get_by_role("alert")).to_have_text("Give the issue a longer title.")
    await expect(shown.get_by_label("Title")).to_have_value("Leak")
    await expect(shown.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    assert [it["type"] for it in app.heard].count("view_submission") == 1


async def test_a_form_lies_on_another_and_back_leads_to_it(page: Page, app: TinyApp) -> None:
    shown = await open_form(page)
    await shown.get_by_label("Title").fill("The pump leaks")

    await shown.get_by_role("button", name="More").click()
    await expect(shown).to_contain_text("One level down")
    await shown.get_by_role("button", name="Back").click()

    await expect(shown.get_by_label("Title")).to_have_value("The pump leaks")
    await page.keyboard.press("Escape")
    await expect(shown).to_be_hidden()
    assert app.heard[-1]["type"] == "block_actions"


async def test_a_form_that_the_app_does_not_take_says_so_in_front(page: Page, app: TinyApp, sandbox: Parts) -> None:
    shown = await open_form(page)
    await shown.get_by_label("Title").fill("The pump leaks")
    await shown.get_by_label("Repository").fill("docs")
    await suggestions(shown).filter(has_text="acme/docs").click()
    breakage.reset(sandbox.slack)

    await shown.get_by_role("button", name="Create").click()

    await expect(shown.get_by_role("alert")).to_have_text("The app's form failed with the error “dispatch_failed”.")
    assert [it["type"] for it in app.heard].count("view_submission") == 0


async def test_a_message_has_shortcuts(page: Page, app: TinyApp) -> None:
    await say(page, "The pump leaks & drips")
    message = page.locator("#messages article").filter(has_text="The pump leaks")
    await message.hover()

    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Comment on issue or PR").click()

    await expect(form(page).get_by_label("Title")).to_be_visible()
    assert app.heard[0]["callback_id"] == "ghe_comment_from_message"
    assert app.heard[0]["message"]["text"] == "The pump leaks &amp; drips"


async def test_a_link_gets_a_preview_and_its_poster_a_question(page: Page, app: TinyApp) -> None:
    await say(page, f"See https://{GHES}/acme/rocket/issues/1.")

    message = page.locator("#messages article").filter(has_text="See https")
    await expect(message.locator(".attachment")).to_contain_text("It leaks, says ada")
    question = page.locator("#messages article").filter(has_text="Connect first?")
    await expect(question).to_contain_text("Only visible to you")
    await page.get_by_label("Speak as").select_option("ada")
    await expect(question).to_have_count(0)
    await expect(message.locator(".attachment")).to_be_visible()
    assert app.heard == []


async def test_home_is_a_tab_beside_the_messages(page: Page, app: TinyApp) -> None:
    await page.get_by_label("Direct messages").get_by_role("button", name="GHE").click()

    await page.get_by_role("tab", name="Home").click()

    await expect(page.locator("#home")).to_contain_text("Your pull requests")
    await page.get_by_role("tab", name="Messages").click()
    await expect(page.locator("#home")).to_be_hidden()
    await expect(page.get_by_label("Message", exact=True)).to_be_visible()
    assert app.heard == []


async def test_a_guest_and_a_stranger_are_marked(page: Page) -> None:
    await page.get_by_label("Speak as").select_option("stella")
    await say(page, "Hello from elsewhere")

    said = page.locator("#messages article").filter(has_text="Hello from elsewhere")
    await expect(said).to_contain_text("OTHER ORGANISATION")
    await expect(page.locator("#channel-header")).to_contain_text("shared with another organisation")
    await expect(page.get_by_label("Speak as").locator("option[value=gus]")).to_have_text("Gus (guest)")


async def test_the_picture_of_a_form(page: Page, app: TinyApp, tmp_path: Path) -> None:
    shown = await open_form(page)
    await shown.get_by_label("Labels").fill("bu")
    await suggestions(shown).filter(has_text="bug").click()
    await shown.get_by_role("button", name="Create").click()
    await expect(shown.get_by_role("alert")).to_have_count(2)

    picture = await page.screenshot(path=tmp_path / "form.png")

    assert picture.startswith(b"\x89PNG")
    assert app.heard
