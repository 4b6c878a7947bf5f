"""An owner makes an App from a manifest in a browser, in a world that has none. ghes.md §2 (Flow), §14."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from infra.sandbox.concessions import SANDBOX
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import happen, oauth
from infra.sandbox.ghes.population import Keys, populated
from infra.sandbox.ghes.world import Switches, World

OF_ADA = "/settings/apps/new"
OF_ACME = "/organizations/acme/settings/apps/new"


@pytest.fixture
def world(clock: DrivenClock) -> World:
    return populated(clock, concessions=SANDBOX, app=False)


@pytest.fixture(autouse=True)
def _same_keys(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making keys takes long: each App has those of the whole suite."""
    monkeypatch.setattr("infra.sandbox.ghes.browser.new_app.new_keys", lambda: keys)


def pressed(manifest: Any, **fields: str) -> dict[str, str]:
    """The page's form, with *Create GitHub App* pressed."""
    own = {"name": manifest["name"], "person": "ada", "decision": "create"}
    return {"manifest": json.dumps(manifest), **own, **fields}


def back(answer: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


async def test_the_page_shows_what_will_be_created_and_has_a_button(browse: Any, manifest: Any) -> None:
    posted = {"manifest": json.dumps(manifest | {"name": "<b>GHE</b>"})}

    page = await browse("POST", f"{OF_ACME}?state=s%261", posted)

    assert page.status == 200
    assert "<h1>Create GitHub App &lt;b&gt;GHE&lt;/b&gt;</h1>" in page.body
    assert ">Create GitHub App</button>" in page.body
    assert f'action="{OF_ACME}?state=s%261"' in page.body
    assert all(it in page.body for it in ("issues: write", "workflow_run", "/setup/app-created", 'value="ada"'))
    assert "<script" not in page.body
    assert "<b>GHE" not in page.body


async def test_creating_sends_the_browser_on_with_a_code_that_is_exchanged_for_the_app(
    browse: Any, nobody: Any, world: World, manifest: Any, receiver: Any
) -> None:
    done = await browse("POST", f"{OF_ACME}?state=s%261", pressed(manifest))
    converted = await nobody("POST", f"/app-manifests/{back(done)['code']}/conversions")
    await world.delivered()

    app = world.app
    assert done.status == 302
    assert done.headers["Location"].startswith("https://agent.example.com/setup/app-created?")
    assert back(done)["state"] == "s&1"
    assert converted.status == 201
    assert converted.body["slug"] == "ghes-slack"
    assert converted.body["owner"]["login"] == "acme"
    assert converted.body["html_url"].endswith("/github-apps/ghes-slack")
    secrets = ("id", "client_id", "client_secret", "webhook_secret", "pem")
    assert [converted.body[it] for it in secrets] == [
        app.id, app.client_id, app.client_secret, app.hook.secret, app.private_key_pem,
    ]  # fmt: skip
    assert converted.body["permissions"] == manifest["default_permissions"]
    assert converted.body["events"] == manifest["default_events"]
    assert receiver.events == ["ping"]


async def test_what_the_manifest_says_is_what_the_app_is(browse: Any, world: World, manifest: Any) -> None:
    await browse("POST", OF_ADA, pressed(manifest | {"public": False, "setup_on_update": False}, name="My GHE"))

    app = world.app
    assert (app.name, app.slug, app.owner.login) == ("My GHE", "my-ghe", "ada")
    assert (app.description, app.external_url) == (manifest["description"], manifest["url"])
    assert (app.callback_urls, app.setup_url) == (manifest["callback_urls"], manifest["setup_url"])
    assert (app.public, app.setup_on_update, app.device_flow) == (False, False, False)


async def test_a_code_is_good_once(browse: Any, nobody: Any, manifest: Any) -> None:
    code = back(await browse("POST", OF_ADA, pressed(manifest)))["code"]

    answers = [await nobody("POST", f"/app-manifests/{code}/conversions") for _ in range(2)]

    assert [it.status for it in answers] == [201, 404]


@pytest.mark.parametrize(("seconds", "status"), [(3599, 201), (3600, 404)])
async def test_a_code_is_good_for_an_hour(
    browse: Any, nobody: Any, manifest: Any, clock: DrivenClock, seconds: int, status: int
) -> None:
    code = back(await browse("POST", OF_ADA, pressed(manifest)))["code"]
    await clock.advance(seconds, step_s=seconds)

    answer = await nobody("POST", f"/app-manifests/{code}/conversions")

    assert answer.status == status


async def test_an_unknown_code_is_404_and_too_many_are_422_for_an_hour(
    browse: Any, nobody: Any, manifest: Any, clock: DrivenClock
) -> None:
    tries = [await nobody("POST", f"/app-manifests/{number:040x}/conversions") for number in range(21)]
    code = back(await browse("POST", OF_ADA, pressed(manifest)))["code"]
    await clock.advance(1800, step_s=1800)
    too_soon = await nobody("POST", f"/app-manifests/{code}/conversions")
    await clock.advance(1800, step_s=1800)
    unknown = await nobody("POST", "/app-manifests/nothing/conversions")

    assert [it.status for it in tries] == [404] * 20 + [422]
    assert tries[-1].body["errors"][0]["field"] == "code"
    assert (too_soon.status, unknown.status) == (422, 404)


async def test_a_switch_wants_a_token_for_the_exchange(browse: Any, nobody: Any, world: World, manifest: Any) -> None:
    code = back(await browse("POST", OF_ADA, pressed(manifest)))["code"]
    world.switches = Switches(conversions_closed=True)

    answer = await nobody("POST", f"/app-manifests/{code}/conversions")

    assert answer.status == 401
    assert code in world.manifest_codes


async def test_a_refused_manifest_says_why_and_makes_nothing(browse: Any, world: World, manifest: Any) -> None:
    wrong = manifest | {"default_events": ["installation"], "redirect_url": "nowhere"}

    answer = await browse("POST", OF_ADA, pressed(wrong))

    assert answer.status == 422
    assert "<h1>Invalid GitHub App configuration</h1>" in answer.body
    assert "Error: Default events unsupported: installation" in answer.body
    assert "Error: Redirect url is not a valid URL" in answer.body
    assert not world.apps


@pytest.mark.parametrize(
    ("fields", "says"),
    [({"name": " "}, "Name can&#x27;t be blank"), ({"name": "outsider"}, "already taken"), ({"person": ""}, "Choose")],
)
async def test_what_can_be_mended_is_asked_again(
    browse: Any, world: World, manifest: Any, fields: dict[str, str], says: str
) -> None:
    answer = await browse("POST", f"{OF_ACME}?state=s1", pressed(manifest, **fields))

    assert answer.status == 422
    assert says in answer.body
    assert 'role="alert"' in answer.body
    assert f'action="{OF_ACME}?state=s1"' in answer.body
    assert ('value="ada" checked' in answer.body) == ("person" not in fields)
    assert not world.apps


async def test_only_an_owner_makes_an_app_for_an_organization(browse: Any, world: World, manifest: Any) -> None:
    answer = await browse("POST", OF_ACME, pressed(manifest, person="grace"))

    assert answer.status == 403
    assert "Only an owner of acme" in answer.body
    assert not world.apps


async def test_without_a_manifest_there_is_a_plain_page(browse: Any) -> None:
    pages = [await browse("GET", OF_ADA), await browse("GET", OF_ACME), await browse("POST", OF_ADA, {"x": "y"})]
    nowhere = await browse("GET", "/organizations/nobody/settings/apps/new")

    assert [it.status for it in pages] == [200, 200, 200]
    assert all("from a manifest" in it.body for it in pages)
    assert nowhere.status == 404


async def test_without_a_redirect_address_one_sees_its_settings(browse: Any, manifest: Any) -> None:
    del manifest["redirect_url"]

    done = await browse("POST", f"{OF_ACME}?state=s1", pressed(manifest))
    page = await browse("GET", done.headers["Location"], Cookie="signed_in_as=ada")

    assert done.headers["Location"] == "/organizations/acme/settings/apps/ghes-slack"
    assert "<h1>Settings of GHES Slack</h1>" in page.body


async def test_an_app_without_a_webhook_hears_of_nothing(browse: Any, nobody: Any, world: World, manifest: Any) -> None:
    del manifest["hook_attributes"]

    done = await browse("POST", OF_ADA, pressed(manifest))
    converted = await nobody("POST", f"/app-manifests/{back(done)['code']}/conversions")

    assert converted.body["webhook_secret"] is None
    assert not world.pending()


async def test_everything_works_for_an_app_made_so(
    browse: Any,
    as_app: Any,
    with_credential: Callable[[str], Any],
    token_endpoint: Any,
    world: World,
    manifest: Any,
    receiver: Any,
) -> None:
    await browse("POST", OF_ACME, pressed(manifest))
    form = {"person": "ada", "account": "acme", "selection": "all", "decision": "install"}
    installed = await browse("POST", "/github-apps/ghes-slack/installations/new", form)
    minted = await as_app("POST", f"/app/installations/{back(installed)['installation_id']}/access_tokens")
    repositories = await with_credential(minted.body["token"])("GET", "/installation/repositories")
    code = oauth.authorize(world, world.app, world.account("grace"))
    signed_in = await token_endpoint(code=code)
    happen.open_issue(world, world.repository("acme/api"), by=world.account("ada"))
    await world.delivered()

    assert installed.headers["Location"].startswith("https://agent.example.com/setup/installed?")
    assert [it["full_name"] for it in repositories.body["repositories"]] == ["acme/api", "acme/docs", "acme/shared"]
    assert signed_in.body["access_token"].startswith("ghu_")
    assert receiver.events == ["ping", "installation.created", "issues.opened"]
