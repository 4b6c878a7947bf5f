"""The GitHub App that is there: how GHES has it, what it lacks, and what can be done about it."""

import asyncio
from typing import Any

import pytest

from agent import audit_export
from infra.sandbox.concessions import STRICT
from infra.sandbox.ghes.faults import ServerError

NAMES = ("APP_ID", "APP_SLUG", "PRIVATE_KEY", "CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_SECRET")


@pytest.fixture
def variables(request: pytest.FixtureRequest) -> dict[str, str]:
    """An agent that has the stand-in's App; or what a test sets."""
    return dict(getattr(request, "param", {}))


async def entered(rig: Any, browser: Any) -> Any:
    app = rig.world.ghes.app
    await browser.signs_in()
    return await browser.presses(
        "Save App",
        ghes_app_id=str(app.id),
        ghes_private_key=app.private_key_pem,
        ghes_client_secret=app.client_secret,
        ghes_webhook_secret=app.hook.secret,
    )


async def test_it_says_whose_it_is_and_where_it_is_installed(rig: Any, browser: Any) -> None:
    page = await browser.signs_in()
    app, ghes = rig.world.ghes.app, rig.world.ghes_server.url

    assert f'href="{ghes}/organizations/acme/settings/apps/{app.slug}"' in page.body
    assert f'href="{ghes}/github-apps/{app.slug}/installations/new"' in page.body
    assert "Owner\nacme" in page.says
    assert "acme\nall" in page.says
    assert f"They go to {rig.url}/webhooks/github." in page.says


async def test_every_permission_and_event_says_what_it_is_for(rig: Any, browser: Any) -> None:
    page = await browser.signs_in()
    app = rig.world.ghes.app

    assert "workflows, running workflows again from Slack" in page.says
    assert all(f"<code>{name}</code>" in page.body for name in [*app.permissions, *app.events])


async def test_a_missing_permission_says_what_it_costs_and_who_accepts_it(rig: Any, browser: Any) -> None:
    app = rig.world.ghes.app
    app.permissions["issues"] = "read"
    app.events.remove("push")
    installation = next(iter(rig.world.ghes.installations.values()))
    installation.permissions = {**installation.permissions, "deployments": "read"}

    page = await browser.signs_in()

    assert "Issues aren't heard of, or can't be opened, edited and closed from Slack." in page.says
    assert "Commits: not heard of." in page.says
    assert "It lacks issues, push: see what that costs." in page.says
    assert "An owner has to accept what the App asks for: deployments." in page.says


async def test_a_suspended_installation_is_shown_as_one(rig: Any, browser: Any) -> None:
    next(iter(rig.world.ghes.installations.values())).suspended_at = rig.world.ghes.now()

    page = await browser.signs_in()

    assert "Suspended." in page.says


async def test_a_webhook_that_goes_elsewhere_is_brought_back(rig: Any, browser: Any) -> None:
    hook = rig.world.ghes.app.hook
    hook.url = "https://old.example.com/webhooks/github"
    shown = await browser.signs_in()

    page = await browser.presses("Set the webhook address")

    wanted = f"{rig.url}/webhooks/github"
    assert f"GHES sends webhooks to https://old.example.com/webhooks/github, not to {wanted}." in shown.says
    assert (page.status, hook.url, hook.content_type) == (200, wanted, "json")
    assert "Set the webhook address" not in page.body
    acts = [each["action"] for each in await audit_export.export(rig.settings, None)]
    assert "set webhook address" in acts


async def test_an_address_that_ghes_refuses_changes_nothing(rig: Any, browser: Any) -> None:
    rig.world.ghes.app.hook.url = "https://old.example.com/"
    await browser.signs_in()
    rig.world.ghes.concessions = STRICT

    page = await browser.presses("Set the webhook address")

    assert (page.status, f"GHES doesn't take {rig.url}/webhooks/github as the webhook address" in page.says) == (
        422,
        True,
    )
    assert rig.world.ghes.app.hook.url == "https://old.example.com/"


async def test_a_webhook_without_a_secret_is_given_ours(rig: Any, browser: Any) -> None:
    hook = rig.world.ghes.app.hook
    ours, hook.secret = hook.secret, ""
    shown = await browser.signs_in()

    await browser.presses("Set the webhook address")

    assert "The webhook has no secret" in shown.says
    assert hook.secret == ours


async def test_an_app_that_was_deleted_at_ghes_is_said_with_what_to_do(rig: Any, browser: Any) -> None:
    rig.world.ghes.apps.clear()

    page = await browser.signs_in()

    assert "GHES doesn't know us as the App" in page.says
    assert "if it is gone, forget this App here and create it anew" in page.says
    assert page.status == 200


async def test_while_ghes_gives_no_answer_the_page_is_there_all_the_same(rig: Any, browser: Any) -> None:
    rig.world.ghes.faults.append(ServerError(status=502, path="/app/hook/config", times=10))

    signing_in = asyncio.create_task(browser.signs_in())
    await rig.until(signing_in.done)
    page = signing_in.result()

    assert page.status == 200
    assert "GHES doesn't tell where it sends webhooks." in page.says


@pytest.mark.parametrize("variables", [{f"GHES_{name}": "" for name in NAMES}], indirect=True)
async def test_forgetting_wants_a_yes_and_deletes_what_is_kept_here_only(rig: Any, browser: Any) -> None:
    await entered(rig, browser)

    unsaid = await browser.presses("Forget this App")
    page = await browser.presses("Forget this App", forget_confirmed="on")

    assert (unsaid.status, "Tick the box first" in unsaid.says) == (422, True)
    assert "The GitHub App's values are forgotten here" in page.says
    assert "Create GitHub App" in page.body
    assert len(rig.world.ghes.apps) == 1


@pytest.mark.parametrize("variables", [{f"GHES_{name}": "" for name in NAMES}], indirect=True)
async def test_who_forgets_on_an_older_page_forgets_nothing(rig: Any, browser: Any) -> None:
    other = rig.browser()
    await entered(rig, browser)
    await other.signs_in()
    await browser.presses("Save App", ghes_webhook_secret="renewed")

    page = await other.presses("Forget this App", forget_confirmed="on")

    assert (page.status, "Somebody else has saved settings" in page.says) == (422, True)
    assert "Forget this App" in page.body


async def test_names_from_ghes_are_shown_as_text(rig: Any, browser: Any) -> None:
    rig.world.ghes.app.name = "<b>bold</b>"
    rig.world.ghes.app.hook.url = "https://evil.example.com/<script>"

    page = await browser.signs_in()

    assert "<b>bold" not in page.body
    assert "<script" not in page.body
    assert "<b>bold</b>" in page.says
