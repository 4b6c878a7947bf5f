"""`ghe-slack setup`."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("setup")(setup)


def setup(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="TOML, for unattended use; without it, questions are asked.")
    ] = None,
    *,
    by: Annotated[str, typer.Option(metavar="NAME", help="Your name, for the audit log.")] = "",
) -> None:
    """Do what the console does: enter or make the apps, and install the Slack app; also while an agent runs.

    What is said in a file is checked at GHES and Slack first, and kept all of it or nothing; running it again changes
    nothing. See docs/install.md for what the file says.
    """
    import asyncio
    import sys

    from agent import settings
    from agent.setting_up import run

    given = settings.load()
    if file is not None:
        asyncio.run(run.from_file(given, file, typer.echo, by=by))
    elif sys.stdin.isatty():
        asyncio.run(run.by_questions(given, _ask, typer.echo, by=by))
    else:
        raise typer.BadParameter("There is nobody to ask: name a file.")


def _ask(question: str, is_secret: bool) -> str:  # noqa: FBT001 - the port's shape
    return str(typer.prompt(question, default="", show_default=False, hide_input=is_secret)).strip()
