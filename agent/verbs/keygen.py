"""`ghe-slack keygen`."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("keygen")(keygen)


def keygen(
    *,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write relay-private.pem (0600) and relay-public.pem there."),
    ] = None,
) -> None:
    """Make an Ed25519 pair: the private key is for RELAY_SIGNING_KEY, the public one for the relay's operator."""
    from agent.relay.keys import keep, new_pair

    pair = new_pair()
    if folder is None:
        typer.echo(pair.private + pair.public, nl=False)
        return

    private, public = folder / "relay-private.pem", folder / "relay-public.pem"
    keep(private, pair.private)
    keep(public, pair.public)
    typer.echo(
        f"Set RELAY_SIGNING_KEY_FILE={private}, and give {public} to the relay's operator, who enters it with "
        f"`ghe-slack relay agents add ID {public.name}`."
    )
