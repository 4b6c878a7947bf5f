"""What `ghe-slack doctor` finds out about Slack: the API, the tokens and their scopes, the sockets."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from agent import app
from agent.examining.findings import Level
from infra.sandbox.addresses import free_port
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.slack import breakage, workspace
from infra.sandbox.slack.faults import Down, Says
from infra.sandbox.slack.sockets import open_ticket
from infra.sandbox.system import Standins


async def test_a_sound_slack_is_well_in_every_respect(world: Standins, examine: Any) -> None:
    found = await examine()

    for check in ("slack", "app-token", "sockets", "workspaces"):
        assert found.one(check).level is Level.OK
    assert found.one("workspaces").says == "SLACK_BOT_TOKEN (Acme): Slack takes the token, of Acme."
    assert not breakage.open_sockets(world.slack)
    assert not world.slack.complaints


async def test_a_slack_that_is_out_of_reach_is_told_once(examine: Any) -> None:
    found = await examine(SLACK_API_URL="https://slack.localhost:9/api/")

    assert "slack.localhost can't be reached on port 9" in found.one("slack").says
    assert found.one("slack").level is Level.FAILURE
    for check in ("app-token", "sockets", "workspaces"):
        assert found.one(check).says == "Not looked at: Slack doesn't answer."


async def test_a_slack_in_trouble_is_a_failure(world: Standins, examine: Any) -> None:
    world.slack.faults.add(Down(), method="api.test")

    finding = (await examine()).one("slack")

    assert finding.level is Level.FAILURE
    assert "answers 503" in finding.says


@pytest.mark.parametrize(
    ("break_it", "error"),
    [(workspace.revoke, "it was revoked (token_revoked)"), (workspace.uninstall, "removed from the workspace")],
    ids=["revoked", "uninstalled"],
)
async def test_a_dead_token_says_how_it_died(world: Standins, examine: Any, break_it: Any, error: str) -> None:
    break_it(world.slack, "acme")

    finding = (await examine()).one("workspaces")

    assert finding.level is Level.FAILURE
    assert error in finding.says
    assert finding.does.startswith("Install the app there again")


@pytest.mark.parametrize(
    ("token", "level"), [("xoxe.xoxb-1-rotating", Level.WARNING), ("xoxb-1-for-ever", Level.FAILURE)]
)
async def test_a_rotating_token_that_has_expired_is_left_to_the_agent(
    world: Standins, examine: Any, token: str, level: Level
) -> None:
    world.slack.faults.add(Says(error="token_expired"), method="auth.test")

    finding = (await examine(SLACK_BOT_TOKEN=token)).one("workspaces")

    assert finding.level is level
    assert "has expired" in finding.says


async def test_a_missing_scope_says_what_it_costs_and_whether_it_may_stay_so(world: Standins, examine: Any) -> None:
    team = world.slack.team("acme")
    team.scopes -= {"groups:read", "channels:history"}

    found = (await examine()).of("workspaces")

    assert [finding.level for finding in found] == [Level.FAILURE, Level.WARNING]
    assert found[0].says.endswith("has not granted groups:read: private channels can't be subscribed.")
    assert "whether a post arrived after its answer was lost" in found[1].says
    assert found[1].does.startswith("It is optional")


async def test_no_workspace_at_all_is_a_warning(examine: Any) -> None:
    found = await examine(SLACK_BOT_TOKEN="")

    assert found.one("workspaces").says == "No workspace is known, so nothing can be posted."
    assert "SLACK_CLIENT_ID, SLACK_CLIENT_SECRET are not set" in found.one("settings").says


async def test_an_unknown_app_token_is_refused_with_the_way_to_a_new_one(examine: Any) -> None:
    found = await examine(SLACK_APP_TOKEN="xapp-1-A0-unknown")

    assert found.one("app-token").level is Level.FAILURE
    assert found.one("app-token").says == "Slack doesn't know SLACK_APP_TOKEN (invalid_auth)."
    assert found.one("app-token").does.startswith("Make a new app-level token with connections:write")
    assert found.one("sockets").says == "Not looked at: Slack gives out no socket."


async def test_an_app_token_without_its_scope_is_named(world: Standins, examine: Any) -> None:
    world.slack.app.scopes = frozenset({"authorizations:read"})

    finding = (await examine()).one("app-token")

    assert finding.says == "SLACK_APP_TOKEN lacks connections:write: no socket can be opened."


async def test_socket_mode_that_is_switched_off_is_named(world: Standins, examine: Any) -> None:
    world.slack.app.link_enabled = False

    finding = (await examine()).one("app-token")

    assert "Socket Mode is switched off" in finding.says


async def test_a_handshake_that_is_refused_speaks_of_websockets(world: Standins, examine: Any) -> None:
    world.slack.faults.handshakes.append(403)

    finding = (await examine()).one("sockets")

    assert finding.level is Level.FAILURE
    assert "answers 403 to a WebSocket" in finding.says
    assert finding.network.startswith("Please let WebSockets through to 127.0.0.1, port ")


async def test_sockets_of_strangers_are_counted(world: Standins, examine: Any) -> None:
    async with ClientSession() as session, session.ws_connect(open_ticket(world.slack)) as socket:
        await socket.receive()

        greeted, alarm = (await examine()).of("sockets")

    assert greeted.level is Level.OK
    assert alarm.level is Level.WARNING
    assert alarm.says.startswith("Slack counts 1 other sockets of this app, and 0 are known to be the agent's")


async def test_a_full_house_is_said_and_left_alone(world: Standins, examine: Any) -> None:
    async with ClientSession() as session:
        sockets = [await session.ws_connect(open_ticket(world.slack)) for _ in range(10)]
        for socket in sockets:
            await socket.receive()

        full = (await examine()).one("sockets")
        unasked = (await examine(SLACK_CONNECTIONS="10")).one("sockets")

        assert "Slack holds 10 sockets of this app already" in full.says
        assert "the agent may hold every socket" in unasked.says
        assert len(breakage.open_sockets(world.slack)) == 10


async def test_a_running_agent_is_no_stranger_and_is_not_disturbed(
    world: Standins, clock: DrivenClock, examine: Any, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{free_port('127.0.0.1')}"
    given = {"AGENT_LISTEN": url.removeprefix("http://"), "AGENT_URL": url}
    async with app.running(world.settings(tmp_path, **given), clock):
        await world.slack.feed.until(lambda: len(breakage.open_sockets(world.slack)) == 2)
        before = {socket.number for socket in breakage.open_sockets(world.slack)}

        found = await examine(**given)
        after = {socket.number for socket in breakage.open_sockets(world.slack)}

    assert found.one("running-agent").says == f"The agent at {url} runs."
    assert found.one("sockets").level is Level.OK
    assert found.one("workspaces").level is Level.OK
    assert before <= after


async def test_slack_that_forgets_the_app_between_two_questions_is_still_one_sentence(
    world: Standins, examine: Any
) -> None:
    world.slack.faults.add(Says(error="internal_error"), method="apps.connections.open")
    world.slack.faults.add(Down(status=500), method="auth.test")

    found = await examine()

    assert "(internal_error)" in found.one("app-token").says
    assert "doesn't say whether it takes the token (answered_500)" in found.one("workspaces").says


@pytest.fixture
async def meagre() -> AsyncIterator[str]:
    """A Slack that tells the scopes of an app-level token, and has only one of them."""

    async def answer(request: web.Request) -> web.Response:
        fields: dict[str, Any] = {"ok": True}
        if request.match_info["method"] == "apps.connections.open":
            fields["response_metadata"] = {"scopes": ["connections:write"]}
        return web.json_response(fields)

    meagre = web.Application()
    meagre.add_routes([web.route("*", "/api/{method}", answer)])
    runner = web.AppRunner(meagre)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    await runner.cleanup()


async def test_an_app_token_that_lacks_the_second_scope_is_a_warning(meagre: str, examine: Any) -> None:
    finding = (await examine(SLACK_API_URL=meagre)).one("app-token")

    assert finding.level is Level.WARNING
    assert finding.says.startswith("SLACK_APP_TOKEN lacks authorizations:read")


async def test_a_page_in_place_of_slack_is_told_from_slack(world: Standins, examine: Any) -> None:
    finding = (await examine(SLACK_API_URL=f"{world.slack_urls.base_url}/elsewhere/")).one("slack")

    assert finding.level is Level.FAILURE
    assert "isn't Slack (404)" in finding.says
