"""`ghe-slack sandbox`."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("sandbox")(sandbox)


def sandbox(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")] = 8000,
    workspaces: Annotated[int, typer.Option(min=1, max=10, help="Slack workspaces to make.")] = 2,
    no_page: Annotated[bool, typer.Option("--no-page", help="Start without the page to look at.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Forgive the agent nothing that Slack or GHES would not.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start with nothing set up, before the first hour.")] = False,
    relay: Annotated[
        bool, typer.Option("--relay", help="Send all workspaces but the first through a relay on a local cloud.")
    ] = False,
) -> None:
    """Start the whole system on stand-ins for Slack and GHES; needs no settings and no network."""
    if fresh and relay:
        raise typer.BadParameter("Choose one of --fresh and --relay: a relay is set up after the first hour.")

    from infra.sandbox import start

    start.main(port=port, workspaces=workspaces, page=not no_page, strict=strict, fresh=fresh, relay=relay)
