"""`ghe-slack secrets`."""

import asyncio

import typer


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


def rotate() -> None:
    """Encrypt everything in the store anew with the newest key; the older ones may be taken out afterwards."""
    from agent import secret_rotation, settings

    count = asyncio.run(secret_rotation.rotate(settings.load()))
    typer.echo(f"Encrypted anew with the newest key: {count}.")
