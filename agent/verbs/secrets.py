"""`ghe-slack secrets`."""

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.store.discarding import Lost


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    secrets = typer.Typer(help="The keys that secrets are encrypted with in the store.")
    secrets.command("new")(new)
    secrets.command("rotate")(rotate)
    app.add_typer(secrets, name="secrets")


def new() -> None:
    """Print a key for AGENT_SECRET_KEYS."""
    from agent import secret_keys

    typer.echo(secret_keys.new())


def rotate(
    *,
    discard_unreadable: Annotated[
        bool, typer.Option("--discard-unreadable", help="A key is lost: let go of what only it opened. Asks first.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask; for scripts.")] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="Your name, for the audit log.")] = "",
) -> None:
    """Encrypt everything in the store anew with the newest key; the older ones may be taken out afterwards."""
    from agent import secret_rotation, settings

    given = settings.load()
    if discard_unreadable:
        count = asyncio.run(secret_rotation.discard_unreadable(given, partial(_agreed, yes=yes), by))
        if count is None:
            typer.echo("Nothing was changed.")
            raise typer.Exit(1)
    else:
        count = asyncio.run(secret_rotation.rotate(given))
    typer.echo(f"Encrypted anew with the newest key: {count}.")


def _agreed(lost: "Lost", *, yes: bool) -> bool:
    """Say what is lost, and ask."""
    from agent import lost_text

    for line in lost_text.lines(lost):
        typer.echo(line)
    if yes:
        return True
    if not sys.stdin.isatty():
        raise typer.BadParameter("Nobody can be asked here whether to discard this, so nothing was changed: add --yes.")
    try:
        return typer.confirm("Discard all of this for good?")
    except typer.Abort:
        typer.echo()
        return False
