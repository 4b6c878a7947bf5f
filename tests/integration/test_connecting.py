"""`SLACK_BOT_TOKEN`: what `/status` says until Slack takes it, and what is known of its workspace afterwards."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from agent import app, connecting
from agent.net.outbound import Network
from agent.net.proxy import Proxy
from agent.secret_keys import load_or_make
from agent.slack.web_api import WebApi
from agent.store.open import open_store
from agent.store.secrets import Secrets
from agent.workspaces import Workspace, Workspaces
from infra.sandbox import installing
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.slack.faults import Down, Fault, Says
from infra.sandbox.system import standins
from shared.card import DataClass


@pytest.mark.parametrize(
    ("fault", "said", "again_s"),
    [
        (Down(), "Slack has not confirmed SLACK_BOT_TOKEN yet (http_503): it is asked again", 6),
        (Says(error="invalid_auth"), "Slack refuses SLACK_BOT_TOKEN (invalid_auth): enter the bot token", 301),
    ],
    ids=["away", "refused"],
)
async def test_a_token_that_slack_does_not_take_yet_is_said_and_asked_again(
    tmp_path: Path, fault: Fault, said: str, again_s: float
) -> None:
    clock = DrivenClock()
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(standins(clock, workspaces=1))
        world.slack.faults.add(fault, method="auth.test")
        session = await stack.enter_async_context(ClientSession())
        agent = await stack.enter_async_context(app.running(world.settings(tmp_path), clock))

        async def slack() -> dict[str, Any]:
            async with session.get(f"{agent.url}/status") as answer:
                part: dict[str, Any] = (await answer.json())["parts"]["slack"]
                return part

        async def until(found: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
            for _ in range(200):
                if found(part := await slack()):
                    return part
            raise AssertionError("it never came to be")

        refused = await until(lambda part: said in part["says"])
        await clock.advance(again_s, step_s=again_s)
        taken = await until(lambda part: bool(part["ok"]))

    assert not refused["ok"]
    assert taken["says"].startswith("Known workspaces: 1,")


async def test_a_workspace_that_is_about_to_go_over_to_the_relay_still_is_when_slack_has_confirmed_its_token(
    tmp_path: Path,
) -> None:
    clock = DrivenClock()
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(standins(clock, workspaces=1))
        session = await stack.enter_async_context(ClientSession())
        settings, team = world.settings(tmp_path), world.slack.team("acme")
        await installing.install(settings, [team], clock)
        store = open_store(settings)
        stack.push_async_callback(store.aclose)
        before = Workspace(
            team_id=team.team_id,
            name="",
            domain="",
            bot_user_id="",
            token="",
            scopes=frozenset(),
            data_class=DataClass.TITLE,
            transport="direct",
            next_transport="relay",
        )
        workspaces: Workspaces = {team.team_id: before}
        network = Network(session=session, proxy=Proxy())
        await connecting.connect(
            team.bot_token,
            trouble=connecting.Trouble(),
            api=WebApi(network=network, api_url=world.slack_urls.api_url, workspaces=workspaces, clock=clock),
            store=store,
            secrets=Secrets(load_or_make(settings)),
            workspaces=workspaces,
            woken=lambda: None,
            clock=clock,
        )

    found = workspaces[team.team_id]
    assert (found.domain, found.token) == ("acme", team.bot_token)
    assert (found.data_class, found.transport, found.next_transport) == (DataClass.TITLE, "direct", "relay")
