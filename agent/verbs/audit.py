"""`ghe-slack audit`: who did what from Slack."""

import asyncio
import json
from typing import Annotated

import typer

from agent.cli_instants import instant


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    audit = typer.Typer(help="Who did what from Slack.")
    audit.callback()(_keep_as_group)
    audit.command("export")(export)
    app.add_typer(audit, name="audit")


def export(
    *,
    since: Annotated[
        str | None, typer.Option(metavar="ISO", help="Entries from then on only, e.g. 2026-11-22T09:00 (UTC).")
    ] = None,
) -> None:
    """Print the audit log, oldest first, one JSON object a line."""
    wanted = instant(since) if since is not None else None

    from agent import audit_export, settings

    for entry in asyncio.run(audit_export.export(settings.load(), wanted)):
        typer.echo(json.dumps(entry, ensure_ascii=False))


def _keep_as_group() -> None:
    """Make `audit` a group although it has one verb so far."""
