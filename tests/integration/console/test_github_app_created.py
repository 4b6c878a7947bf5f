"""The GitHub App is created on GHES from the console, and all of it is kept, or nothing."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from agent import audit_export
from agent.manifests import ghes_manifest
from agent.store.configuration import SqlConfiguration
from agent.store.port import StoreUnavailableError
from infra.sandbox.ghes import manifests
from infra.sandbox.ghes.faults import LostAfterWrite, ServerError

NAMES = ("APP_ID", "APP_SLUG", "PRIVATE_KEY", "CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_SECRET")
CONVERSIONS = "/app-manifests/"
DELETE = "If GHES has just made an App, delete it there"


@pytest.fixture
def variables(request: pytest.FixtureRequest) -> dict[str, str]:
    """An agent that has no App yet, but for what a test sets."""
    return {f"GHES_{name}": "" for name in NAMES} | getattr(request, "param", {})


@pytest.fixture
async def rig(rig: Any) -> Any:
    """Beside a GHES that has no App either."""
    rig.world.ghes.apps.clear()
    rig.world.ghes.installations.clear()
    return rig


async def in_effect(rig: Any) -> str:
    """Wait until the agent asks GHES as the App, and say what `/status` says of it then."""
    for _ in range(400):
        says = await rig.part("ghes")
        if says != "Not set up.":
            return str(says)
        await rig.clock.advance(0.25)
    raise AssertionError("the App never came to be in effect")


async def begun(browser: Any, **fields: str) -> str:
    """Sign in and begin; the state that goes along."""
    await browser.signs_in()
    await browser.presses("Create GitHub App", **fields)
    return state_of(browser.page)


def state_of(page: Any) -> str:
    action = str(page.form_with("Go to GitHub Enterprise")[0])
    return parse_qs(urlsplit(action).query)["state"][0]


def made(rig: Any, name: str = "GHES Slack") -> Any:
    """An App made at GHES, with its code."""
    text = json.dumps(ghes_manifest(rig.url, name))
    return manifests.registered(rig.world.ghes, text, owner=rig.world.ghes.account("acme"))


async def stored(rig: Any) -> list[str]:
    """Names of the App's settings that somebody has saved, from the audit log."""
    found = await audit_export.export(rig.settings, None)
    return [each["target"] for each in found if each["action"] == "configure"]


async def test_the_button_leads_to_ghes_with_our_manifest(rig: Any, browser: Any) -> None:
    await browser.signs_in()

    page = await browser.presses("Create GitHub App", app_name="Chat & more")
    action, form = page.form_with("Go to GitHub Enterprise")

    ghes = rig.world.ghes_server.url
    assert action.startswith(f"{ghes}/settings/apps/new?state=")
    assert json.loads(form.pop("manifest")) == ghes_manifest(rig.url, "Chat & more")
    assert form == {}
    assert f"form-action 'self' {ghes} " in page.headers["Content-Security-Policy"]
    assert "<script" not in page.body


async def test_an_organisation_is_named_in_the_address(rig: Any, browser: Any) -> None:
    await browser.signs_in()

    page = await browser.presses("Create GitHub App", owner="organisation", organisation="acme")
    action, _ = page.form_with("Go to GitHub Enterprise")

    assert action.startswith(f"{rig.world.ghes_server.url}/organizations/acme/settings/apps/new?state=")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"owner": "organisation", "organisation": ""}, "Enter the organisation's name"),
        ({"owner": "organisation", "organisation": "../acme"}, "Enter the organisation's name"),
        ({"app_name": ""}, "Enter a name of 1 to 34 characters"),
        ({"app_name": "n" * 35}, "Enter a name of 1 to 34 characters"),
    ],
)
async def test_what_cannot_be_is_said_before_the_browser_is_sent_away(
    browser: Any, fields: Mapping[str, str], says: str
) -> None:
    await browser.signs_in()

    page = await browser.presses("Create GitHub App", **fields)

    assert (page.status, says in page.says) == (422, True)


async def test_from_ghes_one_comes_back_to_an_app_that_works_without_a_restart(rig: Any, browser: Any) -> None:
    await browser.signs_in()
    await browser.presses("Create GitHub App", owner="organisation", organisation="acme")
    await browser.presses("Go to GitHub Enterprise")

    page = await browser.presses("Create GitHub App", person="ada")
    app = next(each for each in rig.world.ghes.apps.values() if each.slug == "ghes-slack")
    webhook = f"{rig.url}/webhooks/github"

    assert urlsplit(page.url).path == "/setup/settings"
    assert "GitHub App created: GHES Slack." in page.says
    assert f"{rig.world.ghes_server.url}/github-apps/ghes-slack/installations/new" in page.body
    assert f"They go to {webhook}." in page.says
    assert "Nowhere yet" in page.says
    assert await stored(rig) == [", ".join(sorted(f"GHES_{name}" for name in NAMES))]
    assert "answers" in await in_effect(rig)
    assert all(secret not in page.body for secret in (app.client_secret, app.hook.secret, "PRIVATE KEY"))


async def test_what_is_kept_is_sealed(rig: Any, browser: Any) -> None:
    state, app = await begun(browser), made(rig)

    await browser.opens(f"app-created?code={app.code}&state={state}")

    kept = b"".join(path.read_bytes() for path in rig.settings.sqlite_path.parent.glob("*.db*"))
    assert "GitHub App created" in browser.page.says
    assert all(
        secret.encode() not in kept for secret in (app.app.client_secret, app.app.hook.secret, "BEGIN RSA PRIVATE KEY")
    )


