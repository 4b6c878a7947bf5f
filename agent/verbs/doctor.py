"""`ghe-slack doctor`."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("doctor")(doctor)


def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON object.")] = False
) -> None:
    """Check settings, store, GHES, Slack and the network between; also while an agent runs.

    Exit code 1 when something fails, 0 when there are warnings at most.
    """
    import asyncio
    import io
    import sys

    from rich.console import Console

    from agent import settings
    from agent.clock import SystemClock
    from agent.examining import report, run

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # names of teams may hold signs that the terminal doesn't know
    try:
        given = settings.load()
    except settings.SettingsError as wrong:
        if as_json:
            typer.echo(report.as_json(run.of_wrong_settings(wrong)))
        raise
    findings = asyncio.run(run.examined(given, SystemClock()))
    if as_json:
        typer.echo(report.as_json(findings))
    else:
        report.show(findings, Console(highlight=False, markup=False, emoji=False))
    if not run.is_well(findings):
        raise typer.Exit(1)
