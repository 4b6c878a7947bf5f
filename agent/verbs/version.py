"""`ghe-slack version`."""

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("version")(version)


def version() -> None:
    """Print the version."""
    from importlib import metadata

    typer.echo(metadata.version("ghe-slack"))