async def test_an_address_that_was_used_is_good_for_nothing(rig: Any, browser: Any) -> None:
    state, app = await begun(browser), made(rig)
    address = f"app-created?code={app.code}&state={state}"
    await browser.opens(address)

    page = await browser.opens(address)

    assert (page.status, "was used already" in page.says) == (403, True)
    assert len(await stored(rig)) == 1


@pytest.mark.parametrize("signed_in", [True, False])
async def test_another_browser_takes_nothing_over_and_spends_nothing(rig: Any, browser: Any, signed_in: bool) -> None:  # noqa: FBT001
    state, app, other = await begun(browser), made(rig), rig.browser()
    address = f"app-created?code={app.code}&state={state}"
    if signed_in:
        await other.signs_in()

    elsewhere = await other.opens(address)
    before = await stored(rig)
    page = await browser.opens(address)

    assert (elsewhere.status, "isn't signed in to the console, or isn't the one" in elsewhere.says) == (403, True)
    assert DELETE in elsewhere.says
    assert before == []
    assert "GitHub App created" in page.says


async def test_after_an_hour_it_is_too_late(rig: Any, browser: Any) -> None:
    state = await begun(browser)
    await rig.leap(3601)

    page = await browser.opens(f"app-created?code={made(rig).code}&state={state}")

    assert (page.status, "More than an hour" in page.says) == (403, True)
    assert await stored(rig) == []


@pytest.mark.parametrize(("code", "says"), [("made-up", "doesn't know this code any more"), ("", "sent no code along")])
async def test_a_code_that_ghes_does_not_know_keeps_nothing(rig: Any, browser: Any, code: str, says: str) -> None:
    state = await begun(browser)

    page = await browser.opens(f"app-created?code={code}&state={state}")

    assert (page.status, says in page.says) == (422, True)
    assert await stored(rig) == []


async def test_when_ghes_gives_no_answer_the_same_browser_may_try_again(rig: Any, browser: Any) -> None:
    state, app = await begun(browser), made(rig)
    rig.world.ghes.faults.append(ServerError(status=502, path=CONVERSIONS, times=1))
    page = await browser.opens(f"app-created?code={app.code}&state={state}")
    again = page.body.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")

    after = await browser.opens(again)

    assert (page.status, "Nothing was kept yet" in page.says) == (502, True)
    assert "GitHub App created" in after.says


async def test_an_answer_that_was_lost_has_spent_the_code(rig: Any, browser: Any) -> None:
    state, app = await begun(browser), made(rig)
    rig.world.ghes.faults.append(LostAfterWrite(path=CONVERSIONS, times=1))
    page = await browser.opens(f"app-created?code={app.code}&state={state}")
    again = page.body.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")

    after = await browser.opens(again)

    assert (page.status, after.status) == (502, 422)
    assert "doesn't know this code any more" in after.says
    assert await stored(rig) == []


async def test_an_app_without_a_webhook_secret_is_not_kept_by_half(rig: Any, browser: Any) -> None:
    state, app = await begun(browser), made(rig)
    app.app.hook.secret = ""

    page = await browser.opens(f"app-created?code={app.code}&state={state}")

    assert "GHES_WEBHOOK_SECRET is missing" in page.says
    assert await stored(rig) == []


async def test_values_that_the_store_does_not_take_are_said_to_be_lost(
    rig: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object, **__: object) -> bool:
        raise StoreUnavailableError("disk is full")

    state, app = await begun(browser), made(rig)
    monkeypatch.setattr(SqlConfiguration, "save", full)

    page = await browser.opens(f"app-created?code={app.code}&state={state}")

    assert (page.status, "hands them out only once: delete the App at" in page.says) == (503, True)
    assert await stored(rig) == []


async def test_of_two_administrators_the_second_is_told_and_the_first_ones_app_stays(rig: Any, browser: Any) -> None:
    other = rig.browser()
    state, others_state = await begun(browser), await begun(other)
    mine, theirs = made(rig), made(rig, "Another one")
    await browser.opens(f"app-created?code={mine.code}&state={state}")

    page = await other.opens(f"app-created?code={theirs.code}&state={others_state}")

    assert (page.status, "There is the App ghes-slack meanwhile" in page.says) == (409, True)
    assert DELETE in page.says
    assert theirs.code in rig.world.ghes.manifest_codes
    assert len(await stored(rig)) == 1


async def test_an_app_is_not_created_beside_another(rig: Any, browser: Any) -> None:
    state, other = await begun(browser), rig.browser()
    await other.signs_in()
    await browser.opens(f"app-created?code={made(rig).code}&state={state}")

    page = await other.presses("Create GitHub App")

    assert (page.status, "There is a GitHub App already (ghes-slack)" in page.says) == (422, True)


@pytest.mark.parametrize("variables", [{"GHES_CLIENT_ID": "Iv1.env", "GHES_APP_SLUG": "env"}], indirect=True)
async def test_what_the_environment_has_set_is_named_and_nobody_is_sent_away(rig: Any, browser: Any) -> None:
    shown = await browser.signs_in()
    _, form = shown.form_with("Save settings")

    page = await browser.posts("settings", act="create_github_app", csrf=form["csrf"], app_name="GHES Slack")

    assert "Create GitHub App" not in shown.body
    assert "GHES_APP_SLUG, GHES_CLIENT_ID are set by the environment" in page.says
    assert rig.settings.ghes_client_id == "Iv1.env"
