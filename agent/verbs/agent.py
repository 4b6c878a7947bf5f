"""`ghe-slack agent`."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("agent")(agent)


def agent(
    *,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Bring a PostgreSQL store to the newest schema first.")
    ] = False,
) -> None:
    """Run the agent until it is told to stop (SIGTERM, or Ctrl-C)."""
    from agent import logs, settings

    loaded = settings.load()
    logs.configure(loaded.agent_log_level, loaded.agent_log_format)

    from agent import app

    app.run(loaded, migrate=migrate)
