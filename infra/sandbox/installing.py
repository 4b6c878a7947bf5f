"""Puts workspaces into an agent's store before it starts, as installing the Slack app there would."""

from collections.abc import Iterable
from functools import partial

from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.store import workspaces as stored
from agent.store.migrate import migrate_sqlite
from agent.store.open import open_store
from agent.store.secrets import Secrets
from agent.workspaces import Workspace
from infra.sandbox.slack.state import Team
from shared.clock import Clock


async def install(settings: Settings, teams: Iterable[Team], clock: Clock) -> None:
    """Make the agent know these workspaces. No agent may be running on the store."""
    migrate_sqlite(settings.sqlite_path)
    secrets, store = Secrets(load_or_make(settings)), open_store(settings)
    try:
        for team in teams:
            row = partial(
                stored.install,
                workspace=_workspace(team),
                token=secrets.seal(team.bot_token),
                now=clock.now().timestamp(),
            )
            await store.write(row)
    finally:
        await store.aclose()


def _workspace(team: Team) -> Workspace:
    return Workspace(
        team_id=team.team_id,
        name=team.name,
        domain=team.domain,
        bot_user_id=team.bot_user_id,
        token=team.bot_token,
        scopes=team.scopes,
    )
