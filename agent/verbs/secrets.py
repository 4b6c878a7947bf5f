"""`ghe-slack secrets`."""

import typer


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    secrets = typer.Typer(help="The keys that secrets are encrypted with in the store.")
    secrets.callback()(_keep_as_group)
    secrets.command("new")(new)
    app.add_typer(secrets, name="secrets")


def new() -> None:
    """Print a key for AGENT_SECRET_KEYS."""
    from agent import secret_keys

    typer.echo(secret_keys.new())


def _keep_as_group() -> None:
    """Make `secrets` a group although it has one verb so far."""
