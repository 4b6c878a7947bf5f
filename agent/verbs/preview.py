"""`ghe-slack preview`."""

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("preview")(preview)


def preview(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="Name of the event, e.g. issues.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE.json", exists=True, dir_okay=False, readable=True, help="Its payload.")
    ],
) -> None:
    """Print the card (Block Kit JSON) that a webhook payload would give."""
    from agent import cards_preview
    from agent.cli_errors import Failure

    try:
        payload = json.loads(file.read_bytes())
    except ValueError:
        raise Failure(f"{file} isn't JSON; save the payload as GHES's hook log shows it.") from None
    if not isinstance(payload, dict):
        raise Failure(f"{file} isn't a webhook's payload, which is a JSON object.")
    try:
        drawn = cards_preview.preview(event, payload)
    except cards_preview.NothingToShowError as error:
        raise Failure(str(error)) from None
    typer.echo(json.dumps(drawn, ensure_ascii=False, indent=2))
