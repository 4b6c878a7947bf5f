"""An owner sees and changes an App in a browser. ghes.md §2 (permissions added later), §3-5."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.sandbox.concessions import STRICT
from infra.sandbox.ghes import happen, oauth
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

PATH = "/organizations/acme/settings/apps/ghes-slack"
ADA = {"Cookie": "signed_in_as=ada"}


@pytest.fixture
def press(browse: Any) -> Any:
    """Presses a button of the page as ada."""

    async def press(button: str, **fields: str) -> Any:
        return await browse("POST", PATH, {"decision": button, **fields}, **ADA)

    return press


async def test_an_owner_sees_what_the_app_is_and_where(browse: Any, world: World) -> None:
    page = await browse("GET", PATH, **ADA)

    app = world.app
    assert page.status == 200
    assert all(it in page.body for it in (f"App ID: {app.id}", app.client_id, app.hook.url, "acme, all repositories"))
    assert '<option value="write" selected>Read and write</option>' in page.body
    assert 'name="event" value="issues" checked' in page.body
    assert all(it not in page.body for it in (app.client_secret, app.hook.secret, "PRIVATE KEY", "<script"))


async def test_whoever_isnt_signed_in_does_that_first_and_comes_back(browse: Any) -> None:
    sent = await browse("GET", PATH)
    page = await browse("GET", sent.headers["Location"])
    signed_in = await browse("POST", "/login", {"return_to": PATH, "person": "ada"})
    unchosen = await browse("POST", "/login", {"return_to": PATH})

    assert sent.headers["Location"].startswith("/login?return_to=%2Forganizations")
    assert f'name="return_to" value="{PATH}"' in page.body
    assert (signed_in.status, signed_in.headers["Location"]) == (302, PATH)
    assert signed_in.headers["Set-Cookie"].startswith("signed_in_as=ada;")
    assert (unchosen.status, "Choose who you are." in unchosen.body) == (422, True)


@pytest.mark.parametrize("elsewhere", ["https://evil.example.com", "//evil.example.com", "/\\evil.example.com"])
async def test_signing_in_leads_to_no_other_server(browse: Any, elsewhere: str) -> None:
    answer = await browse("POST", "/login", {"return_to": elsewhere, "person": "ada"})

    assert answer.headers["Location"] == "/settings/apps"


@pytest.mark.parametrize(
    ("login", "path"),
    [("grace", PATH), ("ada", "/settings/apps/ghes-slack"), ("ada", "/organizations/globex/settings/apps/ghes-slack")],
)
async def test_nobody_else_sees_or_changes_it(browse: Any, world: World, login: str, path: str) -> None:
    cookie = {"Cookie": f"signed_in_as={login}"}

    seen = await browse("GET", path, **cookie)
    changed = await browse("POST", path, {"decision": "delete", "confirm": "GHES Slack"}, **cookie)

    assert [seen.status, changed.status] == [404, 404]
    assert "Sign in as somebody else" in seen.body
    assert world.apps


async def test_the_apps_of_an_account_are_listed(browse: Any) -> None:
    mine = await browse("GET", "/settings/apps", **ADA)
    of_acme = await browse("GET", "/organizations/acme/settings/apps", **ADA)
    of_globex = await browse("GET", "/organizations/globex/settings/apps", **ADA)

    assert "None yet." in mine.body
    assert 'href="/organizations/acme/settings/apps"' in mine.body
    assert f'href="{PATH}"' in of_acme.body
    assert of_globex.status == 404


async def test_a_withdrawn_permission_is_gone_at_once_with_its_events(
    press: Any, bot: Any, as_app: Any, world: World, api: Repository, ada: Account
) -> None:
    before = await bot("POST", f"/repos/{api.full_name}/issues", {"title": "It leaks"})
    world.pending()
    answer = await press("permissions", permission_issues="none", permission_contents="read")
    after = await bot("POST", f"/repos/{api.full_name}/issues", {"title": "It leaks"})
    happen.open_issue(world, api, by=ada)
    app = await as_app("GET", "/app")

    installation = next(iter(world.installations.values()))
    assert (before.status, answer.status, after.status) == (201, 200, 403)
    assert 'role="status"' in answer.body
    assert "issues" not in installation.permissions
    assert "issues" not in app.body["permissions"]
    assert {"issues", "issue_comment"}.isdisjoint([*app.body["events"], *installation.events])
    assert "push" in installation.events
    assert not world.pending()


async def test_a_lower_level_is_lower_at_once(press: Any, bot: Any, world: World, api: Repository) -> None:
    await press("permissions", permission_issues="read")

    written = await bot("POST", f"/repos/{api.full_name}/issues", {"title": "It leaks"})

    installation = next(iter(world.installations.values()))
    assert written.status == 403
    assert installation.permissions["issues"] == "read"
    assert "issues" in installation.events


async def test_a_higher_level_and_its_events_wait_until_they_are_accepted(
    press: Any, browse: Any, as_app: Any, world: World, receiver: Any
) -> None:
    # §2: "A permission added later must be approved by each installation (`installation.new_permissions_accepted`)"
    world.app.events = []
    installation = next(iter(world.installations.values()))
    await press("permissions", permission_contents="write", permission_pages="read")
    page = await press("events", event="page_build")
    before = await as_app("GET", f"/app/installations/{installation.id}")

    accepted = await browse(
        "POST", f"/organizations/acme/settings/installations/{installation.id}", {"decision": "accept"}, **ADA
    )
    await world.delivered()
    after = await as_app("GET", f"/app/installations/{installation.id}")

    assert "Still to be accepted there:" in page.body
    assert (before.body["permissions"]["contents"], before.body["permissions"].get("pages")) == ("read", None)
    assert before.body["events"] == []
    assert accepted.status == 200
    assert (after.body["permissions"]["contents"], after.body["permissions"]["pages"]) == ("write", "read")
    assert after.body["events"] == ["page_build"]
    assert receiver.events == ["installation.new_permissions_accepted"]


@pytest.mark.parametrize(
    "fields", [{"permission_issues": "admin"}, {"permission_metadata": "none"}, {"permission_workflows": "read"}]
)
async def test_a_permission_has_only_its_own_levels(press: Any, world: World, fields: dict[str, str]) -> None:
    before = dict(world.app.permissions)

    answer = await press("permissions", permission_contents="write", **fields)

    assert answer.status == 422
    assert world.app.permissions == before


async def test_events_are_subscribed_to_within_the_permissions(press: Any, world: World) -> None:
    refused = await press("events", event="page_build")
    taken = await press("events", event="push")

    assert (refused.status, taken.status) == (422, 200)
    assert "page_build" in refused.body
    assert (world.app.events, next(iter(world.installations.values())).events) == (["push"], ["push"])


async def test_the_webhook_moves_and_keeps_its_secret_until_there_is_another(
    press: Any, world: World, receiver: Any
) -> None:
    old, url = world.app.hook.secret, f"{receiver.url}?moved"

    await press("webhook", hook_url=url, hook_active="yes", hook_secret="")
    moved = (world.app.hook.url, world.app.hook.secret)
    await press("webhook", hook_url=url, hook_active="yes", hook_secret="another")
    changed = world.app.hook.secret
    await press("webhook", hook_url="")

    assert moved == (url, old)
    assert changed == "another"
    assert not world.app.hook.active


async def test_a_webhook_where_nothing_can_be_sent_is_refused(press: Any, world: World) -> None:
    world.concessions = STRICT
    before = world.app.hook.url

    answers = [await press("webhook", hook_url=it, hook_active="yes") for it in ("", "http://127.0.0.1/", "http://[")]

    assert [it.status for it in answers] == [422, 422, 422]
    assert world.app.hook.url == before


async def test_device_flow_callbacks_and_the_setup_address_can_be_changed(
    press: Any, nobody: Any, server: Any, world: World
) -> None:
    callbacks = "https://a.example.com/back\nhttps://b.example.com/back"

    await press("options", device_flow="yes", callback_urls=callbacks, setup_url="https://a.example.com/done")
    refused = await press("options", callback_urls="javascript:alert(1)", setup_url="")
    begun = await nobody("POST", f"{server.url}/login/device/code", {"client_id": world.app.client_id}, Accept="json")

    assert world.app.callback_urls == callbacks.split()
    assert (world.app.setup_url, world.app.device_flow, world.app.public) == ("https://a.example.com/done", True, False)
    assert refused.status == 422
    assert "user_code" in begun.body


async def test_a_new_client_secret_is_shown_once_and_the_old_one_is_dead(
    press: Any, browse: Any, token_endpoint: Any, world: World, callback: str
) -> None:
    old, code = world.app.client_secret, oauth.authorize(world, world.app, world.account("ada"), redirect_uri=callback)

    answer = await press("client_secret")
    again = await browse("GET", PATH, **ADA)
    refused = await token_endpoint(code=code, client_secret=old)
    taken = await token_endpoint(code=code)

    assert world.app.client_secret in answer.body
    assert world.app.client_secret not in again.body
    assert refused.body["error"] == "incorrect_client_credentials"
    assert taken.body["access_token"].startswith("ghu_")


async def test_a_deleted_app_is_gone_with_all_that_it_had(
    press: Any,
    browse: Any,
    bot: Any,
    as_person: Callable[[str], Any],
    with_credential: Callable[[str], Any],
    signed: Any,
    world: World,
    receiver: Any,
) -> None:
    app, person, jwt = world.app, with_credential(as_person("ada").authorization().removeprefix("Bearer ")), signed()
    secret = {"client_id": app.client_id, "client_secret": app.client_secret}
    mistyped = await press("delete", confirm="GHES")

    deleted = await press("delete", confirm="GHES Slack")
    happen.open_issue(world, world.repository("acme/api"), by=world.account("ada"))
    await world.delivered()
    asked = [
        await with_credential(jwt)("GET", "/app"),
        await bot("GET", "/installation/repositories"),
        await person("GET", "/user"),
    ]
    pages = [
        await browse("GET", path, **ADA)
        for path in (PATH, "/github-apps/ghes-slack", "/github-apps/ghes-slack/installations/new")
    ]
    authorize = await browse("GET", f"/login/oauth/authorize?client_id={app.client_id}")
    exchanged = await browse("POST", "/login/oauth/access_token", {"code": "c", **secret})

    assert (mistyped.status, deleted.status) == (422, 200)
    assert [it.status for it in asked] == [401, 401, 401]
    assert [it.status for it in (*pages, authorize)] == [404, 404, 404, 404]
    assert "error=incorrect_client_credentials" in exchanged.body
    assert [world.apps, world.installations, world.tokens, world.user_tokens] == [{}, {}, {}, {}]
    assert receiver.events == []


async def test_a_deleted_app_doesnt_hear_of_what_was_under_way(world: World, server: Any, receiver: Any) -> None:
    del server
    happen.open_issue(world, world.repository("acme/api"), by=world.account("ada"))

    happen.delete_app(world, world.app)
    await world.delivered()

    assert receiver.events == []


async def test_a_button_that_isnt_there_does_nothing(press: Any) -> None:
    answer = await press("explode")

    assert answer.status == 422
