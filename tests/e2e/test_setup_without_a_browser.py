"""`ghe-slack setup FILE` as people run it beside an agent that knows only its GHES, until a card arrives."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from agent import app
from agent import settings as agent_settings
from agent.clock import SystemClock
from infra.sandbox import linking
from infra.sandbox.ghes import happen
from infra.sandbox.slack import people
from infra.sandbox.slack.app_settings import generate_app_token, generate_configuration_token
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.installing import install
from infra.sandbox.slack.world import messages
from infra.sandbox.system import Standins, standins

COMMAND = Path(sys.executable).with_name("ghe-slack")
OWN = ("GHES_URL", "SLACK_API_URL", "SLACK_COMMAND", "AGENT_LISTEN", "AGENT_DATABASE_URL")
WAIT_S = 30


async def sets_up(folder: Path, variables: dict[str, str], text: str) -> str:
    """Run the verb; what it said."""
    (folder / "setup.toml").write_text(text, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        str(COMMAND), "setup", "setup.toml", cwd=folder, env=variables, stdout=PIPE, stderr=PIPE
    )
    said, wrong = (each.decode() for each in await process.communicate())
    assert (process.returncode, wrong) == (0, "")
    return said


def github_app(world: Standins) -> str:
    made = world.ghes.app
    return "\n".join(
        [
            "[github_app]",
            f'id = "{made.id}"',
            f"private_key = '''{made.private_key_pem}'''",
            f'client_secret = "{made.client_secret}"',
            f'webhook_secret = "{made.hook.secret}"',
            "",
        ]
    )


async def test_two_runs_beside_an_agent_and_a_card_arrives(tmp_path: Path) -> None:
    clock = SystemClock()
    async with standins(clock, workspaces=1) as world:
        slack, ghes = world.slack, world.ghes
        own = {name: value for name, value in world.variables(tmp_path).items() if name in OWN}
        own |= {"AGENT_URL": "https://agent.example.com", "SLACK_COMMAND": "/ghe-eu"}
        settings = agent_settings.of(own)
        async with app.running(settings, clock) as agent:
            world.point_hooks_at(agent.url)
            token = generate_configuration_token(slack, "acme", "mona").token
            first = await sets_up(tmp_path, own, f'{github_app(world)}[slack_app]\nconfiguration_token = "{token}"\n')
            made = list(slack.apps.values())[-1]
            rights = ["connections:write", "authorizations:read"]
            app_token = generate_app_token(slack, made, "agent", rights).token
            bot_token = install(slack, made, slack.team("acme")).bot_token

            second = await sets_up(
                tmp_path,
                own,
                f"[slack_app]\napp_token = {json.dumps(app_token)}\n[[workspaces]]\nbot_token = '{bot_token}'\n",
            )
            await linking.link(settings, [slack.team("acme")], ghes, {"mona": "ada"}, clock)
            async with clock.timeout(WAIT_S):
                await slack.feed.until(lambda: len(open_sockets(slack)) == settings.slack_connections)
                people.slash(slack, "acme", "general", "mona", "subscribe acme/docs", command="/ghe-eu")
                await slack.feed.until(lambda: messages(slack, "acme", "general"))
                happen.open_issue(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"), title="It leaks")
                await slack.feed.until(lambda: [each for each in messages(slack, "acme", "general") if each.metadata])

        assert f"Slack app generated successfully: {made.app_id}" in first
        assert "a socket was opened with it" in second
        assert "It leaks" in messages(slack, "acme", "general")[-1].text
