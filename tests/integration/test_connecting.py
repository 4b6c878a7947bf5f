"""What `/status` says of `SLACK_BOT_TOKEN` until Slack takes it."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from agent import app
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.slack.faults import Down, Fault, Says
from infra.sandbox.system import standins


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
