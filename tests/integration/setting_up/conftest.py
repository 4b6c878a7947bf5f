"""`ghe-slack setup` on stand-ins, before an agent has ever run."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent import settings as agent_settings
from agent.secret_keys import load_or_make
from agent.setting_up import run
from agent.settings import Settings
from agent.store.audit import SqlAudit
from agent.store.configuration import SqlConfiguration
from agent.store.open import open_store
from agent.store.secrets import Secrets
from agent.store.workspace_rows import Known, known
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_settings import generate_app_token, generate_configuration_token
from infra.sandbox.slack.installing import install
from infra.sandbox.system import Standins, standins

OWN = ("GHES_URL", "SLACK_API_URL", "SLACK_COMMAND", "AGENT_LISTEN", "AGENT_DATABASE_URL")


@dataclass(kw_only=True)
class Desk:
    """An administrator at a terminal, who knows what the pages of both apps show."""

    world: Standins
    settings: Settings
    folder: Path
    clock: DrivenClock
    by: str = "mona"
    said: list[str] = field(default_factory=list)

    async def sets_up(self, **sections: Any) -> str:
        """Write the file and run the verb; what it said, line by line."""
        path, before = self.folder / "setup.toml", len(self.said)
        path.write_text("\n".join(_lines(sections)), encoding="utf-8")
        await run.from_file(self.settings, path, self.said.append, self.clock, self.by)
        return "\n".join(self.said[before:])

    async def answers(self, *answers: tuple[str, str]) -> str:
        """The same by questions, whose beginnings are given with their answers; the others get none."""
        left, before = list(answers), len(self.said)

        def answer(question: str, _is_secret: bool) -> str:  # noqa: FBT001 - the port's shape
            return left.pop(0)[1] if left and question.startswith(left[0][0]) else ""

        await run.by_questions(self.settings, answer, self.said.append, self.clock, self.by)
        assert left == []
        return "\n".join(self.said[before:])

    @property
    def github_app(self) -> dict[str, str]:
        app = self.world.ghes.app
        return {
            "id": str(app.id),
            "private_key": app.private_key_pem,
            "client_secret": app.client_secret,
            "webhook_secret": app.hook.secret,
        }

    def configuration_token(self) -> str:
        return generate_configuration_token(self.world.slack, "acme", "mona").token

    def refresh_token(self) -> str:
        return generate_configuration_token(self.world.slack, "acme", "mona").refresh_token

    def spends_tokens(self) -> None:
        """Twelve hours go by."""
        for made in self.world.slack.configuration_tokens:
            made.ends_at = made.made_at

    def app_token(self, app: App) -> str:
        made = generate_app_token(self.world.slack, app, "agent", ["connections:write", "authorizations:read"])
        return made.token

    def bot_token(self, app: App, team: str = "acme") -> str:
        return install(self.world.slack, app, self.world.slack.team(team)).bot_token

    async def kept(self) -> Mapping[str, str]:
        """What is stored of the settings."""
        secrets = Secrets(load_or_make(self.settings))
        found: Mapping[str, str] = await self._stored(lambda store: SqlConfiguration(store, secrets, self.clock).read())
        return found

    async def noted(self) -> list[tuple[str, str, str]]:
        """Who did what to what, of the audit log."""
        entries = await self._stored(lambda store: SqlAudit(store, self.clock).since(None))
        return [(each.entry.login, each.entry.action, each.entry.target) for each in entries]

    async def workspaces(self) -> list[Known]:
        found: list[Known] = await self._stored(lambda store: store.read(known))
        return found

    async def _stored(self, read: Callable[[Any], Any]) -> Any:
        store = open_store(self.settings)
        try:
            return await read(store)
        finally:
            await store.aclose()


def _lines(sections: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, content in sections.items():
        for each in content if isinstance(content, list) else [content]:
            lines.append(f"[[{name}]]" if isinstance(content, list) else f"[{name}]")
            lines += [f"{key} = {_written(value)}" for key, value in each.items()]
    return lines


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, list) else f"'''{value}'''"


@pytest.fixture
def variables() -> dict[str, str]:
    """What a test module sets in the environment; overridden there."""
    return {}


@pytest.fixture
async def desk(tmp_path: Path, variables: dict[str, str]) -> AsyncIterator[Desk]:
    clock = DrivenClock()
    async with standins(clock) as world:
        given = {name: value for name, value in world.variables(tmp_path).items() if name in OWN}
        settings = agent_settings.of(given | {"AGENT_URL": "https://agent.example.com"} | variables)
        yield Desk(world=world, settings=settings, folder=tmp_path, clock=clock)
