"""An owner installs the App in a browser. ghes.md §2 (Install URL), §14 (browser, OAuth)."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes.world import World
from infra.sandbox.system import standins

PATH = "/github-apps/ghes-slack/installations/new"


def form(world: World, *, person: str = "outsider", account: str = "globex", only: str = "") -> dict[str, str]:
    chosen = {"selection": "selected", "repository": str(world.repository(only).id)} if only else {"selection": "all"}
    return {"person": person, "account": account, "state": "s1", "decision": "install", **chosen}


async def test_installing_tells_of_it_and_sends_the_browser_on(browse: Any, world: World, receiver: Any) -> None:
    world.app.setup_url = "https://agent.example.com/setup/installed"

    page = await browse("GET", f"{PATH}?state=s1")
    done = await browse("POST", PATH, form(world))
    await world.delivered()

    installation = list(world.installations.values())[-1]
    told = receiver.payload("installation.created")
    assert page.status == 200
    assert all(it in page.body for it in ('value="globex"', 'value="s1"', "globex/secret"))
    assert (installation.account.login, installation.selection) == ("globex", "all")
    assert (told["installation"]["id"], told["sender"]["login"]) == (installation.id, "outsider")
    assert done.status == 302
    assert done.headers["Location"].startswith("https://agent.example.com/setup/installed?")
    query = dict(parse_qsl(urlsplit(done.headers["Location"]).query))
    assert query == {"installation_id": str(installation.id), "setup_action": "install", "state": "s1"}


async def test_it_may_be_for_chosen_repositories(browse: Any, world: World) -> None:
    await browse("POST", PATH, form(world, only="globex/site"))

    installation = list(world.installations.values())[-1]
    assert (installation.selection, installation.repository_ids) == ("selected", {world.repository("globex/site").id})


async def test_a_repository_of_another_account_cant_be_chosen(browse: Any, world: World) -> None:
    answer = await browse("POST", PATH, form(world, only="acme/api"))

    assert answer.status == 422
    assert len(world.installations) == 1


@pytest.mark.parametrize(("person", "account"), [("grace", "acme"), ("ada", "globex"), ("ada", "grace"), ("", "acme")])
async def test_only_an_owner_installs(browse: Any, world: World, person: str, account: str) -> None:
    world.installations.clear()

    answer = await browse("POST", PATH, form(world, person=person, account=account))

    assert answer.status == 403
    assert not world.installations


async def test_installing_again_changes_where_it_is(browse: Any, world: World, receiver: Any) -> None:
    world.app.setup_url = "https://agent.example.com/setup/installed"
    installation = next(iter(world.installations.values()))

    narrowed = await browse("POST", PATH, form(world, person="ada", account="acme", only="acme/api"))
    await world.delivered()
    widened = await browse("POST", PATH, form(world, person="ada", account="acme"))
    await world.delivered()

    assert list(world.installations.values()) == [installation]
    assert receiver.events == ["installation_repositories.removed", "installation_repositories.added"]
    assert [
        it["full_name"] for it in receiver.payload("installation_repositories.removed")["repositories_removed"]
    ] == [
        "acme/docs",
        "acme/shared",
    ]
    assert installation.selection == "all"
    assert all("setup_action=update" in it.headers["Location"] for it in (narrowed, widened))


async def test_the_sandbox_tells_the_app_where_its_agent_is(clock: DrivenClock) -> None:
    async with standins(clock) as both:
        both.point_hooks_at("http://127.0.0.1:9")

        app = both.ghes.app
        assert app.hook.url == "http://127.0.0.1:9/webhooks/github"
        assert app.callback_urls == ["http://127.0.0.1:9/link/callback"]
        assert app.setup_url == "http://127.0.0.1:9/setup/installed"


async def test_an_unknown_app_or_account_is_404(browse: Any, world: World) -> None:
    assert (await browse("GET", "/github-apps/nothing/installations/new")).status == 404
    assert (await browse("POST", PATH, form(world, account="nobody"))).status == 404
