"""The stand-ins together, and the settings with which an agent speaks to them.

async with standins(clock) as world:
    settings = world.settings(folder)                       # of one workspace: SLACK_BOT_TOKEN
    async with agent.app.running(settings, clock) as agent:
        world.point_hooks_at(agent.url)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agent import settings as agent_settings
from agent.settings import Settings
from infra.sandbox.concessions import SANDBOX, Concessions
from infra.sandbox.ghes.population import populated
from infra.sandbox.ghes.server import Running
from infra.sandbox.ghes.server import running as ghes_running
from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.slack.links import is_domain, register_domain
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.server import Urls
from infra.sandbox.slack.server import running as slack_running
from infra.sandbox.slack.switches import Switches
from infra.sandbox.slack.world import World as Slack
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Standins:
    """Slack and GHES, running."""

    slack: Slack
    slack_urls: Urls
    ghes: Ghes
    ghes_server: Running

    def variables(self, folder: Path, **more: str) -> dict[str, str]:
        """The environment of an agent that keeps its store in `folder`; `more` adds to it or overrides."""
        return self.fresh_variables(folder) | self._apps() | more

    def fresh_variables(self, folder: Path) -> dict[str, str]:
        """The same of one that knows neither app."""
        return {
            "GHES_URL": self.ghes_server.url,
            "SLACK_API_URL": self.slack_urls.api_url,
            "AGENT_LISTEN": "127.0.0.1:0",
            "AGENT_DATABASE_URL": f"sqlite:///{folder / 'ghe-slack.db'}",
            "AGENT_LOG_FORMAT": "console",
        }

    def pages(self) -> dict[str, str]:
        """Where the stand-in's pages are of which the agent knows only Slack's own addresses."""
        url = self.slack.public_url
        return {"SLACK_AUTHORIZE_URL": f"{url}/oauth/v2/authorize", "SLACK_APPS_URL": f"{url}/apps"}

    def _apps(self) -> dict[str, str]:
        app = self.ghes.app
        return {
            "GHES_APP_ID": str(app.id),
            "GHES_APP_SLUG": app.slug,
            "GHES_PRIVATE_KEY": app.private_key_pem,
            "GHES_CLIENT_ID": app.client_id,
            "GHES_CLIENT_SECRET": app.client_secret,
            "GHES_WEBHOOK_SECRET": app.hook.secret,
            "SLACK_APP_TOKEN": self.slack.app.token,
            "SLACK_BOT_TOKEN": next(iter(self.slack.teams.values())).bot_token,
            "SLACK_COMMAND": self.slack.app.command,
        }

    def settings(self, folder: Path, **more: str) -> Settings:
        """The same, read."""
        return agent_settings.of(self.variables(folder, **more))

    def point_hooks_at(self, agent_url: str) -> None:
        """Have GHES send the App's webhooks, and the browsers that come from its pages, to an agent."""
        app = self.ghes.app
        app.hook.url = f"{agent_url}/webhooks/github"
        app.callback_urls = [f"{agent_url}/link/callback"]
        app.setup_url = f"{agent_url}/setup/installed"


@asynccontextmanager
async def standins(
    clock: Clock,
    *,
    workspaces: int = 2,
    concessions: Concessions = SANDBOX,
    switches: Switches | None = None,
    limits: bool = True,
    ghes_name: str = "",
    fresh: bool = False,
) -> AsyncIterator[Standins]:
    """Run both, populated, on free ports of loopback; `ghes_name` is the host name in links of GHES.

    Slack previews its links if it has a domain: an address has none. `fresh`: without either app.
    """
    slack = sample(clock, workspaces=workspaces, switches=switches, limits=limits, app=not fresh)
    slack.loopback_http = concessions.loopback_http_redirects
    slack.localhost_domains = concessions.localhost_unfurl_domain
    if not fresh and is_domain(ghes_name, localhost=concessions.localhost_unfurl_domain):
        register_domain(slack, ghes_name, localhost=concessions.localhost_unfurl_domain)
    ghes = populated(clock, concessions=concessions, app=not fresh)
    async with slack_running(slack) as slack_urls, ghes_running(ghes, name=ghes_name) as ghes_server:
        yield Standins(slack=slack, slack_urls=slack_urls, ghes=ghes, ghes_server=ghes_server)
