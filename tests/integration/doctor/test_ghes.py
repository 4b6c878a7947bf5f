"""What `ghe-slack doctor` finds out about GHES, and about the App there."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from agent.examining.findings import Level
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import ServerError
from infra.sandbox.ghes.population import new_keys
from infra.sandbox.system import Standins

AS_APP = ("app-permissions", "installations", "webhook-address", "webhook-deliveries")


async def test_a_sound_server_is_well_in_every_respect(examine: Any) -> None:
    found = await examine()

    for check in ("ghes", "ghes-version", "github-app", "app-permissions", "installations", "clock"):
        assert found.one(check).level is Level.OK
    assert found.one("ghes-version").says == "GHES is 3.19.4."
    assert "the App GHES Slack (" in found.one("github-app").says


async def test_a_server_that_is_down_is_told_once_with_the_sentence_that_opens_the_way(examine: Any) -> None:
    found = await examine(GHES_URL="https://ghes.localhost:9")

    assert found.one("ghes").level is Level.FAILURE
    assert "ghes.localhost can't be reached on port 9" in found.one("ghes").says
    assert found.one("github-app").says == "Not looked at: GHES doesn't answer."
    for check in AS_APP:
        assert found.one(check).level is Level.WARNING
        assert found.one(check).says == "Not looked at: GHES doesn't answer."


async def test_a_name_that_nobody_knows_is_a_matter_of_dns(examine: Any) -> None:
    finding = (await examine(GHES_URL="https://ghes.example")).one("ghes")

    assert finding.says == "The name ghes.example can't be resolved on this machine."
    assert finding.network.startswith("Please have the agent's machine resolve ghes.example by DNS")


@pytest.mark.parametrize("status", [502, 503])
async def test_a_server_in_maintenance_is_not_examined_further(world: Standins, examine: Any, status: int) -> None:
    world.ghes.faults.append(ServerError(status=status, path="/meta"))

    found = await examine()

    assert f"GHES answers {status}" in found.one("ghes").says
    assert found.one("github-app").says == "Not looked at: GHES doesn't answer."


@pytest.fixture
async def stranger() -> AsyncIterator[str]:
    """A server that is no GHES: `/moved/…` leads elsewhere, everything else is a page."""

    async def answer(request: web.Request) -> web.Response:
        if request.path.startswith("/api/v3") and request.host.startswith("moved."):
            raise web.HTTPMovedPermanently("https://github.corp.example/api/v3/meta")
        return web.Response(text="<html>Sign in to the proxy</html>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/{rest:.*}", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"localhost:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_page_before_the_server_is_told_from_the_server(stranger: str, examine: Any) -> None:
    found = await examine(GHES_URL=f"http://{stranger}")

    assert found.one("ghes").level is Level.FAILURE
    assert "isn't GitHub Enterprise Server (200, without X-GitHub-Enterprise-Version)" in found.one("ghes").says
    assert found.one("github-app").says == "Not looked at: GHES doesn't answer."


async def test_an_address_that_leads_elsewhere_is_not_followed(stranger: str, examine: Any) -> None:
    finding = (await examine(GHES_URL=f"http://moved.{stranger}")).one("ghes")

    assert "sends us on to https://github.corp.example (301)" in finding.says
    assert finding.does == "Set GHES_URL to the final address of the server."


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ("3.16.9", Level.FAILURE),
        ("3.17.0", Level.WARNING),
        ("3.19.0", Level.OK),
        ("3.22.1", Level.OK),
        ("3.23.0.rc1", Level.WARNING),
        ("next", Level.WARNING),
    ],
)
async def test_the_version_says_whether_it_is_known(world: Standins, examine: Any, version: str, level: Level) -> None:
    world.ghes.version = version

    finding = (await examine()).one("ghes-version")

    assert finding.level is level
    assert version in finding.says


async def test_a_private_key_of_another_app_is_refused_with_what_to_compare(examine: Any) -> None:
    found = await examine(GHES_PRIVATE_KEY=new_keys().private_pem)

    assert found.one("github-app").level is Level.FAILURE
    assert "(401 A JSON web token could not be decoded)" in found.one("github-app").says
    assert "generate a new private key" in found.one("github-app").does
    for check in AS_APP:
        assert found.one(check).says == "Not looked at: GHES doesn't take our word as the App."


async def test_an_app_id_that_nobody_has_is_refused(examine: Any) -> None:
    finding = (await examine(GHES_APP_ID="999999")).one("github-app")

    assert finding.level is Level.FAILURE
    assert "for the App 999999 (401 Integration not found)" in finding.says


async def test_settings_of_two_apps_are_told_apart(world: Standins, examine: Any) -> None:
    found = (await examine(GHES_APP_SLUG="other", GHES_CLIENT_ID="Iv1.other")).of("github-app")

    assert [finding.level for finding in found] == [Level.FAILURE, Level.FAILURE]
    assert found[0].does.startswith(f"Set GHES_APP_SLUG to {world.ghes.app.slug}")
    assert found[1].does.startswith(f"Set GHES_CLIENT_ID to {world.ghes.app.client_id}")


async def test_what_the_app_lacks_names_the_features_that_it_costs(world: Standins, examine: Any) -> None:
    world.ghes.app.permissions["issues"] = "read"
    del world.ghes.app.permissions["discussions"]
    del world.ghes.app.permissions["metadata"]
    world.ghes.app.events.remove("push")

    found = {finding.says: finding.level for finding in (await examine()).of("app-permissions")}

    assert found == {
        "The App has no permission for metadata, not read: no repository can be seen.": Level.FAILURE,
        "The App has only read permission for issues, not write: issues aren't heard of, or can't be opened, edited "
        "and closed from Slack.": Level.WARNING,
        "The App has no permission for discussions, not read: discussions aren't heard of.": Level.WARNING,
        "The App doesn't subscribe to push, so nobody is told of what these events bring.": Level.WARNING,
    }


async def test_an_app_that_is_installed_nowhere_is_a_warning(world: Standins, examine: Any) -> None:
    world.ghes.installations.clear()

    finding = (await examine()).one("installations")

    assert finding.level is Level.WARNING
    assert finding.does.endswith(f"/github-apps/{world.ghes.app.slug}/installations/new.")


async def test_an_installation_may_lag_behind_or_be_suspended(world: Standins, examine: Any) -> None:
    installation = next(iter(world.ghes.installations.values()))
    installation.permissions = {**installation.permissions, "issues": "read"}
    happen.suspend_app(world.ghes, installation, by=world.ghes.account("ada"))

    found = [finding.says for finding in (await examine()).of("installations")]

    assert found == [
        "acme has not accepted all that the App asks for now: issues.",
        "The App is suspended on acme: nothing is heard from there.",
    ]


async def test_a_wrong_clock_at_the_server_is_told_from_ours(world: Standins, examine: Any) -> None:
    world.ghes.skew_s = 900

    found = await examine()

    assert found.one("clock").level is Level.WARNING
    assert "ahead of ours, which agrees with Slack" in found.one("clock").says
    assert found.one("github-app").level is Level.OK


async def test_our_own_wrong_clock_is_a_failure(world: Standins, clock: DrivenClock, examine: Any) -> None:
    clock.set_back(900)
    world.ghes.skew_s = 900

    finding = (await examine()).one("clock")

    assert finding.level is Level.FAILURE
    assert "behind that of GHES and" in finding.says
    assert "NTP" in finding.network
