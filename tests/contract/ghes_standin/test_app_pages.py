"""What others see of an App, and how an owner of an account keeps or loses it. ghes.md §2 (Install URL)."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.world import World

INSTALL = "/github-apps/ghes-slack/installations/new"
ADA = {"Cookie": "signed_in_as=ada"}


@pytest.fixture
def path(world: World) -> str:
    """The page of the installation on acme."""
    return f"/organizations/acme/settings/installations/{next(iter(world.installations))}"


def form(account: str = "globex", person: str = "outsider") -> dict[str, str]:
    return {"person": person, "account": account, "selection": "all", "state": "s1", "decision": "install"}


def back(answer: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


async def test_an_app_has_a_public_page_with_the_way_to_install_it(browse: Any, world: World) -> None:
    world.app.description = "<i>Cards</i>"

    page = await browse("GET", "/github-apps/ghes-slack")

    assert page.status == 200
    assert f'href="{INSTALL}">Install</a>' in page.body
    assert all(it in page.body for it in ("By acme", "issues: write", "&lt;i&gt;Cards"))


async def test_a_private_app_is_for_its_owner_only(browse: Any, world: World) -> None:
    world.app.public = False

    page = await browse("GET", INSTALL)
    refused = await browse("POST", INSTALL, form())

    assert 'value="acme"' in page.body
    assert 'name="account" required value="globex"' not in page.body
    assert refused.status == 403
    assert len(world.installations) == 1


async def test_the_account_of_the_address_is_chosen_beforehand(browse: Any, world: World) -> None:
    page = await browse("GET", f"{INSTALL}?target_id={world.account('globex').id}")

    assert 'value="globex" checked' in page.body


async def test_an_app_that_wants_authorization_at_once_gets_a_code_instead(
    browse: Any, token_endpoint: Any, world: World, callback: str
) -> None:
    # §2: "`request_oauth_on_install:true` disables `setup_url`"
    world.app.setup_url, world.app.request_oauth_on_install = "https://agent.example.com/setup/installed", True

    done = await browse("POST", INSTALL, form())
    tokens = await token_endpoint(code=back(done)["code"])

    assert done.headers["Location"].startswith(f"{callback}?")
    assert (back(done)["setup_action"], back(done)["state"]) == ("install", "s1")
    assert tokens.body["access_token"].startswith("ghu_")


async def test_a_change_leads_to_the_app_only_if_it_wants_that(browse: Any, world: World) -> None:
    world.app.setup_url, world.app.setup_on_update = "https://agent.example.com/setup/installed", False

    new = await browse("POST", INSTALL, form())
    changed = await browse("POST", INSTALL, form("acme", "ada"))

    assert (new.status, changed.status) == (302, 200)


async def test_an_owner_sees_an_installation_and_what_it_waits_for(browse: Any, world: World, path: str) -> None:
    calm = await browse("GET", path, **ADA)
    happen.change_permission(world, world.app, "contents", "write")
    waiting = await browse("GET", path, **ADA)

    assert all(it in calm.body for it in ("acme/api", "issues: write", "All repositories:"))
    assert "Accept new permissions" not in calm.body
    assert all(it in waiting.body for it in ("Accept new permissions", "contents: write", "contents: read"))


async def test_it_can_be_suspended_and_removed(browse: Any, world: World, path: str, receiver: Any) -> None:
    answers = [
        await browse("POST", path, {"decision": it}, **ADA) for it in ("suspend", "suspend", "unsuspend", "uninstall")
    ]
    await world.delivered()

    assert [it.status for it in answers] == [200, 422, 200, 200]
    assert receiver.events == ["installation.suspend", "installation.unsuspend", "installation.deleted"]
    assert not world.installations


@pytest.mark.parametrize("login", ["grace", "outsider"])
async def test_nobody_else_sees_or_changes_an_installation(browse: Any, world: World, path: str, login: str) -> None:
    cookie = {"Cookie": f"signed_in_as={login}"}

    seen = await browse("GET", path, **cookie)
    changed = await browse("POST", path, {"decision": "uninstall"}, **cookie)
    unsigned = await browse("POST", path, {"decision": "uninstall"})

    assert [seen.status, changed.status, unsigned.status] == [404, 404, 302]
    assert world.installations


async def test_the_address_that_the_api_gives_leads_to_the_page(
    browse: Any, as_app: Any, server: Any, world: World, path: str
) -> None:
    told = await as_app("GET", "/orgs/acme/installation")
    app = await as_app("GET", "/app")

    assert told.body["html_url"] == f"{server.url}{path}"
    assert (await browse("GET", path, **ADA)).status == 200
    assert (await browse("GET", app.body["html_url"].removeprefix(world.web_url))).status == 200
